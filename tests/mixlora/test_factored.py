"""The factored block equals its definition, in value and in every gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

from sovereign.mixlora import blocks  # noqa: E402
from sovereign.mixlora.experts import ExpertLora  # noqa: E402
from sovereign.mixlora.factored import factored_ffn, mixlora_ffn  # noqa: E402
from sovereign.mixlora.frozen import FrozenMlp  # noqa: E402
from sovereign.mixlora.naive import naive_ffn  # noqa: E402
from sovereign.mixlora.routing import Routing  # noqa: E402
from tests.mixlora.blocks import ACTIVATIONS, FORMS, ROUTERS, VARIANTS, Case, assert_same  # noqa: E402

Forward = Callable[[Tensor], Tensor]


def both(case: Case, x: Tensor) -> tuple[Forward, Forward]:
    """The factored and the naive forward for such tokens, with the same dropout masks."""
    masks = case.masks(x)
    return (
        lambda x: factored_ffn(x, case.route(x), case.frozen, case.experts, masks),
        lambda x: naive_ffn(x, case.route(x), case.frozen, case.experts, masks),
    )


@given(data=st.data())
@settings(max_examples=100)
def test_equals_its_definition(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(list(FORMS)))
    num_experts = data.draw(st.integers(1, 6))
    names = [*FORMS[form], "down_proj"]
    case = Case(
        form,
        data.draw(st.sampled_from(list(ACTIVATIONS))),
        hidden=data.draw(st.integers(1, 13)),
        inner=data.draw(st.integers(1, 17)),
        num_experts=num_experts,
        top_k=data.draw(st.integers(1, num_experts)),
        r=data.draw(st.integers(1, 4)),
        bias=data.draw(st.booleans()),
        dropout=data.draw(st.sampled_from([0.0, 0.3])),
        use_rslora=data.draw(st.booleans()),
        without=data.draw(st.frozensets(st.sampled_from(names), max_size=len(names) - 1)),
        router=data.draw(st.sampled_from(list(ROUTERS))),
        use_dora=data.draw(st.booleans()),
        shared_expert=data.draw(st.booleans()),
        seed=data.draw(st.integers(0, 1000)),
    )
    count = data.draw(st.integers(0, 40))
    x = case.tokens(count)
    factored, naive = both(case, x)
    assert_same(case.results(factored, x), case.results(naive, x))


@pytest.mark.parametrize("count", [0, 1, 3, 97, 600])
@pytest.mark.parametrize(
    ("form", "variant"),
    [*((form, {}) for form in FORMS), *(("gated", variant) for variant in VARIANTS), ("fused", VARIANTS[-1])],
)
def test_equals_its_definition_at_every_length(
    form: str, variant: dict[str, Any], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """97 and 600 tokens in blocks of 16 rows, so that experts take several."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 0)
    monkeypatch.setattr(blocks, "MIN_ROWS", 16)
    case = Case(form, bias=True, dropout=0.2, **variant)
    x = case.tokens(count)
    factored, naive = both(case, x)
    assert_same(case.results(factored, x), case.results(naive, x))


def test_rows_that_nearly_cancel_keep_their_digits() -> None:
    case = Case(inner=1, num_experts=2, use_dora=True)
    lora, down = case.experts["down_proj"], case.frozen.down_proj
    with torch.no_grad():
        down.weight.fill_(1.0)
        lora.lora_A.fill_(1.0)
        lora.lora_B.zero_()
        lora.lora_B[:, :, 0] = (1e-4 - 1) / lora.scaling
    x = case.tokens(8)
    factored, naive = both(case, x)
    assert_same(case.results(factored, x), case.results(naive, x))


@pytest.mark.parametrize("count", [1, 30])
def test_one_expert_is_a_merged_block(count: int) -> None:
    case = Case(num_experts=1, top_k=1, bias=True)
    merged = {name: nn.Linear(1, 1) for name in case.frozen.projections}
    for name, module in merged.items():
        frozen = getattr(case.frozen, name)
        module.weight = nn.Parameter(frozen.weight + case.experts[name].delta_weight(0))
        module.bias = frozen.bias
    x = case.tokens(count)
    dense = merged["down_proj"](torch.nn.functional.silu(merged["gate_proj"](x)) * merged["up_proj"](x))
    assert_same([mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)], [dense])


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("form", FORMS)
def test_an_untrained_adapter_changes_nothing(form: str, count: int) -> None:
    case = Case(form, bias=True)
    for lora in case.experts.values():
        lora.reset_parameters()
    x = case.tokens(count)
    dense = naive_ffn(x, Routing(torch.ones(count, 1), torch.zeros(count, 1, dtype=torch.int64), x), case.frozen, {})
    assert_same([mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)], [dense], 1e-12)


@pytest.mark.parametrize("count", [2, 30])
def test_the_bias_counts_with_the_sum_of_the_weights(count: int) -> None:
    case = Case(bias=True)
    x = case.tokens(count)
    routing = case.route(x)
    routing = routing._replace(weights=0.7 * routing.weights)
    assert_same(
        [factored_ffn(x, routing, case.frozen, case.experts, {})], [naive_ffn(x, routing, case.frozen, case.experts)]
    )


@pytest.mark.parametrize("count", [3, 50])
def test_the_order_of_experts_does_not_matter(count: int) -> None:
    case = Case()
    x = case.tokens(count)
    expected = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
    order = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        for parameter in case.parameters():
            parameter.copy_(parameter[order])
    assert_same([mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)], [expected], 1e-12)


