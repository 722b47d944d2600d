"""Several adapters on one base: rows that use different ones, and training them together."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
from torch import Tensor
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import apply_activation_checkpointing

from sovereign.mixlora import losses_by_adapter, router_aux_loss, train_together
from sovereign.mixlora.layer import MixLoraLayer
from tests.mixlora.tiny import FAMILIES, adapted, fill, settings, tiny, tokens

# Of different ranks, routers, numbers of experts and layers.
OTHERS: dict[str, dict[str, Any]] = {
    "wide": {"r": 5, "num_experts": 6, "top_k": 3, "router_aux_loss_coef": 0.02},
    "dynamic": {"routing_strategy": "top_p", "top_p": 0.6, "shared_expert": True},
    "late": {"routing_strategy": "switch", "expert_capacity": 2, "layers_to_transform": [1]},
    "dora": {"use_dora": True, "target_modules": []},
}
NAMES = ["dora", "default", "__base__", "wide", "late", "default", "dynamic", "__base__"]
MASK = torch.ones(8, 7, dtype=torch.int64)
MASK[1, 4:] = MASK[6, 5:] = MASK[7, 2:] = 0


def several(family: str = "llama", without: tuple[str, ...] = (), **changes: Any) -> Any:
    """A model in fp64 with all these adapters, filled, in evaluation mode."""
    model = adapted(family, torch.float64, **changes)
    for seed, (name, own) in enumerate(OTHERS.items(), 2):
        if name not in without:
            model.add_adapter(name, settings(**own | changes))
            fill(model, seed, name)
    return model.double()  # an adapter is added in fp32


def alone(model: Any, name: str, rows: Tensor, mask: Tensor, **given: Any) -> Any:
    """What the model says to rows that all use one adapter."""
    if name == "__base__":
        with model.disable_adapter():
            return model(input_ids=rows, attention_mask=mask, **given)
    model.set_adapter(name)
    return model(input_ids=rows, attention_mask=mask, **given)


@pytest.mark.parametrize(("family", "names"), [*((family, NAMES) for family in FAMILIES), ("llama", sorted(NAMES))])
def test_every_row_gets_what_its_adapter_says(family: str, names: list[str]) -> None:
    """Also where the rows of each adapter lie together, which are then not copied."""
    model, ids = several(family), tokens(8)
    mask = torch.ones_like(MASK) if family == "gemma2" else MASK  # whose own attention gives NaN to padding in fp64
    mixed = model(input_ids=ids, attention_mask=mask, adapter_names=names).logits
    for row, name in enumerate(names):
        expected = alone(model, name, ids[row : row + 1], mask[row : row + 1]).logits
        real = mask[row].bool()
        assert torch.allclose(mixed[row][real], expected[0][real], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("num_beams", [1, 2])
def test_generation_with_a_cache(num_beams: int) -> None:
    model, ids = several(), tokens(4, 5)
    names = ["wide", "__base__", "default", "dora"]
    options = {"max_new_tokens": 6, "do_sample": False, "num_beams": num_beams, "pad_token_id": 0}
    mixed = model.generate(input_ids=ids, adapter_names=names, **options)
    for row, name in enumerate(names):
        if name == "__base__":
            with model.disable_adapter():
                expected = model.generate(input_ids=ids[row : row + 1], **options)
        else:
            model.set_adapter(name)
            expected = model.generate(input_ids=ids[row : row + 1], **options)
        assert torch.equal(mixed[row : row + 1], expected)


def test_training_together_is_training_each_alone() -> None:
    """Five steps of AdamW for each adapter, the routers' losses included."""
    names, batches = ["wide", "default", "wide", "late", "dynamic", "default"], [tokens(6, seed=s) for s in range(5)]
    mask = MASK[:6]
    labels = [batch.masked_fill(mask == 0, -100) for batch in batches]

    def step(model: Any, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    joint = several().train()
    own = train_together(joint, ["default", "wide", "late", "dynamic"])
    optimizers = {name: torch.optim.AdamW(parameters, lr=0.01) for name, parameters in own.items()}
    together: list[dict[str, float]] = []
    for batch, wanted in zip(batches, labels, strict=True):
        logits = joint(input_ids=batch, attention_mask=mask, adapter_names=names).logits
        losses = losses_by_adapter(joint, logits, wanted, names)
        together.append({name: float(loss.detach()) for name, loss in losses.items()})
        for optimizer in optimizers.values():
            optimizer.zero_grad()
        torch.stack([*losses.values()]).sum().backward()
        for optimizer in optimizers.values():
            optimizer.step()

    trained = dict(joint.named_parameters())
    for name in own:
        model = several().train()
        model.set_adapter(name)
        parameters = [p for p in model.parameters() if p.requires_grad]
        assert [p.shape for p in parameters] == [p.shape for p in own[name]]
        optimizer = torch.optim.AdamW(parameters, lr=0.01)
        rows = [row for row, given in enumerate(names) if given == name]
        for i, (batch, wanted) in enumerate(zip(batches, labels, strict=True)):
            logits = model(input_ids=batch[rows], attention_mask=mask[rows]).logits
            loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), wanted[rows, 1:].flatten())
            loss = loss + router_aux_loss(model)
            assert float(loss.detach()) == pytest.approx(together[i][name], rel=1e-10)
            step(model, optimizer, loss)
        for path, parameter in model.named_parameters():
            if parameter.requires_grad:
                assert torch.allclose(trained[path], parameter, rtol=1e-8, atol=1e-10), path


