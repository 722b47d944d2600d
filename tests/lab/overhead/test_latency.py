"""Latencies composed at shapes small enough to take no time: which rows there are, what they add up to, what is skipped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the lab extra")
pytest.importorskip("peft", reason="needs the lab extra")
pytest.importorskip("transformers", reason="needs the lab extra")

from sovereign.errors import InputError  # noqa: E402
from sovereign.lab.methods import METHODS, variant  # noqa: E402
from sovereign.lab.overhead import budget as budgets  # noqa: E402
from sovereign.lab.overhead import latency, roofline, timing, whole  # noqa: E402
from sovereign.lab.overhead.arena import Arena  # noqa: E402
from sovereign.lab.overhead.budget import budget, bytes_needed, largest  # noqa: E402
from sovereign.lab.overhead.results import Config, Latency, Roof  # noqa: E402
from sovereign.lab.overhead.roofline import predict, rate  # noqa: E402
from sovereign.lab.overhead.sections import rows  # noqa: E402
from sovereign.lab.overhead.tasks import Setting, aliased, settings, tasks, terms  # noqa: E402
from sovereign.lab.overhead.timing import rounds  # noqa: E402
from sovereign.lab.shapes import SHAPES, Shape, shape  # noqa: E402
from tests.lab.overhead.test_latency_sections import small  # noqa: E402


@pytest.fixture(autouse=True)
def small_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of 1 MiB, or every arena would be gigabytes; and one thread, for other tests may run."""
    monkeypatch.setattr(budgets, "cache_bytes", lambda device: 1 << 20)
    monkeypatch.setattr(latency, "cache_bytes", lambda device: 1 << 20)
    monkeypatch.setattr("sovereign.lab.overhead.arena._arena", [])
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def config(**changes: Any) -> Config:
    usual: dict[str, Any] = {"scales": ("x",), "methods": tuple(METHODS), "device": "cpu", "dtype": "float32"}
    usual |= {"tokens": (1, 8), "contexts": (16,), "repeats": 2, "threads": 1, "routings": ("balanced", "zipf")}
    return Config(**usual | changes)


def measure(own: Shape, **changes: Any) -> latency.ShapeLatency:
    return latency.measure(own, config(**changes), lambda line: None)


def test_every_method_has_every_setting_once() -> None:
    found = measure(small("opt-125m")).latency
    keys = [(row.method, row.phase, row.batch_size, row.tokens, row.routing) for row in found]
    assert len(keys) == len(set(keys))
    for method, of in METHODS.items():
        routed = of.adds in ("lora_experts", "experts")
        here = {key[1:] for key in keys if key[0] == method}
        several = ("balanced", "zipf") if routed else ("none",)
        one = "balanced" if routed else "none"
        wide = {(phase, b, t, r) for phase, b, t in (("prefill", 1, 8), ("decode", 8, 1)) for r in several}
        assert here == wide | {("decode", 1, 1, one)}


def test_rows_add_up_and_say_what_they_are() -> None:
    result = measure(small("opt-125m"))
    assert result.roof is not None and result.roof.bandwidth > 0
    for row in result.latency:
        assert sum(row.parts.values()) == pytest.approx(row.seconds)
        assert 0 < row.low <= row.seconds <= row.high
        assert row.predicted is not None and row.predicted > 0
        assert (row.how, row.aliased, row.repeats, row.warm_up) == ("composed", False, 2, 1)
        assert ("adapter" in row.parts) == (row.method == "adapters")
    base = [row for row in result.latency if row.method == "base"]
    assert [row.ratio for row in base] == [1.0] * len(base)


def test_equal_computations_are_measured_once_and_say_so() -> None:
    found = measure(small("opt-125m")).latency
    same = {row.method: row.same_as for row in found}
    assert {name: one for name, one in same.items() if one} == {
        "full_fine_tuning": "base",
        "lora_merged": "base",
        "mixtral": "upcycling",
    }
    for row in found:
        if row.same_as:
            twin = next(
                one
                for one in found
                if one.method == row.same_as
                and (one.phase, one.batch_size, one.tokens, one.routing)
                == (row.phase, row.batch_size, row.tokens, row.routing)
            )
            assert (row.seconds, row.ratio) == (twin.seconds, twin.ratio)


