"""What was measured after a record was published is in its export: a verdict without its stored result cannot be looked into."""

from __future__ import annotations

import shutil
from pathlib import Path

from sovereign.lab.reproduce import gated_event
from sovereign.publish.export import export_files
from sovereign.publish.export.layout import ARTIFACTS
from sovereign.publish.export.verify import verify_files
from sovereign.records import GateVerdict, Measurement, ProtocolKey, Quantity
from sovereign.store import NewEvent, open_store
from tests.publish.export.conftest import Made


def test_results_of_later_verdicts_and_repeats_are_exported_and_missed_when_gone(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.home, tmp_path / "home")
    with open_store(tmp_path / "home") as store:
        first, again = store.artifacts.put(b'{"first": 1}'), store.artifacts.put(b'{"again": 1}')
        key = ProtocolKey(metric="memory", method="m")
        measured = Measurement(
            id="M-later",
            key=key,
            protocol="count",
            how="counted",
            quantity=Quantity(value=1.0, unit="byte", text="1"),
            artifact=first,
        )
        subject = f"{made.record.id}/{made.record.claims[0].id}"
        verdict = GateVerdict(
            status="UNVERIFIED",
            reason="a proxy",
            protocol="count",
            protocol_match="proxy",
            measurement_ids=("M-later",),
        )
        repeat = NewEvent("claim.repeated", subject, {"inside": True, "artifact": first, "artifact_again": again})
        store.ledger.append([gated_event(subject, verdict, (measured,)), repeat])
        files = export_files(store, store.records.load(made.record.id))
        head = store.ledger.checkpoint()
    assert verify_files(files, (), head).status == "verified"
    for sha in (first, again):
        cut = {path: data for path, data in files.items() if path != ARTIFACTS + sha}
        report = verify_files(cut, (), head)
        assert any(p.where == ARTIFACTS + sha and "rests on it" in p.what for p in report.problems)