def test_with_labels_the_loss_holds_each_adapters_losses_by_its_share_of_the_labels() -> None:
    names, ids, mask = ["wide", "default", "wide", "dynamic"], tokens(4), MASK[4:]
    labels = ids.masked_fill(mask == 0, -100)
    model = several().train()
    train_together(model, ["default", "wide", "dynamic"])
    got = model(input_ids=ids, attention_mask=mask, labels=labels, adapter_names=names).loss
    logits = model(input_ids=ids, attention_mask=mask, adapter_names=names).logits
    each = losses_by_adapter(model, logits, labels, names)
    counted = (labels[:, 1:] != -100).sum(dim=1)
    share = {name: float(sum(counted[i] for i, own in enumerate(names) if own == name)) for name in each}
    expected = sum(share[name] * loss for name, loss in each.items()) / float(counted.sum())
    assert float((got - expected).abs().detach()) < 1e-6  # the model's own loss is in fp32


def test_losses_without_those_of_the_routers_are_refused_in_training() -> None:
    model, ids, names = several(without=("dora",)).train(), tokens(), ["default", "wide"]
    logits = model(input_ids=ids, adapter_names=names).logits
    losses_by_adapter(model, logits, ids, names)
    with pytest.raises(RuntimeError, match="they were taken before"):
        losses_by_adapter(model, logits, ids, names)
    logits = model(input_ids=ids, labels=ids, adapter_names=names).logits
    with pytest.raises(RuntimeError, match=r"outputs\.loss contains the router losses"):
        losses_by_adapter(model, logits, ids, names)
    base = model(input_ids=ids, adapter_names=["__base__", "__base__"]).logits
    assert losses_by_adapter(model, base, ids, ["__base__", "__base__"]).keys() == {"__base__"}


