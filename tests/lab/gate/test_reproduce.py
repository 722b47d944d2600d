"""What is run again must be the claim's own run, and only what holds earns a level."""

from __future__ import annotations

import pytest

from sovereign.contracts import rungs_by_claim
from sovereign.lab import gate, reproduce
from sovereign.lab.reproduce import Repeat
from sovereign.lab.texts import claims_of
from sovereign.records import Record, canonical_json, sha256_hex
from sovereign.store import NewEvent
from tests.publish.example import build

TRUE = "MixLoRA with rank 16 and 8 experts trains 203.4M parameters on LLaMA-2 7B."
FALSE = "MixLoRA with rank 16 and 8 experts trains 303.4M parameters on LLaMA-2 7B."


class Kept(dict[str, bytes]):
    """Artifacts in memory."""

    def put(self, data: bytes) -> str:
        self[sha256_hex(data)] = data
        return sha256_hex(data)


def gated(kept: Kept, *texts: str) -> Record:
    claims = [one for n, text in enumerate(texts, 1) for one in claims_of(text, f"C{n}")]
    found = gate(claims, kept.put, seconds=0)
    return build().model_copy(update={"claims": found.claims, "measurements": found.measurements})


def again(record: Record, kept: Kept) -> tuple[tuple[Repeat, ...], tuple[NewEvent, ...]]:
    return reproduce.reproduce(record, (), kept.__getitem__, kept.put)


def resting_on(record: Record, sha: str) -> Record:
    """The record with another artifact under all its measurements."""
    made = tuple(m.model_copy(update={"artifact": sha}) for m in record.measurements)
    return record.model_copy(update={"measurements": made})


def test_a_false_claim_earns_nothing_when_others_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproduce, "_by_others", lambda protocol, given, run: ("counter 1.0",))
    kept = Kept()
    record = gated(kept, TRUE, FALSE)
    assert [c.gate.status for c in record.claims if c.gate] == ["VERIFIED", "FALSIFIED"]
    repeats, told = again(record, kept)
    assert all(r.inside and r.repeated == 1 for r in repeats)
    rungs = rungs_by_claim(record.id, told)
    assert 6 in rungs["C1"] and not rungs["C2"]


@pytest.mark.parametrize("other", ["Mixtral 8x7B has 46.7B parameters.", TRUE.replace("8 experts", "4 experts")])
def test_the_run_of_another_claim_is_not_taken_for_its_own(other: str) -> None:
    kept = Kept()
    theirs = gated(kept, other).measurements[0].artifact
    (repeat,), told = again(resting_on(gated(kept, TRUE), theirs), kept)
    assert not repeat.inside and "of another run" in repeat.reason and repeat.repeated == 0
    assert [e.kind for e in told] == ["claim.repeated"]


@pytest.mark.parametrize("data", [[], {}, {"protocol": "parameter_share"}, {"protocol": [], "given": {}, "result": 3}])
def test_an_artifact_that_is_no_run_is_told(data: object) -> None:
    kept = Kept()
    (repeat,), _ = again(resting_on(gated(kept, TRUE), kept.put(canonical_json(data))), kept)
    assert not repeat.inside and "artifact" in repeat.reason


def test_a_figure_that_its_artifact_does_not_give_is_told() -> None:
    kept = Kept()
    record = gated(kept, TRUE)
    (made,) = record.measurements
    quantity = made.quantity.model_copy(update={"value": made.quantity.value + 1})
    changed = record.model_copy(update={"measurements": (made.model_copy(update={"quantity": quantity}),)})
    (repeat,), _ = again(changed, kept)
    assert not repeat.inside and "does not give G1" in repeat.reason


def test_a_claim_is_spared_the_wrong_artifact_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproduce, "_by_others", lambda protocol, given, run: ())
    kept = Kept()
    record = gated(kept, TRUE, FALSE)
    first, second = record.claims
    assert first.gate and second.gate
    forged = record.measurements[0].model_copy(
        update={"id": "G9", "quantity": record.measurements[0].quantity.model_copy(update={"value": 1.0})}
    )
    wrong = first.model_copy(update={"gate": first.gate.model_copy(update={"measurement_ids": ("G9",)})})
    mixed = record.model_copy(update={"claims": (wrong, second), "measurements": (*record.measurements, forged)})
    repeats, _ = again(mixed, kept)
    assert [r.inside for r in repeats] == [False, True]