def test_a_ratio_is_the_median_of_ratios_within_a_round() -> None:
    own = small("opt-125m")
    variants = [variant(own, name) for name in ("base", "lora")]
    setting = Setting("prefill", 8, 0, "balanced")
    ring = Arena(1 << 20, torch.float32)
    with torch.no_grad():
        todo = tasks(variants, [setting], ring, 1, 0)
        timed = rounds(todo, 3, 1)
    of = {name: [t.task for t in terms(one, setting)] for name, one in zip(("base", "lora"), variants, strict=True)}
    # The machine is twice as slow in the second round and three times in the third: ratios stay what they were.
    slow = [1.0, 2.0, 30.0]
    times = {task: [(2.0 if task.endswith("lora") or "lora/" in task else 1.0) * one for one in slow] for task in todo}
    base, lora = latency._rows(variants, setting, timed._replace(seconds=times), todo, [])
    layers = own.num_hidden_layers
    assert set(of["lora"]) - set(of["base"]) == {"attention/lora", "feed_forward/lora/none"}
    assert lora.ratio == pytest.approx((2 * 2 * layers + layers + 2) / (3 * layers + 2))
    assert base.seconds == pytest.approx(2.0 * (3 * layers + 2) / 8)
    assert (base.low, base.high) == pytest.approx((1.5 * (3 * layers + 2) / 8, 16 * (3 * layers + 2) / 8))


def test_the_base_is_measured_even_if_only_another_method_is_asked_for() -> None:
    found = measure(small("llama2-70b"), methods=("lora",), tokens=(1,), routings=("balanced",)).latency
    assert [row.method for row in found] == ["base", "lora"]


def test_a_mixture_is_its_own_base_and_skips_what_starts_from_a_dense_model() -> None:
    result = measure(small("mixtral-8x7b"), tokens=(8,))
    assert {row.method for row in result.latency} == {"base", "full_fine_tuning", "lora", "lora_merged", "adapters"}
    assert {row.routing for row in result.latency} == {"balanced", "zipf"}
    skipped = {one.method for one in result.skipped}
    assert skipped == {"mixlora", "mixlora_naive", "mixlora_reference", "upcycling", "mixtral"}
    assert all("mixture" in one.reason for one in result.skipped)


def test_bert_reads_prompts_only() -> None:
    result = measure(small("bert-110m"), tokens=(1, 8, 1024))
    assert {(row.phase, row.tokens) for row in result.latency} == {("prefill", 8)}
    assert [(one.what, one.method) for one in result.skipped] == [("decode", "all"), ("1024 rows", "all")]


def test_nothing_left_to_measure_is_said() -> None:
    result = measure(small("bert-110m"), tokens=(1,))
    assert (result.latency, result.roof) == ((), None)
    assert result.skipped


def test_contexts_that_do_not_fit_and_many_rows_of_large_models_are_skipped() -> None:
    counts, skipped = latency._possible(shape("opt-30b"), config(tokens=(512, 128), contexts=(2048, 4096)))
    assert counts == [128]
    assert [one.what for one in skipped if one.method == "all"] == ["decode at context 4096", "512 rows"]
    assert latency._possible(shape("llama2-13b"), config(tokens=(512,)))[0] == [512]


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(InputError, match="no CUDA device"):
        measure(small("opt-125m"), device="cuda")


def test_one_token_has_one_routing_and_no_prompt() -> None:
    own = shape("opt-125m")
    assert list(settings(own, 1, (16, 32), ("balanced", "zipf"))) == [
        Setting("decode", 1, 16, "balanced"),
        Setting("decode", 1, 32, "balanced"),
    ]
    assert len(list(settings(own, 8, (16,), ("balanced", "zipf")))) == 4


@pytest.mark.parametrize("name", SHAPES)
def test_the_arena_is_four_caches_and_the_largest_matrix(name: str) -> None:
    own = shape(name)
    plan = budget(own, config(), available=1 << 40, cache=1 << 29)
    assert (plan.slices, plan.cold) == (1, True)
    assert plan.arena_bytes == plan.needed == 4 * (1 << 29) + 4 * largest(own, 1)


def test_little_memory_means_slices_and_then_less_than_four_caches() -> None:
    own = shape("opt-175b")
    wide = 4 * largest(own, 1)
    roomy = budget(own, config(), available=1 << 40, cache=1 << 28)
    tight = budget(own, config(), available=int(wide / 0.6), cache=1 << 28)
    assert roomy.slices == 1
    assert tight.slices > 1 and tight.cold and tight.arena_bytes <= wide
    least = budget(own, config(), available=1 << 29, cache=1 << 28)
    assert not least.cold and least.arena_bytes < least.needed
    assert [one.what for one in latency._notes(own, config(), least)] == ["cold weights"]
    assert latency._notes(own, config(), roomy) == []


