"""Every family: the adapted model is the one that MixLoRA defines, and the base model is still inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
import transformers
from torch import Tensor, nn

from sovereign.mixlora import layer as layer_module
from sovereign.mixlora.architectures import ARCHITECTURES, GatheredMlp, architecture_of
from sovereign.mixlora.frozen import FrozenMlp
from sovereign.mixlora.layer import MixLoraLayer
from sovereign.mixlora.naive import naive_ffn
from sovereign.mixlora.parts import Part
from tests.mixlora.tiny import FAMILIES, LLAMA, adapted, settings, tiny, tokens

PADDING = torch.tensor([[1] * 7, [0, 0, 1, 1, 1, 1, 1]])


def padding(family: str) -> Tensor:
    """On the left, but for Gemma 2, whose own attention gives NaN there in fp64."""
    return PADDING.flip(1) if family == "gemma2" else PADDING


def naive_parts(hidden: Tensor, parts: Sequence[Part], frozen: FrozenMlp) -> Tensor:
    """The definition, part by part, with the masks that the factored form draws."""
    out, places = torch.zeros_like(hidden), torch.arange(len(hidden))
    for part in parts:
        count = len(part.routing.indices)
        own, places = (places[:count], places[count:]) if part.rows is None else (part.rows, places)
        out[own] = naive_ffn(hidden[own], part.routing, frozen, part.experts, part.masks)
    return out


def results(model: Any, mask: Tensor) -> dict[str, Tensor]:
    """The logits and the gradient of every trainable parameter, of a padded batch."""
    torch.manual_seed(3)
    model.zero_grad()
    logits = model(input_ids=tokens(), attention_mask=mask).logits
    (logits * torch.linspace(-1, 1, logits.numel(), dtype=logits.dtype).view_as(logits)).sum().backward()
    return {"logits": logits.detach()} | {n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_equals_the_definition_in_the_whole_model(family: str, training: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = adapted(family, torch.float64, lora_dropout=0.2, expert_r=5, expert_lora_alpha=4).train(training)
    factored = results(model, padding(family))
    monkeypatch.setattr(layer_module, "ffn_of_parts", naive_parts)
    naive = results(model, padding(family))
    blocks = [m for m in model.modules() if isinstance(m, MixLoraLayer)]
    assert len(blocks) == 2
    assert any("lora_A" in name for name in factored) and any("mixlora_router" in name for name in factored)
    for name, value in factored.items():
        scale = max(float(naive[name].abs().max()), 1e-3)
        assert float((value - naive[name]).abs().max()) <= 1e-10 * scale, name
    # biases of attention keys are the only gradients that vanish; there are none among the adapter's
    assert all(float(value.abs().max()) > 0 for value in factored.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_changes_nothing_at_first_and_nothing_when_disabled_or_unloaded(family: str) -> None:
    base = tiny(family, dtype=torch.float64)
    names, expected = list(base.state_dict()), base(tokens(), attention_mask=padding(family)).logits
    model = peft.get_peft_model(base, settings()).eval()
    assert torch.allclose(model(tokens(), attention_mask=padding(family)).logits, expected, rtol=0, atol=1e-12)
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == ("lora_" in name or "mixlora_" in name)
        nn.init.normal_(parameter) if parameter.requires_grad else None
    assert not torch.allclose(model(tokens(), attention_mask=padding(family)).logits, expected, atol=1e-3)
    with model.disable_adapter():
        assert torch.equal(model(tokens(), attention_mask=padding(family)).logits, expected)
    unloaded = model.unload()
    assert list(unloaded.state_dict()) == names
    assert torch.equal(unloaded(tokens(), attention_mask=padding(family)).logits, expected)
    assert not unloaded._forward_hooks and not unloaded._forward_pre_hooks


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_no_other_token(family: str) -> None:
    model = adapted(family, torch.float64)
    mask = padding(family).bool()
    other = tokens().masked_fill(~mask, 5)
    ours, theirs = (model(x, attention_mask=mask.long()).logits for x in (tokens(), other))
    assert not torch.equal(ours, theirs)
    # not bit for bit: an expert whose number of tokens changes multiplies matrices of another shape
    assert torch.allclose(ours[mask], theirs[mask], rtol=0, atol=1e-12)


def test_the_activation_is_the_models_own() -> None:
    for family in ("gemma", "gemma2", "gemma3_text"):
        block = adapted(family).base_model.model.model.layers[0].mlp
        x = torch.linspace(-3, 3, 7)
        assert torch.equal(block.frozen.act_fn(x), nn.functional.gelu(x, approximate="tanh"))


def test_an_activation_given_as_a_function_is_kept() -> None:
    base = tiny("bert")
    intermediate = base.bert.encoder.layer[0].intermediate
    del intermediate.intermediate_act_fn
    intermediate.intermediate_act_fn = torch.tanh
    expected = base(tokens()).logits
    model = peft.get_peft_model(base, settings())
    assert isinstance(model.base_model.model.bert.encoder.layer[0].output.dense.base_layer, GatheredMlp)
    assert torch.allclose(model.eval()(tokens()).logits, expected, atol=1e-6)
    assert model.unload().bert.encoder.layer[0].intermediate.intermediate_act_fn is torch.tanh


def test_a_vision_tower_stays_as_it_is() -> None:
    vision = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.Gemma3Config(
        text_config=LLAMA | {"head_dim": 4}, vision_config=vision | {"image_size": 28, "patch_size": 14}
    )
    model = peft.get_peft_model(transformers.Gemma3ForConditionalGeneration(config), settings())
    adapted_paths = model.base_model.targeted_module_names
    assert len(adapted_paths) == 10 and all("language_model.layers" in path for path in adapted_paths)


def test_an_unknown_model_is_told_what_was_looked_for() -> None:
    with pytest.raises(ValueError, match=r"no feed-forward block.*Sequential.*'llama'.*gate_proj.*called \['0'\]"):
        architecture_of(nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(ValueError, match="no feed-forward block"):
        peft.get_peft_model(nn.Sequential(nn.Linear(2, 2)), settings())


def test_an_unknown_model_with_known_blocks_is_understood() -> None:
    found = architecture_of(tiny("granite"))
    assert "granite" not in ARCHITECTURES
    assert set(found.projections) == {"gate_proj", "up_proj", "down_proj"}
    assert set(found.attention) == {"q_proj", "k_proj", "v_proj", "o_proj"}


def test_known_names_that_compute_something_else_are_refused() -> None:
    model = tiny("granite")
    for layer in model.model.layers:
        layer.mlp.forward = lambda x, mlp=layer.mlp: 2 * type(mlp).forward(mlp, x)
    with pytest.raises(ValueError, match="no feed-forward block"):
        architecture_of(model)
