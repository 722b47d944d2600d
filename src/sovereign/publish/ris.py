"""The record and its references as RIS, with the verdicts of the claims that rest on each work in its note."""

from __future__ import annotations

from collections.abc import Iterator

from sovereign.records import LedgerHead, Record

from .bibtex import citation_keys
from .references import Reference, References
from .standing import Standing
from .text import one_line
from .work import AUTHOR, Work, claims_by_work, identity, notes, parted_name, record_work, venue_of

Field = tuple[str, str]


def write_ris(record: Record, head: LedgerHead | None = None, standing: Standing | None = None) -> str:
    """RIS, UTF-8, one entry for the record and one for each reference, in their order.

    A value is one line, so none can begin a tag of its own. ``TY`` is ``RPRT`` for the record, ``JOUR`` for a work that
    names where it appeared, ``UNPB`` for a preprint, else ``GEN``.
    """
    references = References(record)
    keys, by_work = citation_keys(tuple(references)), claims_by_work(record, references)
    entries = [_record(record_work(record, head, standing))]
    entries += [_reference(r, keys[r.source_id], notes(r, by_work, record.withdrawn.claims)) for r in references]
    return "\r\n".join("".join(f"{tag}  - {one_line(value)}\r\n" for tag, value in entry) for entry in entries)


def _record(work: Work) -> list[Field]:
    fields = [("TY", "RPRT"), ("ID", work.short_id), ("AU", AUTHOR), ("TI", work.title)]
    if work.made:
        year, month, day = work.made
        fields += [("PY", f"{year}"), ("DA", f"{year:04}/{month:02}/{day:02}")]
    fields += [("AB", work.abstract)] if work.abstract else []
    fields += [("KW", word) for word in work.keywords]
    fields += [("DO", work.doi), ("UR", f"https://doi.org/{work.doi}")] if work.doi else []
    fields += [
        ("AN", work.urn),
        ("PB", AUTHOR),
        ("N1", work.standing),
        ("N1", f"Content hash: {work.content_hash}. Ledger head: {work.ledger}."),
        ("ER", ""),
    ]
    return fields


def _reference(reference: Reference, key: str, said: tuple[str, ...]) -> list[Field]:
    return list(_fields(reference, key, said))


def _fields(reference: Reference, key: str, said: tuple[str, ...]) -> Iterator[Field]:
    paper, known, venue = reference.paper, identity(reference), venue_of(reference.paper)
    yield "TY", "JOUR" if venue else "UNPB" if known.arxiv_id else "GEN"
    yield "ID", key
    for name in paper.authors if paper else ():
        family, given = parted_name(name)
        if family:
            yield "AU", f"{family}, {given}" if given else family
    yield "TI", reference.title
    if venue:
        yield "T2", venue
    if paper and paper.year:
        yield "PY", str(paper.year)
    if known.doi:
        yield "DO", known.doi
    if known.arxiv_id:
        yield "AN", f"arXiv:{known.arxiv_id}"
    if known.href:
        yield "UR", known.href
    for note in said:
        yield "N1", note
    yield "ER", ""