def test_a_quick_run_without_fast_bf16_halves_the_largest_block_only() -> None:
    quick = config(quick=True)
    assert budget(shape("opt-175b"), quick, 1 << 40, 1 << 29).slices == 2
    assert budget(shape("opt-6.7b"), quick, 1 << 40, 1 << 29).slices == 1


def test_an_arena_that_is_there_already_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    own = small("opt-125m")
    measure(own, tokens=(8,), methods=("base",))
    needed = budget(own, config()).needed
    monkeypatch.setattr(latency, "available_bytes", lambda device: needed)  # of which no more than a share is used
    assert [one.what for one in measure(own, tokens=(8,), methods=("base",)).skipped] == []
    monkeypatch.setattr("sovereign.lab.overhead.arena._arena", [])
    assert [one.what for one in measure(own, tokens=(8,), methods=("base",)).skipped] == ["cold weights"]


def test_what_is_needed_grows_with_rows_and_dtype() -> None:
    own = shape("opt-1.3b")
    assert bytes_needed(own, config(tokens=(512,))) > bytes_needed(own, config(tokens=(1,)))
    assert bytes_needed(own, config(dtype="bfloat16")) < bytes_needed(own, config())


def test_slices_give_about_the_time_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        timing, "perf_counter", time.process_time
    )  # of one thread, so that a busy machine does not matter
    own = small("opt-125m").model_copy(
        update={"hidden_size": 1024, "intermediate_size": 4096, "word_embed_proj_dim": 1024}
    )
    variants = [variant(own, name) for name in ("base", "lora")]
    setting = Setting("prefill", 16, 0, "balanced")
    ring = Arena(32 << 20, torch.float32)
    torch.set_num_threads(1)
    names = ("attention/base", "feed_forward/base/none", "feed_forward/lora/none")
    with torch.no_grad():
        whole_ones, cut = (tasks(variants, [setting], ring, slices, 0) for slices in (1, 2))
        both = {f"1 {name}": whole_ones[name] for name in names} | {f"2 {name}": cut[name] for name in names}
        seconds = {name: min(each) for name, each in rounds(both, 7, 2).seconds.items()}
    for name in names:
        assert seconds[f"2 {name}"] == pytest.approx(seconds[f"1 {name}"], rel=0.5), name


def test_rows_measured_in_slices_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = budgets.Budget(8 << 20, 2, True, 8 << 20)
    monkeypatch.setattr(latency, "budget", lambda *given: plan)
    found = measure(small("opt-125m"), tokens=(8,), methods=("mixlora",)).latency
    assert {row.how for row in found} == {"tiled"}


def test_experts_that_do_not_fit_share_memory_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    own = small("opt-125m").model_copy(update={"intermediate_size": 4096})
    monkeypatch.setattr(latency, "budget", lambda *given: budgets.Budget(4 << 20, 1, True, 4 << 20))
    found = measure(own, tokens=(8,), methods=("mixlora", "upcycling"), routings=("balanced",)).latency
    assert {row.method: row.aliased for row in found} == {"base": False, "mixlora": False, "upcycling": True}


def test_slices_of_experts_that_fit_share_no_memory() -> None:
    own = small("opt-125m").model_copy(update={"intermediate_size": 4096})
    ring = Arena(1 << 20, torch.float32)  # 8 experts of 2 * 64 * 4096 weights are four times as many
    assert [aliased(variant(own, "upcycling"), ring, slices) for slices in (1, 2, 4)] == [True, True, False]
    assert not aliased(variant(own, "mixlora_naive"), ring, 1)


