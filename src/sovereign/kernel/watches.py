"""What the monitor looks for in a published record: one function for each trigger, from what is at hand to causes and reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sovereign.benchmarks import clusters_of, reported_numbers
from sovereign.contracts.gates import standing
from sovereign.contracts.published import INPUTS
from sovereign.errors import SovereignError
from sovereign.lab.reproduce import REPEATED
from sovereign.publish.export.layout import stored
from sovereign.reading.identity import arxiv_of_doi
from sovereign.records import Claim, Document, Event, Paper, Record, ReportedNumber
from sovereign.store import SAVED, Store

from .tribunal.works import taken_back

_NUMBERED = re.compile(r"v(\d+)$")
_LONGEST = 200  # characters of a cause that comes from texts
_T = TypeVar("_T")
Fails = Callable[[str], None]
"""Told in words what could not be looked for."""

GONE = "its file is missing or was changed"

RECORD, LIBRARY, CROSSREF, ARXIV = "the record", "the library", "Crossref", "arXiv"
"""Who says so: a cause is gone only when the one who told of it says otherwise."""


@dataclass
class Seen:
    """What was found for one trigger: a reason for each cause.

    ``looked`` are the causes that could be looked for, ``possible`` those that there can be at all; None: all.
    """

    found: dict[str, str] = field(default_factory=dict)
    looked: set[str] | None = None
    possible: set[str] | None = None

    def gone(self, cause: str) -> bool:
        """Whether a cause that was found once is there no more: it was looked for and not found, or nothing rests on it any more."""
        if cause in self.found:
            return False
        looked = self.looked is None or cause in self.looked
        return looked or (self.possible is not None and cause not in self.possible)


@dataclass(frozen=True)
class Look:
    """What the monitor has at hand. ``library`` gives the document of a work as the library has it now, None if it has none of it.

    ``retractions`` asks which DOIs were taken back, ``entries`` what arXiv says now of ids; both are None without the network.
    """

    library: Callable[[str], Document | None] | None = None
    numbers: Sequence[ReportedNumber] = ()
    papers: Sequence[Paper] = ()
    retractions: Callable[[Sequence[str]], Mapping[str, str]] | None = None
    entries: Callable[[Sequence[str]], Sequence[Paper]] | None = None


def cited(record: Record) -> tuple[Claim, ...]:
    """The claims that the answer rests on."""
    ids = set(record.answer.cited())
    return tuple(c for c in record.standing if c.id in ids)


def works_of(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """The works that claims speak for or were read in, each with its claims."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        for work in dict.fromkeys((claim.quote.source_id, claim.quote.paper_id)):
            found.setdefault(work, []).append(claim)
    return found


def retraction(record: Record, look: Look, fails: Fails) -> Seen:
    """Works of cited claims that the record, the library, Crossref or arXiv calls retracted or withdrawn."""
    works = works_of(cited(record))
    seen = _of_works(works)
    for work in works:
        document = _in_library(look, work, fails)
        paper = record.paper(work)
        _note(seen, work, RECORD, taken_back(paper) if paper else None, works)
        if document is not None:
            _note(seen, work, LIBRARY, taken_back(document.paper), works)
    dois = {doi: work for work in works for doi in _dois(record, work)}
    if look.retractions is not None and dois and (gone := _asked(look.retractions, sorted(dois), fails)) is not None:
        for doi, work in dois.items():
            _note(seen, work, CROSSREF, gone.get(doi), works)
    for work, entry in _entries(record, works, look, fails).items():
        _note(seen, work, ARXIV, entry.retracted, works)
    return seen


def _note(seen: Seen, work: str, who: str, said: str | None, works: Mapping[str, Sequence[Claim]]) -> None:
    """That somebody was asked of a work, and what they said of its being taken back."""
    cause = f"{work} ({who})"
    if seen.looked is not None:
        seen.looked.add(cause)
    if said:
        seen.found[cause] = f"{_ids(works[work])} rest(s) on {work}, which was taken back: {said}"


def source_changed(record: Record, look: Look, fails: Fails) -> Seen:
    """Works of cited claims of which the library has another text, or arXiv a later version."""
    works = works_of(cited(record))
    seen = _of_works(works)
    assert seen.looked is not None
    for work, claims in works.items():
        mine = [c for c in claims if c.quote.paper_id == work]
        if mine and (document := _in_library(look, work, fails)):
            cause = f"{work} ({LIBRARY})"
            seen.looked.add(cause)
            if document.text_hash not in {c.quote.text_hash for c in mine}:
                seen.found[cause] = f"the library has another text of {work} now; {_still(mine, document)}"
    for work, entry in _entries(record, works, look, fails).items():
        had = _version_read(read) if (read := record.paper(work)) else None
        if had is None or entry.version is None:
            continue
        cause = f"{work} ({ARXIV})"
        seen.looked.add(cause)
        if entry.version > had:
            of = f"version {had} of {work} was read for {_ids(works[work])}"
            seen.found[cause] = f"{of}; arXiv has version {entry.version} now"
    return seen


