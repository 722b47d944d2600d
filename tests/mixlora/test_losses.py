"""Auxiliary losses, against transformers' Mixtral and against their definitions."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from sovereign.mixlora.losses import load_balance_loss, router_z_loss  # noqa: E402
from sovereign.mixlora.routing import Switch, TopK, TopP  # noqa: E402


@given(st.integers(1, 4), st.integers(2, 8), st.integers(1, 3), st.booleans(), st.integers(0, 99))
def test_equals_the_loss_of_mixtral(layers: int, num_experts: int, top_k: int, masked: bool, seed: int) -> None:
    modeling = pytest.importorskip("transformers.models.mixtral.modeling_mixtral")
    top_k = min(top_k, num_experts)
    torch.manual_seed(seed)
    logits = tuple(torch.randn(3 * 7, num_experts) for _ in range(layers))
    mask = torch.ones(3, 7, dtype=torch.int64)
    mask[1, :4] = mask[2, 2:] = 0
    theirs = modeling.load_balancing_loss_func(logits, num_experts, top_k, mask if masked else None)
    torch.testing.assert_close(load_balance_loss(logits, TopK(top_k).chosen, mask if masked else None), theirs)


def test_uniform_load_has_the_smallest_loss() -> None:
    uniform = torch.zeros(8, 4, dtype=torch.float64)
    uniform[range(8), [0, 1, 2, 3] * 2] = 1e-6
    uniform[range(8), [1, 2, 3, 0] * 2] = 0.9e-6
    assert float(load_balance_loss(uniform, TopK(2).chosen)) == pytest.approx(2)
    skewed = uniform + torch.tensor([5.0, 4.0, 0.0, 0.0])
    assert float(load_balance_loss(skewed, TopK(2).chosen)) > 3


def test_padding_counts_in_no_loss() -> None:
    logits = torch.randn(2 * 5, 4, dtype=torch.float64)
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 0, 0, 0]])
    kept = logits[mask.flatten().bool()]
    torch.testing.assert_close(load_balance_loss(logits, TopK(2).chosen, mask), load_balance_loss(kept, TopK(2).chosen))
    torch.testing.assert_close(router_z_loss(logits, mask), router_z_loss(kept))


@pytest.mark.parametrize("router", [TopK(2), TopP(0.6), TopP(0.6, temperature=0.5), Switch(1)])
def test_the_balance_of_every_router_is_that_of_its_own_choice(router: Any) -> None:
    """E sum_e (share of tokens that choose e) (mean probability of e), where padding does not count."""
    torch.manual_seed(0)
    logits, mask = torch.randn(12, 5, dtype=torch.float64), torch.tensor([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0]])
    kept = logits[mask.flatten().bool()]
    choices = torch.zeros(5, dtype=torch.float64)
    for row in kept:
        routing = router(row[None], torch.eye(5, dtype=torch.float64), 1, False)
        choices[[e for e in routing.indices[0].tolist() if e >= 0]] += 1 / len(kept)
    expected = 5 * (choices * kept.softmax(dim=-1).mean(dim=0)).sum()
    torch.testing.assert_close(load_balance_loss(logits, router.chosen, mask), expected)
    padded = logits.clone()
    padded[~mask.flatten().bool()] = 9.0
    torch.testing.assert_close(load_balance_loss(padded, router.chosen, mask), expected)


def test_a_batch_of_padding_alone_gives_zero_with_gradients() -> None:
    logits = torch.randn(6, 4, requires_grad=True)
    mask = torch.zeros(2, 3)
    loss = load_balance_loss([logits, logits], TopK(2).chosen, mask) + router_z_loss(logits, mask)
    loss.backward()
    assert float(loss.detach()) == 0
    assert logits.grad is not None and not logits.grad.any()


def test_z_loss_is_the_mean_squared_log_sum_exp() -> None:
    logits = torch.tensor([[0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    log2 = torch.tensor(2.0, dtype=torch.float64).log()
    torch.testing.assert_close(router_z_loss(logits), (log2**2 + (1 + log2) ** 2) / 2)
    torch.testing.assert_close(router_z_loss([logits, logits]), router_z_loss(logits))


def test_half_precision_logits_are_computed_in_fp32() -> None:
    logits = torch.randn(9, 4).bfloat16()
    assert load_balance_loss(logits, TopK(2).chosen).dtype == router_z_loss(logits).dtype == torch.float32


def test_shapes_that_do_not_fit_are_refused() -> None:
    logits = torch.randn(6, 4)
    with pytest.raises(ValueError, match="5 entries"):
        load_balance_loss(logits, TopK(2).chosen, torch.ones(1, 5))
    with pytest.raises(ValueError, match="at least one layer"):
        router_z_loss([])
    with pytest.raises(ValueError, match="at least one layer"):
        router_z_loss([logits, logits[:3]])
