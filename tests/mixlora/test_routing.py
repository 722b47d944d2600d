"""Routing of tokens to experts."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from sovereign.mixlora.routing import FROZEN, NOTHING, ROUTERS, Switch, TopK, TopP, with_shared_expert  # noqa: E402


def test_the_most_probable_experts_with_weights_that_sum_to_one() -> None:
    gate = torch.eye(4, dtype=torch.float64)
    hidden = torch.tensor([[1.0, 3.0, 2.0, 0.0]], dtype=torch.float64)
    routing = ROUTERS["top_k"](2)(hidden, gate, 1, False)
    assert routing.indices.tolist() == [[1, 2]]
    assert torch.allclose(routing.weights, hidden[:, [1, 2]].softmax(dim=-1))
    assert torch.equal(routing.logits, hidden)


def test_equals_the_router_of_mixtral() -> None:
    modeling = pytest.importorskip("transformers.models.mixtral.modeling_mixtral")
    config = pytest.importorskip("transformers").MixtralConfig(hidden_size=16, num_local_experts=8)
    router = modeling.MixtralTopKRouter(config)
    torch.nn.init.normal_(router.weight)
    hidden = torch.randn(50, 16)
    logits, weights, indices = router(hidden)
    ours = TopK(config.num_experts_per_tok)(hidden, router.weight)
    assert torch.equal(ours.indices, indices)
    torch.testing.assert_close(ours.weights, weights)
    torch.testing.assert_close(ours.logits, logits)


@pytest.mark.parametrize(
    ("given", "computed"),
    [(torch.bfloat16, torch.float32), (torch.float32, torch.float32), (torch.float64, torch.float64)],
)
def test_precision(given: torch.dtype, computed: torch.dtype) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        routing = TopK(2)(torch.randn(3, 8, dtype=given), torch.randn(4, 8, dtype=given))
    assert routing.weights.dtype == routing.logits.dtype == computed


def test_jitter_in_training_only_and_never_in_place() -> None:
    hidden, gate = torch.randn(20, 8), torch.randn(4, 8)
    before = hidden.clone()
    plain = TopK(2)(hidden, gate).logits
    assert torch.equal(TopK(2, jitter_noise=0.1)(hidden, gate).logits, plain)
    jittered = TopK(2, jitter_noise=0.1)(hidden, gate, training=True).logits
    assert not torch.equal(jittered, plain)
    assert (jittered - plain).abs().max() <= 0.1 * (hidden.abs() @ gate.abs().T).max() + 1e-6
    assert torch.equal(hidden, before)


def test_no_tokens() -> None:
    assert TopK(2)(torch.randn(0, 8), torch.randn(4, 8)).indices.shape == (0, 2)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_logits_that_are_not_finite_are_refused(bad: float) -> None:
    hidden = torch.ones(3, 8)
    hidden[1, 2] = bad
    with pytest.raises(ValueError, match=r"logits are not finite.*learning rate"):
        TopK(2)(hidden, torch.ones(4, 8))


@pytest.mark.parametrize("top_k", [0, 5])
def test_top_k_beyond_the_experts_is_refused(top_k: int) -> None:
    with pytest.raises(ValueError, match="between 1 and the number of experts, 4"):
        TopK(top_k)(torch.ones(3, 8), torch.ones(4, 8))


def test_top_p_takes_experts_until_their_probabilities_exceed_it() -> None:
    """Against the rule told in words, token by token."""
    torch.manual_seed(0)
    hidden, gate = torch.randn(200, 8, dtype=torch.float64), torch.randn(6, 8, dtype=torch.float64)
    for temperature in (0.0, 0.7, 1.1):
        routing = TopP(0.8, temperature)(hidden, gate)
        counts = set()
        for token, p in enumerate((hidden @ gate.T).softmax(dim=-1) / (temperature or 1.0)):
            wanted, total = {}, 0.0
            for expert in p.argsort(descending=True).tolist():
                if total > 0.8:
                    break
                wanted[expert] = float(p[expert])
                total += float(p[expert])
            used = routing.indices[token] != NOTHING
            got = dict(zip(routing.indices[token][used].tolist(), routing.weights[token][used].tolist(), strict=True))
            assert got == pytest.approx(wanted)
            assert not routing.weights[token][~used].any()
            assert bool(used[: len(got)].all()), "used slots come first"
            counts.add(len(got))
        assert len(counts) > 1 and routing.indices.shape[1] == max(counts)
        assert torch.equal(
            TopP(0.8, temperature).chosen((hidden @ gate.T).softmax(dim=-1)).sum(dim=1),
            (routing.indices != NOTHING).sum(dim=1).double(),
        )


def test_top_p_renormalised() -> None:
    hidden, gate = torch.randn(50, 8, dtype=torch.float64), torch.randn(6, 8, dtype=torch.float64)
    plain, normed = TopP(0.6)(hidden, gate), TopP(0.6, norm_topk_prob=True)(hidden, gate)
    assert torch.equal(plain.indices, normed.indices)
    assert torch.allclose(normed.weights, plain.weights / plain.weights.sum(dim=-1, keepdim=True))
    assert torch.allclose(normed.weights.sum(dim=-1), torch.ones(50, dtype=torch.float64))


def test_top_p_of_one_takes_all() -> None:
    routing = TopP(1.0)(torch.randn(50, 8), torch.randn(6, 8))
    assert not (routing.indices == NOTHING).any() and routing.indices.shape == (50, 6)


@pytest.mark.parametrize("capacity", [1, 3, 100])
def test_a_full_expert_of_switch_lets_tokens_overflow(capacity: int) -> None:
    hidden, gate = torch.randn(40, 8, dtype=torch.float64), torch.randn(3, 8, dtype=torch.float64)
    routing = Switch(capacity)(hidden, gate, length=20)
    probabilities = (hidden @ gate.T).softmax(dim=-1)
    for start in (0, 20):
        room = dict.fromkeys(range(3), capacity)
        for token in range(start, start + 20):
            best = int(probabilities[token].argmax())
            assert routing.indices[token].tolist() == [best if room[best] else FROZEN]
            room[best] -= room[best] > 0
    assert torch.equal(routing.weights[:, 0], probabilities.max(dim=-1).values), "an overflowing token keeps its weight"
    assert bool((routing.indices == FROZEN).any()) == (capacity < 100)


def test_a_token_alone_never_overflows() -> None:
    """As in generation with a cache."""
    assert not (Switch(1)(torch.randn(9, 8), torch.randn(3, 8), length=1).indices == FROZEN).any()
    assert not (Switch(10**30)(torch.randn(9, 8), torch.randn(3, 8), length=9).indices == FROZEN).any()


def test_switch_needs_whole_sequences() -> None:
    with pytest.raises(ValueError, match="9 tokens are no whole number of sequences of 4"):
        Switch(1)(torch.randn(9, 8), torch.randn(3, 8), length=4)


def test_the_shared_expert_takes_its_share_of_every_token() -> None:
    hidden, gate = torch.randn(9, 8, dtype=torch.float64), torch.randn(3, 8, dtype=torch.float64)
    routing = TopK(2)(hidden, gate)
    own = torch.randn(1, 8, dtype=torch.float64)
    shared = with_shared_expert(routing, hidden, own)
    g = (hidden @ own.T).sigmoid()
    assert torch.equal(shared.indices, torch.cat([torch.full((9, 1), 3), routing.indices], dim=1))
    assert torch.allclose(shared.weights, torch.cat([g, (1 - g) * routing.weights], dim=1))
    assert torch.allclose(shared.weights.sum(dim=1), torch.ones(9, dtype=torch.float64))
