"""A site over records that are made, not asked for: small, and with what a test wants to see in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sovereign.contracts.example import example
from sovereign.records import Record
from sovereign.site.context import Options, Site
from sovereign.site.serving import opened
from sovereign.store import open_store


@contextmanager
def made_site(home: Path, records: Iterable[Record], options: Options | None = None) -> Iterator[Site]:
    """The site over a new store that holds these records."""
    with open_store(home) as store:
        for record in records:
            store.records.save(record)
    with opened(home, options or Options()) as site:
        yield site


def example_record(number: int = 0, *, contradicted: bool = False, text: str = "") -> Record:
    """The example of the contracts: two claims, a measurement, a verdict of the gate. Another ``number`` is another record.

    ``contradicted``: what speaks for its second claim speaks against it; ``text`` stands in for that of the first.
    """
    record = example().record
    record_id = UUID(int=record.id.int + number)
    claims = list(record.claims)
    if text:
        claims[0] = claims[0].model_copy(update={"text": text})
    checked = claims[1].verification
    if contradicted and checked:
        evidence = tuple(
            e if e.relation == "own_quote" else e.model_copy(update={"verdict": "CONTRADICT"}) for e in checked.evidence
        )
        claims[1] = claims[1].model_copy(update={"verification": checked.model_copy(update={"evidence": evidence})})
    record = record.model_copy(
        update={"id": record_id, "short_id": f"SRCH:{record_id.hex[:8].upper()}", "claims": tuple(claims)}
    )
    return record.model_copy(update={"content_hash": record.computed_hash()})