def test_what_does_not_fit_is_refused() -> None:
    model = several(without=("dora",))
    with pytest.raises(ValueError, match=r"adapter_names has \['nobody'\], but the model's adapters are \['default'"):
        model(input_ids=tokens(), adapter_names=["nobody", "wide"])
    with pytest.raises(ValueError, match="3"):
        model(input_ids=tokens(), adapter_names=["default", "wide", "wide"])
    with pytest.raises(ValueError, match=r"no adapter \['nobody'\]"):
        train_together(model, ["default", "nobody"])
    with pytest.raises(ValueError, match=r"1 names, logits \[2, 7, 48\] and labels \[2, 7\] do not fit"):
        losses_by_adapter(model, torch.zeros(2, 7, 48), tokens(), ["default"])
    assert torch.isfinite(model(input_ids=tokens(), adapter_names=["default", "wide"]).logits).all()
    assert not any(m._forward_pre_hooks for m in model.modules() if isinstance(m, MixLoraLayer))


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt"])
@pytest.mark.parametrize("by", ["transformers", "torch"])
def test_checkpointing_computes_each_row_again_with_its_adapter(family: str, by: str) -> None:
    """Also if another batch came between a pass and its backward."""
    batches = [(tokens(3, seed=1), ["default", "wide", "__base__"]), (tokens(3, seed=2), ["wide", "wide", "default"])]

    def gradients(checkpointed: bool) -> dict[str, Tensor]:
        model = several(family, without=("dora",)).train()
        train_together(model, ["default", "wide"])
        if checkpointed and by == "transformers":
            model.base_model.model.activation_checkpointing_enable({"use_reentrant": False})
        elif checkpointed:
            layers = ("DecoderLayer", "GPT2Block")
            apply_activation_checkpointing(model, check_fn=lambda m: type(m).__name__.endswith(layers))
        losses = [model(input_ids=ids, labels=ids, adapter_names=names).loss for ids, names in batches]
        sum(losses).backward()
        assert not any(m._forward_pre_hooks for m in model.modules() if isinstance(m, MixLoraLayer))
        found = {name.replace("_checkpoint_wrapped_module.", ""): p.grad for name, p in model.named_parameters()}
        return {name: grad for name, grad in found.items() if grad is not None}

    got, expected = gradients(checkpointed=True), gradients(checkpointed=False)
    assert got.keys() == expected.keys() and got
    for name, gradient in expected.items():
        assert torch.allclose(got[name], gradient, rtol=1e-10, atol=1e-12), name


def test_what_fails_leaves_checkpointing_as_it_was() -> None:
    model = several(without=("dora",)).train()
    model.base_model.model.activation_checkpointing_enable({"use_reentrant": False})
    before = [m._gradient_checkpointing_func for m in model.modules() if "_gradient_checkpointing_func" in vars(m)]
    for name, parameter in model.named_parameters():
        if "mixlora_router" in name:
            parameter.data.fill_(float("nan"))
    with pytest.raises(ValueError, match="not finite"):
        model(input_ids=tokens(), adapter_names=["default", "wide"])
    after = [m._gradient_checkpointing_func for m in model.modules() if "_gradient_checkpointing_func" in vars(m)]
    assert before and before == after


def test_attention_with_magnitudes_is_pefts_to_refuse() -> None:
    model = adapted(use_dora=True)
    with pytest.raises(ValueError, match="when DoRA is enabled"):
        model(input_ids=tokens(), adapter_names=["default", "__base__"])


def test_an_adapter_is_read_whole_or_not_at_all() -> None:
    model = several(without=("dora", "late"))
    state = {name: tensor for name, tensor in model.state_dict().items() if ".wide" in name}
    model.load_state_dict(state, strict=False)
    state.pop(next(name for name in state if "mixlora_router" in name))
    with pytest.raises(ValueError, match=r"1 of the .* tensors of the adapter 'wide' are not in what is to be loaded"):
        model.load_state_dict(state, strict=False)
    model.load_state_dict(
        tiny().state_dict(), strict=False
    )  # the base alone, under its own names: nothing of an adapter


@pytest.mark.parametrize("name", ["0", "mlp", "model"])
def test_an_adapter_is_not_called_as_a_part_of_a_path(name: str) -> None:
    """peft finds an adapter's tensors by its name in their paths, and would leave others out of their files."""
    with pytest.raises(ValueError, match=f"an adapter cannot be called '{name}'"):
        peft.get_peft_model(tiny(), settings(), adapter_name=name)
    model = adapted()
    with pytest.raises(ValueError, match="Choose another name"):
        model.add_adapter(name, settings())
    assert list(model.peft_config) == ["default"] and torch.isfinite(model(input_ids=tokens()).logits).all()
    model.add_adapter("second", settings())
