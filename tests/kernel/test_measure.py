"""The measure stage: what it passes to the gate, and what it says when it may not measure."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path

import pytest

from sovereign.kernel.answer import answer
from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.measure import measure
from sovereign.lab.texts import claims_of
from sovereign.records import GateVerdict, sha256_hex
from tests.kernel import columnar
from tests.kernel.asking import ask
from tests.kernel.conftest import Run

CLAIMS = (
    *claims_of("Mixtral 8x7B has 46.7B parameters.", "C1"),
    *claims_of("Merged LoRA adds no inference latency.", "C2"),
    *claims_of("Alpha reduces latency by 30%.", "C3"),
)


def test_counting_is_done_within_any_budget_and_timing_is_not() -> None:
    claims, made = measure(CLAIMS, True, lambda data: sha256_hex(data), 0)
    gates = [c.gate for c in claims if c.gate]
    assert [g.status for g in gates] == ["VERIFIED", "UNVERIFIED", "UNVERIFIED"]
    assert gates[1].code in ("not_measured", "needs") and gates[2].code == "no_protocol"
    assert [m.id for m in made] == ["G1"] and claims[0].verified and not claims[1].verified


def test_a_claim_that_has_its_verdict_keeps_it() -> None:
    first = measure(CLAIMS, True, lambda data: sha256_hex(data), 0)

    def refuse(data: bytes) -> str:
        raise AssertionError("nothing is to be stored")

    assert measure(first.claims, True, refuse, 0, first.measurements) == (first.claims, ())


def test_each_run_is_told_before_it_begins() -> None:
    told: list[str] = []
    measure(CLAIMS, True, lambda data: sha256_hex(data), 0, tell=told.append)
    assert [line.partition(":")[0] for line in told] == ["parameter_count"]


def test_both_rounds_share_one_time_within_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, left = import_module("sovereign.kernel.stages"), []

    def slow(claims: object, enabled: bool, keep: object, seconds: float, *rest: object, **more: object) -> object:
        left.append(seconds)
        time.sleep(0.3)
        return measure(claims, False, keep)

    monkeypatch.setattr(runs, "measure", slow)
    further = columnar.note(
        "Footprints of Tables",
        [
            (
                "In lookups, the columnar layout has a footprint of 400 MB against 900 MB for the row layout.",
                "Table 1",
                "yes",
            )
        ],
        ["Jo Watt"],
        "2010.00077",
    )
    silent = columnar.note(
        "History", [("What is the scan latency of the columnar layout and the row layout?", "p. 1", "yes")]
    )
    library = columnar.write(tmp_path / "lib", columnar.NOTES | {"footprints.md": further, "silent.md": silent})
    question = "What does the columnar layout cost against the row layout in terms of scan latency and memory?"
    ask(tmp_path / "one", question, library, max_papers=4, measure_seconds=60)
    first, second = left
    assert 59 < first <= 60 and second <= first - 0.3
    ask(tmp_path / "two", question, library, max_papers=4, measure_seconds=60, budget_seconds=20)
    assert all(seconds < 20 for seconds in left[2:])


def test_a_falsified_claim_is_neither_verified_nor_used(starter: Run) -> None:
    record = starter.record
    aspects = aspects_of(record.plan, record.papers)
    false = GateVerdict(status="FALSIFIED", reason="counted otherwise", code="failed")
    cited = answer(record.claims, aspects).cited()[0]
    claims = [c.model_copy(update={"gate": false}) if c.id == cited else c for c in record.claims]
    assert cited not in answer(claims, aspects).cited()
    checked = record.claim(cited).verification
    assert checked
    sound = record.claim(cited).model_copy(update={"verification": checked.model_copy(update={"verified": True})})
    assert sound.verified and not sound.model_copy(update={"gate": false}).verified


def test_switched_off_nothing_runs() -> None:
    claims, made = measure(CLAIMS, False, lambda data: sha256_hex(data))
    assert made == () and all(c.gate and "switched off" in c.gate.reason for c in claims)
    assert all(c.gate and c.gate.code == "not_measured" for c in claims)
