"""Half precision, gradient checkpointing and generation with a cache, with every router."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch

from tests.mixlora.tiny import adapted, fill, settings, tiny, tokens

ROUTERS: dict[str, dict[str, Any]] = {
    "top_k": {},
    "top_p": {"routing_strategy": "top_p", "top_p": 0.6},
    "switch": {"routing_strategy": "switch", "expert_capacity": 3, "jitter_noise": 0.0},
    "dora": {"use_dora": True},
    "shared": {"shared_expert": True},
}


def gradients(model: Any, **inputs: Any) -> list[torch.Tensor]:
    """The loss and the gradient of every trained parameter."""
    loss = model(**inputs).loss
    return [loss.detach(), *torch.autograd.grad(loss, [p for p in model.parameters() if p.requires_grad])]


@pytest.mark.parametrize("router", ROUTERS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_base_in_half_precision_trains_an_adapter_in_fp32(dtype: torch.dtype, router: str) -> None:
    """The gradients are those of the same numbers in fp64, to what the base's precision allows."""
    exact = adapted(dtype=torch.float64, **ROUTERS[router]).train()
    model = peft.get_peft_model(tiny(dtype=dtype), settings(**ROUTERS[router])).train()
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    with torch.no_grad():
        for ours, theirs in zip(model.parameters(), exact.parameters(), strict=True):
            theirs.copy_(ours)
    for layer in range(2):  # which expert a token goes to must not depend on rounding
        for each in (model, exact):
            router_weight = each.base_model.model.model.layers[layer].mlp.mixlora_router["default"]
            router_weight.data.zero_()
    fill(model)
    fill(exact)
    inputs = {"input_ids": tokens(), "labels": tokens()}
    for got, expected in zip(gradients(model, **inputs), gradients(exact, **inputs), strict=True):
        assert bool(got.isfinite().all())
        error = float((got.double() - expected).norm() / expected.norm().clamp_min(1e-3))
        assert error < (0.1 if dtype == torch.bfloat16 else 0.02)


@pytest.mark.parametrize("autocast", [True, False])
def test_untrained_magnitudes_change_nothing_in_half_precision(autocast: bool) -> None:
    base = tiny(dtype=torch.bfloat16)
    expected = base(input_ids=tokens()).logits
    model = peft.get_peft_model(
        base, settings(use_dora=True, target_modules=[]), autocast_adapter_dtype=autocast
    ).eval()
    magnitudes = [p for name, p in model.named_parameters() if "lora_magnitude" in name]
    assert magnitudes and {p.dtype for p in magnitudes} == {torch.float32}
    assert torch.allclose(model(input_ids=tokens()).logits, expected, rtol=0, atol=4e-3)


@pytest.mark.parametrize("router", ROUTERS)
def test_gradient_checkpointing_changes_nothing(router: str) -> None:
    model = adapted(dtype=torch.float64, task_type="CAUSAL_LM", lora_dropout=0.1, **ROUTERS[router]).train()
    inputs = {"input_ids": tokens(), "attention_mask": torch.ones(2, 7), "labels": tokens()}
    torch.manual_seed(0)
    plain = gradients(model, **inputs)
    model.base_model.model.activation_checkpointing_enable({"use_reentrant": False})
    torch.manual_seed(0)
    for got, expected in zip(gradients(model, **inputs), plain, strict=True):
        assert torch.allclose(got, expected, rtol=1e-6, atol=1e-9)  # the model's loss is in fp32


def test_scaled_losses_in_fp16() -> None:
    model = peft.get_peft_model(tiny(dtype=torch.float32), settings()).train()
    scaler = torch.amp.GradScaler("cpu")
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for _ in range(8):
        with torch.autocast("cpu", torch.float16):
            loss = model(input_ids=tokens(), labels=tokens()).loss
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("cache", ["dynamic", "static"])
@pytest.mark.parametrize("router", ROUTERS)
def test_a_cache_does_not_change_what_is_generated(router: str, cache: str) -> None:
    """With switch as long as no expert is full: a token alone finds every expert empty."""
    changes = ROUTERS[router] | ({"expert_capacity": 99} if router == "switch" else {})
    model = adapted(dtype=torch.float64, **changes)
    options: dict[str, Any] = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0}
    plain = model.generate(input_ids=tokens(2, 5), use_cache=False, **options)
    cached = model.generate(input_ids=tokens(2, 5), cache_implementation=cache, **options)
    assert torch.equal(cached, plain)


def test_a_full_expert_makes_the_difference_that_the_page_names() -> None:
    model = adapted(dtype=torch.float64, routing_strategy="switch", expert_capacity=1, router_init_range=2.0)
    ids = tokens(1, 9)
    with torch.no_grad():
        whole = model(input_ids=ids).logits
        first = model(input_ids=ids[:, :5], use_cache=True)
        rest = model(input_ids=ids[:, 5:], past_key_values=first.past_key_values).logits
    assert torch.equal(whole[:, :1], first.logits[:, :1]) and not torch.allclose(whole[:, 5:], rest, atol=1e-6)
