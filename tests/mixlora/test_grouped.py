"""The routed part by grouped products: on a CPU in fp32, where it is never used of itself, and on a GPU where there is one."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from sovereign.mixlora import factored, grouped  # noqa: E402
from sovereign.mixlora.factored import factored_ffn, mixlora_ffn  # noqa: E402
from sovereign.mixlora.naive import naive_ffn  # noqa: E402
from tests.mixlora.blocks import FORMS, Case, assert_same  # noqa: E402
from tests.mixlora.test_compiled import copy  # noqa: E402


def pair(form: str, dropout: float, without: frozenset[str] = frozenset()) -> tuple[Case, Case]:
    """The same block in fp32 and in fp64, with rows that are aligned."""
    sizes = {"hidden": 16, "inner": 24, "r": 4, "bias": True, "dropout": dropout, "without": without}
    ours, exact = (Case(form, dtype=dtype, **sizes) for dtype in (torch.float32, torch.float64))  # type: ignore[arg-type]
    copy(ours, exact)
    return ours, exact


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grouped products in fp32 on this CPU; a number for each time that they were used."""
    calls: list[int] = []
    real = grouped.grouped

    def watched(*args: object) -> object:
        calls.append(len(calls))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(factored, "compiled", lambda *_: None)
    monkeypatch.setattr(factored, "product_dtype", lambda *_: torch.float32)
    monkeypatch.setattr(factored, "grouped", watched)
    monkeypatch.setattr(grouped, "_multiply", lambda *_: grouped._grouped_mm)
    return calls


@pytest.mark.parametrize("count", [1, 2, 9, 70])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("form", FORMS)
def test_equals_its_definition(form: str, dropout: float, count: int, used: list[int]):
    ours, exact = pair(form, dropout)
    x = ours.tokens(count)
    masks = ours.masks(x)
    got = ours.results(lambda x: factored_ffn(x, ours.route(x), ours.frozen, ours.experts, masks), x)
    expected = exact.results(lambda x: naive_ffn(x, exact.route(x), exact.frozen, exact.experts, masks), x.double())
    assert used == [0]
    assert_same([tensor.double() for tensor in got], expected, 1e-5)


@pytest.mark.parametrize(
    "without", [frozenset({"up_proj"}), frozenset({"down_proj"}), frozenset({"gate_proj", "up_proj"})]
)
def test_projections_without_experts(without: frozenset[str], used: list[int]):
    ours, exact = pair("gated", 0.0, without)
    x = ours.tokens(9)
    got = ours.results(lambda x: factored_ffn(x, ours.route(x), ours.frozen, ours.experts, {}), x)
    expected = exact.results(lambda x: naive_ffn(x, exact.route(x), exact.frozen, exact.experts, {}), x.double())
    assert used == [0]
    assert_same([tensor.double() for tensor in got], expected, 1e-5)


def test_rows_that_are_not_aligned_go_another_way(used: list[int]):
    odd = Case(hidden=16, inner=24, r=3, dtype=torch.float32)
    x = odd.tokens(9)
    factored_ffn(x, odd.route(x), odd.frozen, odd.experts, {})
    assert used == []


def test_it_is_not_used_on_a_cpu():
    assert grouped.product_dtype(torch.zeros(2, 4, dtype=torch.bfloat16), torch.bfloat16) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("form", FORMS)
def test_on_a_gpu(form: str):
    sizes = {"hidden": 64, "inner": 96, "r": 16, "num_experts": 8}
    ours, exact = Case(form, dtype=torch.bfloat16, **sizes), Case(form, **sizes)  # type: ignore[arg-type]
    copy(ours, exact)
    x = ours.tokens(200)
    routing = exact.route(x.double())
    expected = mixlora_ffn(x.double(), routing, exact.frozen, exact.experts, False)
    modules = [*(getattr(ours.frozen, n) for n in ours.frozen.projections), *ours.experts.values()]
    for module in modules:
        module.cuda()
    on_gpu = routing._replace(**{name: value.cuda() for name, value in routing._asdict().items()})
    got = mixlora_ffn(x.cuda(), on_gpu, ours.frozen, ours.experts, False)
    assert_same([got.double().cpu()], [expected], 0.05)
