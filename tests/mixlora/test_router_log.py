"""The routers' losses are in the loss once, of the tokens that count, however the model is called."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from sovereign.mixlora import MixLoraLayer, router_aux_loss
from sovereign.mixlora.losses import load_balance_loss, router_z_loss
from sovereign.mixlora.pass_loss import Said, router_loss, share_of_step, token_mask
from sovereign.mixlora.router_log import UNUSED_PASSES, RouterLog, router_log
from sovereign.mixlora.routing import TopK
from tests.mixlora.tiny import FAMILIES, adapted, settings, tiny, tokens

COEFFICIENTS = {"router_aux_loss_coef": 0.5, "router_z_loss_coef": 0.25}
MASK = torch.tensor([[1] * 7, [0, 0, 1, 1, 1, 1, 1]])


def expected_loss(model: Any, mask: Tensor | None, **inputs: Any) -> Tensor:
    """The weighted losses, from what goes into the blocks."""
    seen: list[Tensor] = []
    blocks = [m for m in model.modules() if isinstance(m, MixLoraLayer)]
    handles = [
        block.register_forward_hook(
            lambda m, args, out: seen.append(args[0].reshape(-1, 16) @ m.mixlora_router["default"].t())
        )
        for block in blocks
    ]
    model.eval()(**inputs)
    model.train()
    for handle in handles:
        handle.remove()
    return 0.5 * load_balance_loss(seen, TopK(2).chosen, mask) + 0.25 * router_z_loss(seen, mask)


@pytest.mark.parametrize("return_dict", [True, False])
@pytest.mark.parametrize("task_type", [None, "CAUSAL_LM"])
def test_they_are_in_the_models_loss(task_type: str | None, return_dict: bool) -> None:
    model = adapted(dtype=torch.float64, task_type=task_type, **COEFFICIENTS)
    inputs = {"input_ids": tokens(), "attention_mask": MASK, "labels": tokens(), "return_dict": return_dict}
    plain = model(**inputs)[0]
    extra = expected_loss(model, MASK, **inputs)
    assert float(extra) > 0.5
    assert torch.allclose(model(**inputs)[0], plain + extra.float(), rtol=0, atol=1e-6)  # the model's loss is fp32
    with pytest.raises(RuntimeError, match=r"outputs\.loss contains the router losses"):
        router_aux_loss(model)


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt", "bert", "gpt_neox", "phi3", "gemma3_text"])
def test_they_are_collected_in_every_kind_of_block(family: str) -> None:
    model = adapted(family, dtype=torch.float64, **COEFFICIENTS)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model.config.attention_dropout = model.config.dropout = 0.0
    for module in model.modules():
        module.dropout = (
            0.0 if isinstance(getattr(module, "dropout", None), float) else getattr(module, "dropout", None)
        )
    model.train()
    extra = expected_loss(model, MASK, input_ids=tokens(), attention_mask=MASK)
    model(input_ids=tokens(), attention_mask=MASK)
    assert torch.allclose(router_aux_loss(model), extra, rtol=0, atol=1e-12)


def test_a_layer_that_is_called_in_chunks_counts_once() -> None:
    whole, chunked = (adapted("bert", dtype=torch.float64) for _ in range(2))
    for model, size in ((whole, 0), (chunked, 1)):
        for layer in model.base_model.model.bert.encoder.layer:
            layer.chunk_size_feed_forward = size
        for module in model.train().modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        model(input_ids=tokens(), attention_mask=MASK)
    assert torch.allclose(router_aux_loss(whole), router_aux_loss(chunked), rtol=0, atol=1e-12)


def test_evaluation_and_passes_without_gradients_are_not_collected() -> None:
    model = adapted(**COEFFICIENTS)
    labels = {"input_ids": tokens(), "labels": tokens()}
    plain = model(**labels).loss
    with torch.no_grad():
        assert torch.equal(model.train()(**labels).loss, plain)
        assert float(router_aux_loss(model)) == 0
    with pytest.raises(RuntimeError, match="no pass in training mode"):
        router_aux_loss(model)
    assert float(router_aux_loss(model.eval())) == 0
    with model.disable_adapter():
        assert torch.equal(model(**labels).loss, tiny()(**labels).loss)


def test_a_pass_without_gradients_in_between_changes_nothing() -> None:
    model = adapted(**COEFFICIENTS).train()
    model(input_ids=tokens())
    with torch.no_grad():
        model(input_ids=tokens(seed=5))
    with_pause = router_aux_loss(model)
    model(input_ids=tokens())
    assert torch.equal(router_aux_loss(model), with_pause)


def test_replicas_of_data_parallel_are_refused_in_training() -> None:
    model = adapted(**COEFFICIENTS)
    model.base_model.model._is_replica = True  # as nn.DataParallel marks them
    model(input_ids=tokens())
    with pytest.raises(RuntimeError, match="use DistributedDataParallel"):
        model.train()(input_ids=tokens())


def test_an_interrupted_pass_leaves_nothing_behind() -> None:
    model = adapted(**COEFFICIENTS).train()
    with pytest.raises(IndexError):
        model(input_ids=tokens() + 1000)
    handle = model.base_model.model.lm_head.register_forward_pre_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model(input_ids=tokens())
    handle.remove()
    model(input_ids=tokens())
    interrupted = router_aux_loss(model)
    fresh = adapted(**COEFFICIENTS).train()
    fresh(input_ids=tokens())
    assert torch.equal(interrupted, router_aux_loss(fresh))


def test_without_coefficients_the_loss_is_the_base_models() -> None:
    model = adapted(router_aux_loss_coef=0.0, router_z_loss_coef=0.0)
    labels = {"input_ids": tokens(), "labels": tokens()}
    plain = model(**labels).loss
    assert torch.equal(model.train()(**labels).loss, plain)


def gradients(model: Any, checkpointing: dict[str, Any] | None) -> list[Tensor]:
    if checkpointing is not None:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=checkpointing)
    torch.manual_seed(0)
    model.train().zero_grad()
    model(input_ids=tokens(), attention_mask=MASK, labels=tokens()).loss.backward()
    return [p.grad.clone() for p in model.parameters() if p.requires_grad]


@pytest.mark.parametrize("family", ["llama", "opt", "bert"])
def test_gradient_checkpointing_changes_nothing(family: str) -> None:
    first = gradients(adapted(family, lora_dropout=0.2, **COEFFICIENTS), None)
    again = gradients(adapted(family, lora_dropout=0.2, **COEFFICIENTS), {"use_reentrant": False})
    for plain, checkpointed in zip(first, again, strict=True):
        assert torch.allclose(plain, checkpointed, rtol=1e-5, atol=1e-7)


def test_reentrant_checkpointing_works_without_router_losses_only() -> None:
    with pytest.raises(RuntimeError, match='"use_reentrant": False'):
        gradients(adapted(task_type="CAUSAL_LM"), {"use_reentrant": True})
    off = {"router_aux_loss_coef": 0.0, "task_type": "CAUSAL_LM"}
    for plain, checkpointed in zip(
        gradients(adapted(**off), None), gradients(adapted(**off), {"use_reentrant": True}), strict=True
    ):
        assert torch.allclose(plain, checkpointed, rtol=1e-5, atol=1e-7)


def test_losses_that_nothing_differentiates_are_noticed() -> None:
    model = adapted(**COEFFICIENTS).train()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(UNUSED_PASSES + 3):
            model(input_ids=tokens(), labels=tokens()).loss.backward()
        for _ in range(UNUSED_PASSES):
            model(input_ids=tokens())
    with pytest.warns(UserWarning, match="nothing balances the experts"):
        model(input_ids=tokens())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(input_ids=tokens())


def test_what_counts_in_each_kind_of_mask() -> None:
    left = torch.tensor([[1, 1, 1], [0, 1, 1]])
    assert token_mask(None, 6) is None
    assert torch.equal(token_mask(left, 6), left.bool())
    assert torch.equal(token_mask(left, 4), left[:, -2:].bool()), "of a mask that covers a cache, the new tokens"
    assert torch.equal(token_mask(torch.tensor([[1, 2, 2, 0]]), 4), torch.tensor([[True, True, True, False]]))
    causal = torch.ones(3, 3).tril().bool() & left.bool()[:, None, None, :]
    additive = torch.zeros(causal.shape).masked_fill(~causal, -1e9)
    for mask in (causal, causal.long(), additive, {"full_attention": additive}):
        assert torch.equal(token_mask(mask, 6), left.bool())
    assert torch.equal(token_mask(causal[:1], 6), torch.ones(2, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"2 or 4 dimensions or None, but it is \[2, 3, 3\]"):
        token_mask(causal[:, 0], 6)
    with pytest.raises(ValueError, match="but it is str"):
        token_mask("causal", 6)


def test_the_share_of_a_micro_batch() -> None:
    labels = {"labels": torch.tensor([[5, -100, 7, 8], [9, 9, -100, -100]])}
    assert share_of_step(labels, None, True) == 1.0
    assert share_of_step({}, 10, True) == 1.0
    assert float(share_of_step(labels, 10, True)) == pytest.approx(0.3)
    assert float(share_of_step(labels, 10, False)) == pytest.approx(0.5)
    assert float(share_of_step(labels | {"shift_labels": labels["labels"]}, torch.tensor(10), True)) == pytest.approx(
        0.5
    )


def test_which_labels_count_is_decided_as_the_trainer_does() -> None:
    """For GPT-2, whose class has another kind of name, transformers counts the first label as well."""
    shifting = {family: router_log(peft.get_peft_model(tiny(family), settings())).shifts_labels for family in FAMILIES}
    assert {family for family, shifts in shifting.items() if not shifts} == {"bert", "roberta", "gpt2"}


def test_layers_and_adapters_on_several_devices() -> None:
    """With different numbers of experts; no GPU is needed for numbers that are never computed."""
    with FakeTensorMode():
        logits = {i: [torch.randn(2, 7, 4 + i, device=f"cuda:{i}")] for i in (0, 1)}
        assert router_loss(Said(settings(router_z_loss_coef=0.1), None, logits), None).device.index == 0
        log = RouterLog(nn.Linear(1, 1))
        log._pending = {name: torch.zeros((), device=f"cuda:{i}") for i, name in enumerate("ab")}
        total = log.take()
        assert total is not None and total.device.index == 0


def test_a_model_without_adapter_has_none() -> None:
    with pytest.raises(ValueError, match="LlamaForCausalLM has no MixLoRA adapter"):
        router_aux_loss(tiny())