def _still(claims: Sequence[Claim], document: Document) -> str:
    lost = [c for c in claims if c.quote.text not in document.text]
    said = f"{len(claims) - len(lost)} of {len(claims)} quotes of cited claims still stand in it"
    return f"{said}, those of {_ids(lost)} do not" if lost else said


def _of_works(works: Iterable[str]) -> Seen:
    askers = (RECORD, LIBRARY, CROSSREF, ARXIV)
    return Seen(looked=set(), possible={f"{work} ({who})" for work in works for who in askers})


def reproduction_failed(record: Record, events: Sequence[Event]) -> Seen:
    """Claims whose exact run did not come out the same again, or that a run after publication falsified."""
    verdicts = standing(record, events)
    last = {e.subject.rpartition("/")[2]: e for e in events if e.kind == REPEATED}
    ids = set(record.answer.cited())
    seen = Seen()
    for claim in record.standing:
        verdict = verdicts[claim.id].gate
        again = last.get(claim.id)
        # A run that could not be made ("needs a GPU") has failed nothing.
        if (
            again
            and "artifact_again" in again.payload
            and again.payload.get("inside") is not True
            and verdict
            and verdict.status != "UNVERIFIED"
        ):
            seen.found[claim.id] = f"{claim.id} was run again: {again.payload.get('reason')}"
        elif verdict and verdict.status == "FALSIFIED" and claim.id in ids and not claim.falsified:
            seen.found[claim.id] = f"a run after publication falsified {claim.id}, which the answer rests on"
    return seen


def contested_cluster(record: Record, documents: Sequence[Document], look: Look) -> Seen:
    """Figures that the answer cites, in clusters of one protocol on which works disagree."""
    numbers = [*(n for d in documents for n in reported_numbers(d)), *look.numbers]
    papers = {p.id: p for p in (*look.papers, *record.papers)}
    claims = cited(record)
    seen = Seen()
    for cluster in clusters_of(numbers, papers.values()):
        if cluster.status != "contested":
            continue
        for part in cluster.parts:
            mine = [c for c in claims if any(_holds(c, one.number) for one in part.numbers)]
            if part.status == "contested" and mine:
                cause = f"{cluster.model} on {cluster.benchmark}, {part.key.metric}"[:_LONGEST]
                seen.found.setdefault(cause, f"{_ids(mine)}: {part.text}")
    return seen


def integrity(record: Record, events: Sequence[Event], store: Store) -> Seen:
    """Artifacts that any version of the record rests on that are missing or changed, and a content hash that is wrong."""
    seen = Seen()
    names = {one.sha: one.part.label for one in stored(record)}
    for event in events:
        if event.kind in (SAVED, INPUTS):
            names.setdefault(str(event.payload.get("artifact")), f"what the event {event.kind} names")
    for sha, label in names.items():
        try:
            store.artifacts.get(sha)
        except SovereignError:
            seen.found[sha] = f"{label}: {GONE}"  # the error's own words name a place on this machine
    if record.computed_hash() != record.content_hash:
        seen.found["content hash"] = "the content hash of the record is not that of its content"
    return seen


def _holds(claim: Claim, number: ReportedNumber) -> bool:
    """Whether a reported number is one that the claim's sentence prints."""
    mine, other = claim.quote, number.quote
    same = mine.text_hash == other.text_hash and mine.start < other.end and other.start < mine.end
    return same and number.value.text in mine.text


def _in_library(look: Look, work: str, fails: Fails) -> Document | None:
    if look.library is None:
        return None
    try:
        return look.library(work)
    except SovereignError as error:
        fails(f"{work} could not be read in the library: {error.message}")
        return None


def _entries(record: Record, works: Iterable[str], look: Look, fails: Fails) -> dict[str, Paper]:
    """What arXiv says now of the works that it has, by the record's id of each."""
    ids = {number: work for work in works if (number := _arxiv_of(record, work))}
    found = _asked(look.entries, sorted(ids), fails) if ids and look.entries is not None else None
    told = {_NUMBERED.sub("", p.arxiv_id or ""): p for p in found or ()}
    return {work: told[number] for number, work in ids.items() if number in told}


def _asked(ask: Callable[[Sequence[str]], _T], of: Sequence[str], fails: Fails) -> _T | None:
    try:
        return ask(of)
    except SovereignError as error:
        fails(error.message)
        return None


def _dois(record: Record, work: str) -> list[str]:
    paper = record.paper(work)
    named = [paper.doi if paper and paper.doi else "", work.removeprefix("doi:") if work.startswith("doi:") else ""]
    return list(dict.fromkeys(doi for doi in named if doi and not arxiv_of_doi(doi)))


def _arxiv_of(record: Record, work: str) -> str:
    paper = record.paper(work)
    named = (paper.arxiv_id if paper else None) or (work.removeprefix("arxiv:") if work.startswith("arxiv:") else "")
    return _NUMBERED.sub("", named)


def _version_read(paper: Paper) -> int | None:
    if paper.version is not None:
        return paper.version
    numbered = _NUMBERED.search(paper.arxiv_id or paper.id if paper.arxiv_id or paper.id.startswith("arxiv:") else "")
    return int(numbered[1]) if numbered else None


def _ids(claims: Sequence[Claim]) -> str:
    names = [c.id for c in claims]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
