"""Memory of real models: what a process's peak sees, what is composed from slices, and what is refused."""

from __future__ import annotations

import sys
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the lab extra")
pytest.importorskip("transformers", reason="needs the lab extra")
pytest.importorskip("peft", reason="needs the lab extra")

from sovereign.lab.counts import parameters  # noqa: E402
from sovereign.lab.memory import training_memory  # noqa: E402
from sovereign.lab.methods import METHODS, applies, hyperparameters, variant  # noqa: E402
from sovereign.lab.overhead import memory, models, peak, training  # noqa: E402
from sovereign.lab.overhead.results import Config, Memory  # noqa: E402
from sovereign.lab.shapes import SHAPES, Shape, shape  # noqa: E402

MB = 1 << 20
linux = pytest.mark.skipif(peak.why_not("cpu") is not None, reason="peaks are read from /proc")


def config(**changes: Any) -> Config:
    usual: dict[str, Any] = {
        "scales": ("350m",),
        "methods": tuple(METHODS),
        "device": "cpu",
        "dtype": "float32",
        "tokens": (1,),
        "contexts": (1,),
        "memory_tokens": 64,
        "threads": 2,
    }
    return Config(**usual | changes)


def small(name: str, layers: int = 4) -> Shape:
    """The shape of that name with few and narrow blocks; still some MB each, so that a process can see them."""
    own = shape(name)
    grouped = own.num_key_value_heads < own.num_attention_heads
    sizes = {"hidden_size": 512, "intermediate_size": 2048, "num_attention_heads": 8, "vocab_size": 4000}
    sizes |= {"num_key_value_heads": 4 if grouped else 8, "word_embed_proj_dim": 256 if own.projected else 512}
    return own.model_copy(update=sizes | {"num_hidden_layers": layers})


def job(own: Shape, method: str, dtype: str = "float32", tokens: int = 64) -> training.Job:
    return training.Job(variant(own, method, hyperparameters(m=16)), tokens, dtype, "cpu", 2, 0)