def test_a_row_does_not_depend_on_the_others() -> None:
    """So padding changes nothing, and neither does whether few or many tokens come together."""
    case = Case()
    x = case.tokens(40)
    together = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
    alone = torch.cat([mixlora_ffn(row, case.route(row), case.frozen, case.experts, False) for row in x.split(1)])
    padded = torch.cat([x, torch.zeros_like(x)])
    assert_same([alone], [together], 1e-12)
    assert_same([mixlora_ffn(padded, case.route(padded), case.frozen, case.experts, False)[:40]], [together], 1e-12)


@pytest.mark.parametrize("count", [3, 50])
def test_dropout_is_on_in_training_only_and_follows_the_seed(count: int) -> None:
    case = Case(dropout=0.5)
    x = case.tokens(count)

    def run(training: bool, seed: int) -> Tensor:
        torch.manual_seed(seed)
        return mixlora_ffn(x, case.route(x), case.frozen, case.experts, training)

    assert torch.equal(run(False, 1), run(False, 2))
    assert torch.equal(run(True, 1), run(True, 1))
    assert not torch.equal(run(True, 1), run(True, 2))


@pytest.mark.parametrize("count", [3, 50])
@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpointing_gives_the_same_gradients(count: int, reentrant: bool) -> None:
    case = Case(dropout=0.3)
    x = case.tokens(count).requires_grad_()
    results = []
    for wrap in (lambda f: f, lambda f: partial(checkpoint, f, use_reentrant=reentrant)):
        torch.manual_seed(7)
        y = wrap(lambda x: mixlora_ffn(x, case.route(x), case.frozen, case.experts, True))(x)
        for tensor in (x, *case.parameters()):
            tensor.grad = None
        y.square().sum().backward()
        results.append([y.detach(), *(tensor.grad for tensor in (x, *case.parameters()))])
    assert_same(results[1], results[0], 1e-14)


@pytest.mark.parametrize("count", [3, 50])
def test_weights_that_are_not_frozen_get_their_gradients(count: int) -> None:
    case = Case(bias=True)
    weights = [p for name in case.frozen.projections for p in getattr(case.frozen, name).parameters()]
    for weight in weights:
        weight.requires_grad_()
    x = case.tokens(count)
    factored, naive = ([*torch.autograd.grad(forward(x).sum(), weights)] for forward in both(case, x))
    assert_same(factored, naive)


@pytest.mark.parametrize("count", [3, 50])
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_without_gradients(mode: Callable[[], torch.no_grad], count: int) -> None:
    case = Case()
    x = case.tokens(count)
    expected = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
    with mode():
        y = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
    assert not y.requires_grad
    assert torch.equal(y, expected.detach())


def test_modules_are_called_so_that_wrapped_ones_work() -> None:
    class Wrapped(nn.Module):
        def __init__(self, linear: nn.Linear) -> None:
            super().__init__()
            self.linear, self.bias = linear, linear.bias

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(x)

    case = Case(bias=True)
    wrapped = FrozenMlp(
        case.frozen.act_fn, **{name: Wrapped(getattr(case.frozen, name)) for name in case.frozen.projections}
    )
    x = case.tokens(30)
    expected = case.results(lambda x: mixlora_ffn(x, case.route(x), case.frozen, case.experts, False), x)
    assert_same(case.results(lambda x: mixlora_ffn(x, case.route(x), wrapped, case.experts, False), x), expected, 1e-14)


@pytest.mark.parametrize("count", [3, 50])
@pytest.mark.parametrize("autocast", [False, True])
def test_half_precision_model_with_fp32_adapters(count: int, autocast: bool) -> None:
    exact, case = Case(hidden=32, inner=48), Case(hidden=32, inner=48, dtype=torch.float32)
    base = torch.float32 if autocast else torch.bfloat16
    with torch.no_grad():
        for ours, theirs in zip(case.parameters(), exact.parameters(), strict=True):
            ours.copy_(theirs)
        for name in case.frozen.projections:
            getattr(case.frozen, name).to(base).weight.copy_(getattr(exact.frozen, name).weight)
    x = case.tokens(count).to(base).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        y = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
        y.float().sum().backward()  # also under autocast, as some trainers do
    assert y.dtype == torch.bfloat16
    assert x.grad is not None and x.grad.dtype == base
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in case.parameters())
    expected = naive_ffn(x.detach().double(), exact.route(x.detach().double()), exact.frozen, exact.experts)
    assert_same([y.double()], [expected], 0.03)


def test_a_second_derivative_is_refused() -> None:
    case = Case()
    x = case.tokens(30).requires_grad_()
    y = mixlora_ffn(x, case.route(x), case.frozen, case.experts, False)
    (dx,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        dx.sum().backward()


def test_wrong_arguments_are_named() -> None:
    case = Case()
    x = case.tokens(3)
    stray = {"o_proj": ExpertLora(5, 12, 12, 2, 4)}
    with pytest.raises(ValueError, match="o_proj"):
        mixlora_ffn(x, case.route(x), case.frozen, stray, False)
    with pytest.raises(ValueError, match=r"\[tokens, features\]"):
        mixlora_ffn(x[None], case.route(x), case.frozen, case.experts, False)
    with pytest.raises(ValueError, match="gate_up_proj"):
        FrozenMlp(nn.SiLU(), nn.Linear(2, 2))
    with pytest.raises(ValueError, match="gate_up_proj"):
        FrozenMlp(nn.SiLU(), nn.Linear(2, 2), gate_proj=nn.Linear(2, 2), gate_up_proj=nn.Linear(2, 4))
