"""What kinds of artifact stand behind a record, as the public documents name them."""

from __future__ import annotations

from .published import DEPOSITED, Published


def artifact_types(published: Published) -> tuple[str, ...]:
    """The kinds that there are, sorted. Their hashes are in the record and its manifest."""
    record = published.record
    there = {
        "record": True,
        "ledger": bool(published.events),
        "source_text": bool(record.claims),
        "measurement_result": bool(record.measurements),
        "figure": bool(record.answer.figures),
        "model_exchange": bool(record.model_use and record.model_use.calls),
        "external_record": bool(published.told(DEPOSITED)),
    }
    return tuple(sorted(name for name, is_there in there.items() if is_there))