def _allocate(megabytes: int) -> tuple[int, int, int]:
    torch.ones(4 * MB).add_(1)  # starts the threads
    before = peak.held("cpu")
    peak.reset("cpu")
    kept = torch.ones(megabytes * MB // 4)
    both = kept + 1
    del both
    high = peak.highest("cpu") - before
    now = peak.held("cpu") - before
    del kept
    return high, now, peak.held("cpu") - before


@linux
def test_a_peak_sees_what_was_allocated_and_what_was_given_back() -> None:
    high, now, after = peak.in_own_process(_allocate, 200)
    assert high == pytest.approx(400 * MB, rel=0.02)
    assert now == pytest.approx(200 * MB, rel=0.02)
    assert abs(after) < 4 * MB


def _raises() -> None:
    raise ValueError("as it was")


def _dies() -> None:
    import os

    os._exit(9)


@linux
def test_what_the_process_raises_is_raised_here_and_its_death_is_told() -> None:
    with pytest.raises(ValueError, match="as it was"):
        peak.in_own_process(_raises)
    with pytest.raises(peak.Unmeasurable, match="killed"):
        peak.in_own_process(_dies)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("method", models.MEASURABLE)
@pytest.mark.parametrize("name", ["bert-110m", "opt-125m", "opt-350m", "llama2-7b", "llama2-70b"])
def test_real_models_hold_the_tensors_that_the_cost_model_counts(name: str, method: str, dtype: str) -> None:
    own = job(small(name, 2), method, dtype)
    model = models.model_of(own.of, dtype, "cpu")
    counted = parameters(own.of)
    assert sum(p.numel() for p in model.parameters()) == counted.total
    trained = [p for p in model.parameters() if p.requires_grad]
    assert sum(p.numel() for p in trained) == counted.total_trained
    added = sum(p.numel() for n, p in model.named_parameters() if training._is_added(n))
    assert added == counted.total - counted.base
    if trained:
        optimizer = training.AdamW(trained)
        how = "adamw_fp32" if dtype == "float32" else "adamw_mixed"
        assert optimizer.state_bytes() == training_memory(own.of, 64, by=how)["optimizer"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_optimizer_is_adamw(dtype: Any) -> None:
    start = torch.randn(700, 3)
    ours, theirs = start.clone().to(dtype).requires_grad_(), start.to(dtype).float().requires_grad_()
    optimizer = training.AdamW([ours])
    reference = torch.optim.AdamW([theirs], lr=1e-4, weight_decay=0.01)
    for _ in range(3):
        gradient = torch.randn(700, 3).to(dtype)
        assert ours.grad is not None
        ours.grad.copy_(gradient)
        theirs.grad = gradient.float()
        optimizer.step()
        reference.step()
    torch.testing.assert_close(optimizer.masters[0], theirs.detach(), rtol=1e-6, atol=1e-7)
    assert torch.equal(ours, optimizer.masters[0].to(dtype))


@linux
@pytest.mark.parametrize("method", ["full_fine_tuning", "mixlora"])
def test_slices_compose_to_the_whole(method: str) -> None:
    grown = {n: peak.in_own_process(training.growth, job(small("opt-125m", n), method, tokens=512)) for n in (1, 3, 8)}
    for mode in memory._modes(variant("opt-125m", method)):
        composed = memory._measured({1: grown[1], 3: grown[3]}, 8, mode)
        whole = memory._measured({8: grown[8]}, 8, mode)
        assert sum(composed.values()) == pytest.approx(sum(whole.values()), rel=0.05)
        for part in set(whole) - {"activations", "workspace"}:
            assert composed[part] == whole[part]


@linux
def test_a_small_model_is_measured_checked_and_compared() -> None:
    own = small("opt-125m", 6)
    found = memory.measure(own, config(), lambda line: None, seconds=600)
    assert not found.skipped
    rows = {(row.method, row.mode): row for row in found.memory}
    assert set(rows) == {(n, m) for n in METHODS if applies(own, METHODS[n]) for m in memory._modes(variant(own, n))}
    assert {row.how for row in rows.values()} == {"measured", "modelled"}
    assert rows["lora", "training"].how == rows["lora_merged", "inference"].how == "measured"
    assert rows["mixlora_naive", "training"].how == rows["upcycling", "inference"].how == "modelled"
    assert rows["full_fine_tuning", "training"].ratio == rows["base", "inference"].ratio == 1
    assert rows["lora", "training"].ratio < 0.6
    for row in rows.values():
        assert row.total == pytest.approx(sum(row.components.values()))
        assert min(row.components.values()) >= 0
    checks = {(check.method, check.part): check for check in found.checks}
    assert len(checks) == 1 + 4 * 3
    # 100 MB of trained states: a few MB of the interpreter and the libraries are seen beside them.
    assert abs(checks["full_fine_tuning", "states"].error) < 0.05
    for check in checks.values():
        assert check.error == pytest.approx(check.predicted / check.measured - 1)


def test_what_does_not_fit_is_refused_and_modelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak, "available", lambda device: 30 << 30)
    said: list[str] = []
    ran: list[str] = []

    def never(work: object, one: training.Job) -> None:
        ran.append(one.of.method.name)
        raise peak.Unmeasurable("the process that measured was killed")

    monkeypatch.setattr(peak, "in_own_process", never)
    found = memory.measure(shape("opt-175b"), config(dtype="bfloat16", memory_tokens=512), said.append)
    reasons = {skipped.method: skipped.reason for skipped in found.skipped}
    # Two blocks at 16 bytes a parameter take 58 GB, and the embeddings 10; a fifth of what there is stays free.
    assert reasons["full_fine_tuning"].startswith("2 of its blocks need ")
    assert "25.8 GB may be used" in reasons["full_fine_tuning"]
    assert "full_fine_tuning" not in ran
    assert ran == ["base", "lora", "mixlora", "adapters"]
    assert all("killed" in reasons[name] for name in ran)
    assert {row.how for row in found.memory} == {"modelled"}
    assert memory.bytes_needed(shape("opt-175b"), config(dtype="bfloat16")) <= 0.8 * (30 << 30)


def test_a_peak_that_may_not_be_set_back_leaves_the_rows_modelled(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(work: object, one: training.Job) -> None:
        raise PermissionError(13, "Permission denied", "/proc/self/clear_refs")

    monkeypatch.setattr(peak, "why_not", lambda device: None)
    monkeypatch.setattr(peak, "available", lambda device: 30 << 30)
    monkeypatch.setattr(peak, "in_own_process", refused)
    found = memory.measure(small("opt-125m"), config(), lambda line: None)
    assert {row.how for row in found.memory} == {"modelled"}
    assert all("clear_refs" in skipped.reason for skipped in found.skipped) and len(found.skipped) == 5


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_has_its_rows_without_a_process(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak, "why_not", lambda device: "nothing is measured here")
    found = memory.measure(shape(name), config(memory_tokens=4096), lambda line: None)
    assert len({(row.method, row.mode) for row in found.memory}) == len(found.memory) >= 7
    assert all(isinstance(row, Memory) and row.how == "modelled" and row.total > 0 for row in found.memory)
    assert not found.checks
    assert found.skipped
    assert memory.bytes_needed(shape(name), config()) == 0


def test_a_slice_is_large_enough_to_be_judged() -> None:
    assert memory._slices(shape("opt-350m")) == (1, 24)
    assert memory._slices(shape("opt-6.7b")) == (1, 2)
    one, few = memory._slices(shape("opt-2.7b"))
    sizes = [parameters(variant(memory._cut(shape("opt-2.7b"), n), "base")).total for n in (few - 1, few)]
    assert one == 1
    assert sizes[0] < memory.JUDGED <= sizes[1]


def test_what_fits_only_in_part_is_built_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peak, "available", lambda device: 24 << 30)
    plan = memory._plan(shape("opt-1.3b"), config(dtype="bfloat16"))
    built = {jobs[0].of.method.name: [job.of.shape.num_hidden_layers for job in jobs] for jobs in plan}
    assert built["lora"] == [24]
    assert built["full_fine_tuning"] == [1, 5]


def test_time_that_is_used_up_is_told() -> None:
    found = memory.measure(small("opt-125m"), config(), lambda line: None, seconds=-1)
    assert {row.how for row in found.memory} == {"modelled"}
    assert {skipped.method for skipped in found.skipped} == set(models.MEASURABLE)
    assert all("used up" in skipped.reason for skipped in found.skipped)


def test_quick_checks_the_smallest_judged_shape_alone() -> None:
    quick = config(quick=True, scales=("110m", "125m", "1.3b", "6.7b", "175b"))
    planned = {name: [jobs for jobs in memory._plan(shape(name), quick)] for name in SHAPES}
    [(check,)] = planned.pop("opt-1.3b")
    assert check.of.method.name == "lora"
    assert not any(planned.values())


def test_limits_of_the_process_count(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("the limit is read beside /proc")
    import resource

    held = peak._status("VmSize")
    monkeypatch.setattr(resource, "getrlimit", lambda which: (held + 100 * MB, held + 100 * MB))
    assert peak.available("cpu") == pytest.approx(100 * MB, abs=50 * MB)
