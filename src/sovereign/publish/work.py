"""The record and its references as works that others cite: what every bibliographic form says of them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sovereign.records import Claim, LedgerHead, Paper, Record

from .claims import VERDICTS
from .references import Reference, References, note_words
from .standing import Standing, alone, superseded_words, version_words
from .text import arxiv_url, count, doi_url, one_line, safe_url

AUTHOR = "SOVEREIGN Research Kernel"


@dataclass(frozen=True)
class Work:
    """The record as a work. ``made`` is its day as year, month and day, None where ``created_at`` is no time."""

    title: str
    abstract: str
    made: tuple[int, int, int] | None
    keywords: tuple[str, ...]
    urn: str
    short_id: str
    doi: str | None
    content_hash: str
    ledger: str
    version: str
    superseded: str
    standing: str


def record_work(record: Record, head: LedgerHead | None = None, standing: Standing | None = None) -> Work:
    """``record`` as a work, with the version and the DOI that ``standing`` gives it. A DOI that is not well formed is left out."""
    answer = record.answer
    stands = standing or alone(record)
    superseded = superseded_words(record, stands)
    counters = record.counters
    return Work(
        title=one_line(answer.title or record.question) or "Untitled record",
        abstract=" ".join(one_line(s.text) for s in answer.abstract or answer.summary),
        made=day_of(record.created_at),
        keywords=keywords(record),
        urn=f"urn:uuid:{record.id}",
        short_id=one_line(record.short_id),
        doi=plain_doi(stands.doi),
        content_hash=record.content_hash or record.computed_hash(),
        ledger=f"{count(head.count, 'event')}, {head.hash}" if head else "none was exported with it",
        version=version_words(record, stands),
        superseded=superseded,
        standing=(
            f"{f'{superseded}. ' if superseded else ''}Version {version_words(record, stands)}. "
            f"Answer: {answer.state}. Policy: {record.decision.outcome}. "
            f"{count(counters.extracted, 'claim')} extracted, {counters.anchored:,} anchored, {counters.supported:,} supported, "
            f"{counters.contradicted:,} contradicted, {counters.verified:,} verified."
        ),
    )


def keywords(record: Record) -> tuple[str, ...]:
    """What the question is about, facet by facet, each once."""
    return tuple(dict.fromkeys(text for facet in record.plan.facets if (text := one_line(facet.text))))


def moment_of(moment: str) -> datetime | None:
    """An ISO time in UTC, None if it is none. A time without a zone is taken as UTC."""
    try:
        at = datetime.fromisoformat(moment)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def day_of(moment: str) -> tuple[int, int, int] | None:
    """Year, month and day of an ISO time in UTC, None if it is none."""
    at = moment_of(moment)
    return (at.year, at.month, at.day) if at else None


def plain_doi(doi: str | None) -> str | None:
    """A well-formed DOI on one line, else None."""
    return doi if doi and doi == one_line(doi) and doi_url(doi) else None


def claims_by_work(record: Record, references: References) -> dict[str, tuple[Claim, ...]]:
    """The claims whose own quote speaks for each reference, by its source id, in the record's order."""
    found: dict[str, list[Claim]] = {}
    for claim in record.claims:
        found.setdefault(references.of(claim.quote.source_id).source_id, []).append(claim)
    return {source_id: tuple(claims) for source_id, claims in found.items()}


def verdict_note(claims: Iterable[Claim], withdrawn: Container[str] = ()) -> str:
    """``Verdicts of the claims that rest on it: C1 SUPPORT, verified; C4 CONTRADICT, not verified; C5 WITHDRAWN.``"""
    told = "; ".join(
        f"{one_line(c.id)} WITHDRAWN"
        if c.id in withdrawn
        else f"{one_line(c.id)} {VERDICTS[c.verdict][0].partition(' ')[2]}, {'verified' if c.verified else 'not verified'}"
        for c in claims
    )
    return f"Verdicts of the claims that rest on it: {told}." if told else ""


def notes(
    reference: Reference, by_work: Mapping[str, tuple[Claim, ...]], withdrawn: Container[str] = ()
) -> tuple[str, ...]:
    """What a reader of a reference has to know: verdicts, what was not read of it, and whether it was taken back."""
    said = (verdict_note(by_work.get(reference.source_id, ()), withdrawn), *map(_sentence, note_words(reference)))
    return tuple(filter(None, said))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


@dataclass(frozen=True)
class Identity:
    """By which well-formed identifiers and address a reference is found."""

    doi: str | None
    arxiv_id: str | None
    url: str | None

    @property
    def href(self) -> str | None:
        """The best address: of the DOI, else of arXiv, else its own."""
        return doi_url(self.doi) or arxiv_url(self.arxiv_id) or self.url


def identity(reference: Reference) -> Identity:
    """The identifiers of a reference, from its paper or, where it is known by name only, from that name."""
    paper = reference.paper
    if paper is None:
        scheme, _, name = reference.source_id.partition(":")
        doi, arxiv_id, url = (name if scheme == "doi" else None), (name if scheme == "arxiv" else None), None
    else:
        doi, arxiv_id, url = paper.doi, paper.arxiv_id, safe_url(paper.url)
    return Identity(plain_doi(doi), arxiv_id if arxiv_url(arxiv_id) else None, url)


def venue_of(paper: Paper | None) -> str:
    """Where a work appeared; empty for a preprint and where it is not known."""
    venue = one_line(paper.venue or "") if paper else ""
    return "" if venue.casefold().startswith("arxiv") else venue


def parted_name(name: str) -> tuple[str, str]:
    """Family and given name; the second is empty where a name is one word or that of several or a body.

    ``Wei Li`` and ``Li, Wei`` are both ``("Li", "Wei")``. As in BibTeX, the last word is the family name.
    """
    name = one_line(name)
    if re.search(r"(?i)\band\b", name) or name.count(",") > 1:
        return name, ""
    if "," in name:
        family, _, given = name.partition(",")
        return (family.strip(), given.strip()) if family.strip() else (name, "")
    given, _, family = name.rpartition(" ")
    return family, given
