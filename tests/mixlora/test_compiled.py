"""The compiled block equals its definition to fp32 rounding, and what it is not made for stays with PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from sovereign.mixlora import factored, native  # noqa: E402
from sovereign.mixlora.factored import factored_ffn  # noqa: E402
from sovereign.mixlora.naive import naive_ffn  # noqa: E402
from tests.mixlora.blocks import Case, assert_same  # noqa: E402

needs_library = pytest.mark.skipif(native.load() is None, reason="no C compiler with OpenMP")


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """Threads share the work of a block, also where the tests have one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def case(
    dtype: torch.dtype = torch.float32, act: str = "silu", r: int = 16, dropout: float = 0.0, **other: int
) -> Case:
    sizes = {"hidden": 48, "inner": 272, **other}  # inner: more than one tile wide, and not whole tiles
    return Case(act=act, r=r, dropout=dropout, bias=True, dtype=dtype, **sizes)


def spy(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each later call was computed by the library."""
    seen: list[bool] = []
    real = factored.compiled

    def watched(*args: object) -> object:
        result = real(*args)  # type: ignore[arg-type]
        seen.append(result is not None)
        return result

    monkeypatch.setattr(factored, "compiled", watched)
    return seen


@needs_library
@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("count", [1, 40])
def test_without_gradients_it_is_the_same(context: type, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the library is called directly, not as a function of autograd."""
    ours, seen = case(), spy(monkeypatch)
    x = ours.tokens(count)
    expected = factored_ffn(x, ours.route(x), ours.frozen, ours.experts, {})
    assert expected.requires_grad
    with context():
        got = factored_ffn(x, ours.route(x), ours.frozen, ours.experts, {})
    assert torch.equal(got, expected) and seen == [True, True]


@needs_library
@pytest.mark.parametrize("size", [3, 10, 30, 100, 1000])
@pytest.mark.parametrize("act", ["silu", "gelu_tanh"])
def test_gradients_where_the_gate_is_saturated(act: str, size: float) -> None:
    ours, exact = case(act=act), case(torch.float64, act)
    with torch.no_grad():
        ours.frozen.gate_proj.weight.mul_(size)
    copy(ours, exact)
    x = ours.tokens(40)
    got = ours.results(lambda x: factored_ffn(x, ours.route(x), ours.frozen, ours.experts, {}), x)
    expected = exact.results(lambda x: naive_ffn(x, exact.route(x), exact.frozen, exact.experts, {}), x.double())
    assert_same([tensor.double() for tensor in got], expected, 2e-5)


@needs_library
@pytest.mark.parametrize("count", [1, 2, 9, 200])
@pytest.mark.parametrize("act", ["silu", "gelu_tanh"])
@pytest.mark.parametrize(("r", "dropout"), [(16, 0.0), (6, 0.3), (40, 0.0)])
def test_equals_its_definition(count: int, act: str, r: int, dropout: float, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, exact = case(act=act, r=r, dropout=dropout), case(torch.float64, act, r, dropout)
    copy(ours, exact)
    x, seen = ours.tokens(count), spy(monkeypatch)
    masks = ours.masks(x)
    got = ours.results(lambda x: factored_ffn(x, ours.route(x), ours.frozen, ours.experts, masks), x)
    expected = exact.results(lambda x: naive_ffn(x, exact.route(x), exact.frozen, exact.experts, masks), x.double())
    assert seen == [True]
    assert_same([tensor.double() for tensor in got], expected, 1e-5)


def copy(source: Case, target: Case) -> None:
    """The parameters, frozen and not."""
    pairs = [*zip(source.parameters(), target.parameters(), strict=True)]
    for name in source.frozen.projections:
        ours, theirs = getattr(source.frozen, name), getattr(target.frozen, name)
        pairs += zip(ours.parameters(), theirs.parameters(), strict=True)
    with torch.no_grad():
        for ours, theirs in pairs:
            theirs.copy_(ours)


@needs_library
def test_the_same_twice() -> None:
    block = case()
    x = block.tokens(300)

    def run() -> list[Tensor]:
        return block.results(lambda x: factored_ffn(x, block.route(x), block.frozen, block.experts, {}), x)

    for first, second in zip(run(), run(), strict=True):
        assert torch.equal(first, second)


@needs_library
def test_large_inner_values_and_nan() -> None:
    block = case()
    x = block.tokens(40)
    routing = block.route(x)
    wide = factored_ffn(1e4 * x, routing, block.frozen, block.experts, {})
    assert_same([wide.double()], [naive_ffn(1e4 * x, routing, block.frozen, block.experts).double()], 1e-5)
    x[3, 0] = float("nan")
    rows = factored_ffn(x, routing, block.frozen, block.experts, {}).isnan()
    assert rows[3].all() and not rows[torch.arange(40) != 3].any()


@needs_library
def test_an_expert_that_is_not_there_is_refused() -> None:
    block = case()
    x = block.tokens(40)
    routing = block.route(x)
    for wrong in (-3, 5):
        indices = routing.indices.clone()
        indices[7, 1] = wrong
        with pytest.raises(IndexError, match=r"0\.\.4"):
            factored_ffn(x, routing._replace(indices=indices), block.frozen, block.experts, {})


@pytest.mark.parametrize(
    "block",
    [
        Case(hidden=40, inner=48, dtype=torch.float32),
        Case(hidden=48, inner=48, dtype=torch.float64),
        Case("fused", hidden=48, inner=48, dtype=torch.float32),
        Case("plain", hidden=48, inner=48, dtype=torch.float32),
        Case(act="gelu", hidden=48, inner=48, dtype=torch.float32),
        Case(hidden=48, inner=48, r=130, dtype=torch.float32),
        Case(hidden=48, inner=48, without=frozenset({"up_proj"}), dtype=torch.float32),
    ],
    ids=["width", "fp64", "fused", "plain", "gelu", "rank", "without"],
)
def test_what_it_is_not_made_for(block: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = spy(monkeypatch)
    x = block.tokens(9)
    y = factored_ffn(x, block.route(x), block.frozen, block.experts, {})
    assert seen == [False]
    assert_same([y], [naive_ffn(x, block.route(x), block.frozen, block.experts)], 1e-4)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and a loader that has loaded nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SOVEREIGN_MIXLORA_NATIVE", raising=False)
    monkeypatch.setattr(native, "load", native.load.__wrapped__)
    return tmp_path


@needs_library
def test_the_library_is_kept(fresh: Path) -> None:
    assert native.load() is not None
    (kept,) = fresh.rglob("*.so")
    built = kept.stat().st_mtime_ns
    assert native.load() is not None
    assert kept.stat().st_mtime_ns == built
    assert [path for path in fresh.rglob("*") if path.is_file()] == [kept]


@needs_library
def test_a_cache_that_cannot_be_written_is_done_without(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fresh / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(fresh / "file"))
    assert native.load() is not None


@pytest.mark.parametrize("compiler", ["no-such-compiler", "false", "true"])
def test_without_a_compiler_that_works(compiler: str, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", compiler)
    assert native.load() is None
    block = case()
    x = block.tokens(9)
    y = factored_ffn(x, block.route(x), block.frozen, block.experts, {})
    assert_same([y], [naive_ffn(x, block.route(x), block.frozen, block.experts)], 1e-4)


def test_it_can_be_switched_off(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_MIXLORA_NATIVE", "0")
    assert native.load() is None
    assert not list(fresh.iterdir())
