"""Under ``torch.compile`` nothing is cut apart, and the same is computed. Of the compiler all but its last step, the making
of C++ or Triton, which takes long and knows nothing of experts."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
from torch import Tensor

from sovereign.mixlora import native
from sovereign.mixlora.opaque import native_forward, product
from tests.mixlora.tiny import adapted, fill, settings, tiny, tokens

VARIANTS: dict[str, dict[str, Any]] = {
    "top_k": {},
    "top_p": {"routing_strategy": "top_p"},
    "switch": {"routing_strategy": "switch", "expert_capacity": 2, "jitter_noise": 0.0},
    "dora": {"use_dora": True, "target_modules": []},  # into peft's own for the attention it cannot look
    "shared": {"shared_expert": True, "expert_target_modules": ["down_proj", "up_proj"]},
}


def model(**changes: Any) -> Any:
    """A tiny one whose widths the compiled library takes."""
    found = peft.get_peft_model(
        tiny(hidden_size=32, intermediate_size=48, num_hidden_layers=1), settings(r=4, **changes)
    ).eval()
    fill(found)
    return found


def results(run: Any, own: list[Tensor], **inputs: Any) -> list[Tensor]:
    """The loss and every gradient."""
    loss = run(**inputs).loss
    return [loss.detach(), *torch.autograd.grad(loss, own)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_training_pass_of_a_whole_model_is_one_graph(variant: str) -> None:
    adapter = model(**VARIANTS[variant]).train()
    own = [p for p in adapter.parameters() if p.requires_grad]
    inputs = {"input_ids": tokens(), "attention_mask": torch.ones(2, 7), "labels": tokens()}
    whole = torch.compile(adapter, fullgraph=True, backend="aot_eager")
    for got, expected in zip(results(whole, own, **inputs), results(adapter, own, **inputs), strict=True):
        assert torch.allclose(got, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("form", ["phi3", "gpt2"])
def test_blocks_of_other_forms(form: str) -> None:
    adapter = adapted(form)
    whole = torch.compile(adapter, fullgraph=True, backend="aot_eager")
    with torch.no_grad():
        assert torch.allclose(whole(input_ids=tokens()).logits, adapter(input_ids=tokens()).logits, atol=1e-6)


def test_dropout_keeps_what_it_should() -> None:
    """Of other random numbers than without the compiler, so its share is looked at."""
    lora = next(m for m in model(lora_dropout=0.25).modules() if hasattr(m, "dropout_mask"))
    mask = torch.compile(lambda: lora.dropout_mask(2000), fullgraph=True, backend="aot_eager")()
    assert mask.shape == (2000, 32) and mask.dtype == torch.bool
    assert float(mask.float().mean()) == pytest.approx(0.75, abs=0.01)


@pytest.mark.skipif(native.load() is None, reason="no C compiler with OpenMP")
@pytest.mark.parametrize("frozen", [False, True])
def test_the_compiled_library_as_an_operation(frozen: bool) -> None:
    """Its shapes, its gradients and what it says of memory, as torch's own check wants them."""
    torch.manual_seed(0)
    hidden, gate, up = (torch.randn(9, width, requires_grad=True) for width in (16, 32, 32))
    indices = torch.stack([torch.arange(9) % 3, (torch.arange(9) + 1) % 3], dim=1)
    indices[4] = torch.tensor([-1, -2]) if frozen else indices[4]
    A = [torch.randn(3, 5, width, requires_grad=True) for width in (16, 16, 32)]
    B = [torch.randn(3, width, 5, requires_grad=True) for width in (32, 32, 16)]
    weights = torch.rand(9, 2, requires_grad=True)
    masks = (torch.rand(18, 16) > 0.5, None, None)
    torch.library.opcheck(native_forward, (hidden, indices, weights, gate, up, A, B, *masks, [1.0, 0.0, 2.0, 2.0, 2.0]))


def test_products_by_expert_as_an_operation() -> None:
    torch.manual_seed(0)
    x, matrices = torch.randn(7, 3, dtype=torch.float64, requires_grad=True), torch.randn(4, 3, 2, dtype=torch.float64)
    ends = torch.tensor([2, 2, 6, 6])
    torch.library.opcheck(product, (x, matrices.requires_grad_(), ends))
    assert torch.autograd.gradcheck(lambda x, m: product(x, m, ends), (x, matrices))
    assert not product(x, matrices, ends)[6:].any()