def test_caches_beyond_half_of_the_arena_are_timed_for_a_part_of_the_batch() -> None:
    own = small("opt-125m")
    ring = Arena(1 << 20, torch.float32)
    one = 2 * 64 * 512 * 4
    with torch.no_grad():
        found = tasks([variant(own, "base")], [Setting("decode", 64, 512, "balanced")], ring, 1, 0)
    assert found["decode/512"].scale == 64 / ((ring.bytes // 2) // one)


ROOF = Roof(shape="x", rates={1: 10.0e9, 8: 80.0e9, 32: 200.0e9}, bandwidth=20.0e9)


def test_rates_between_those_measured() -> None:
    assert [rate(ROOF, n) for n in (1, 8, 32, 64)] == [10e9, 80e9, 200e9, 200e9]
    assert rate(ROOF, 16) == pytest.approx((80e9 * 200e9) ** 0.5)
    assert all(rate(ROOF, a) < rate(ROOF, b) for a, b in pairwise(range(1, 33)))


def test_a_prediction_is_the_sum_over_products() -> None:
    of = variant("opt-6.7b", "base")
    one = predict(of, Setting("decode", 1, 1024, "balanced"), ROOF, 2, 1 << 20, 0)
    weights = 32 * 12 * 4096**2 + 50272 * 4096
    assert one == pytest.approx(2 * weights / 10e9 + 32 * 2 * 1024 * 4096 * 2 / 20e9)
    naive = predict(variant("opt-6.7b", "mixlora_naive"), Setting("decode", 1, 1024, "balanced"), ROOF, 2, 1 << 20, 0)
    shared = predict(variant("opt-6.7b", "mixlora"), Setting("decode", 1, 1024, "balanced"), ROOF, 2, 1 << 20, 0)
    assert one < shared < naive
    assert naive - shared == pytest.approx(32 * 2 * 8 * 4096**2 / 10e9)


def test_a_roof_is_measured_at_the_shapes_own_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "perf_counter", time.process_time)
    ring = Arena(1 << 22, torch.float32)
    torch.set_num_threads(1)
    found = roofline.measure_roof(small("opt-125m"), [8, 64], ring, 1, 3, 1)
    assert sorted(found.rates) == [1, 8, 64]
    assert found.rates[64] > found.rates[1]
    assert found.bandwidth == pytest.approx(found.rates[1] * 4 / 2)


def test_whole_models_are_held_against_what_was_composed() -> None:
    own = small("opt-125m")
    asked = config(tokens=(1, 32), methods=("base", "lora", "mixlora"), routings=("balanced",))
    composed = latency.measure(own, asked, lambda line: None).latency
    lines: list[str] = []
    found, skipped = whole.measure(own, asked, composed, lines.append)
    assert skipped == () and lines
    each = {(one.implementation, one.method, one.phase, one.tokens, one.context_length) for one in found}
    places = (("prefill", 32, 0), ("decode", 1, 16))
    assert each == {
        (kind, method, *place)
        for kind in ("sovereign", "transformers")
        for method in ("base", "lora", "mixlora")
        for place in places
    }
    for one in found:
        assert one.error == pytest.approx(one.composed / one.measured - 1)
        row = next(
            r
            for r in composed
            if (r.method, r.phase, r.tokens) == (one.method, one.phase, one.tokens) and r.batch_size == 1
        )
        assert one.composed == row.seconds


def test_a_whole_model_of_bert_is_measured() -> None:
    own = small("bert-110m")
    asked = config(tokens=(32,), methods=("base", "adapters"), routings=("balanced",))
    found, _ = whole.measure(own, asked, latency.measure(own, asked, lambda line: None).latency, lambda line: None)
    assert {(one.implementation, one.method) for one in found} == {
        ("sovereign", "base"),
        ("sovereign", "adapters"),
        ("transformers", "base"),
    }


def test_large_models_are_not_measured_whole_and_why() -> None:
    row = Latency(
        shape="opt-6.7b", method="base", phase="decode", batch_size=1, tokens=1, context_length=16, routing="none",
        how="composed", seconds=1.0, low=1.0, high=1.0, ratio=1.0, parts={}, repeats=2, warm_up=1,
    )  # fmt: skip
    found, skipped = whole.measure(shape("opt-6.7b"), config(), [row], lambda line: None)
    assert found == () and "1.5B" in skipped[0].reason
    _, skipped = whole.measure(shape("opt-125m"), config(), [], lambda line: None)
    assert "nothing was composed" in skipped[0].reason


def test_rows_are_as_a_norm_leaves_them() -> None:
    x = rows(shape("opt-125m"), 64, torch.empty(0, dtype=torch.bfloat16), 0)
    assert x.dtype == torch.bfloat16 and x.shape == (64, 768)
    assert x.float().std().item() == pytest.approx(1.0, rel=0.02)
