"""Which works a record cites, in which order, and what may be said of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sovereign.records import Claim, Paper, Record

from .parts import REFERENCE_ANCHOR, Link, ReferenceView
from .text import arxiv_url, doi_url, one_line, safe_url

SHOWN_AUTHORS = 8
UNREAD = "original not read; summarised from a secondary note"
NAMED = "original not read; known only through a document that names it as its source"
UNUSED = "read; nothing in this record rests on it"
FELL = "only claims that were withdrawn rest on it"


@dataclass(frozen=True)
class Reference:
    """A work by its number (from 1). ``paper`` is None for a work that is known only by the name another gives it.

    ``stands`` is False where a claim uses it, and each that does was withdrawn.
    """

    number: int
    source_id: str
    paper: Paper | None
    used: bool
    stands: bool = True

    @property
    def anchor(self) -> str:
        """Its anchor in a page."""
        return f"{REFERENCE_ANCHOR}{self.number}"

    @property
    def title(self) -> str:
        """Its title, or the name by which it is known."""
        if self.paper:
            return one_line(self.paper.title)
        scheme, _, name = self.source_id.partition(":")
        if scheme == "arxiv":
            return f"arXiv:{name}"
        return one_line(name) if scheme in ("named", "title") and name else one_line(self.source_id)


class References:
    """The references of a record in order of first use, found again by any id that a source goes by.

    ``page`` is the address of the page that has their list, empty where that is the page that links to it.
    """

    def __init__(self, record: Record, page: str = "") -> None:
        self._page = page
        self._by_alias = {alias: paper for paper in reversed(record.papers) for alias in _aliases(paper)}
        self._keys: dict[str, str] = {}
        used = dict.fromkeys(self._key(source_id) for source_id in _used(record, record.claims))
        keys = used | dict.fromkeys(paper.id for paper in record.papers)
        standing = {self._key(source_id) for source_id in _used(record, record.standing)}
        self._found = {
            key: Reference(number, key, self._by_alias.get(key), key in used, key not in used or key in standing)
            for number, key in enumerate(keys, 1)
        }

    def __iter__(self) -> Iterator[Reference]:
        return iter(self._found.values())

    def of(self, source_id: str) -> Reference:
        """The reference of a source id that the record uses.

        Raises:
            KeyError: if the record uses no such source.
        """
        return self._found[self._key(source_id)]

    def link(self, source_id: str) -> Link:
        """Its number as a link to the list: ``[3]``."""
        reference = self.of(source_id)
        return Link(f"[{reference.number}]", f"{self._page}#{reference.anchor}")

    def _key(self, source_id: str) -> str:
        """One id for each work: that of its paper where it has one, whatever name or version it was called by."""
        if source_id not in self._keys:
            self._keys[source_id] = self._worked_out(source_id)
        return self._keys[source_id]

    def _worked_out(self, source_id: str) -> str:
        folded = re.sub(r"^(arxiv:.*?)v\d+$", r"\1", source_id.casefold())
        paper = self._by_alias.get(source_id) or self._by_alias.get(folded)
        if paper:
            return paper.id
        return folded if folded.startswith(("arxiv:", "doi:")) else source_id


def reference_view(reference: Reference) -> ReferenceView:
    """What a page shows of a reference."""
    paper = reference.paper
    if paper is None:
        scheme, _, name = reference.source_id.partition(":")
        url = arxiv_url(name) if scheme == "arxiv" else doi_url(name) if scheme == "doi" else None
        name_link = Link(one_line(reference.source_id), url)
        return ReferenceView(
            reference.anchor, reference.number, "", reference.title, "", (name_link,), note_words(reference)
        )
    links = [Link(f"arXiv:{paper.arxiv_id}", arxiv_url(paper.arxiv_id))] if paper.arxiv_id else []
    links += [Link(f"doi:{paper.doi}", doi_url(paper.doi))] if paper.doi else []
    # The landing page of an identifier that is linked already says nothing new.
    if paper.url and safe_url(paper.url) not in {link.href for link in links if link.href}:
        links.append(Link(one_line(paper.url), safe_url(paper.url)))
    venue, year = one_line(paper.venue or ""), str(paper.year or "")
    place = ", ".join(p for p in (venue, "" if year in venue else year) if p)
    return ReferenceView(
        reference.anchor,
        reference.number,
        _authors(paper),
        reference.title,
        place,
        tuple(links) or (Link(one_line(paper.id), None),),
        note_words(reference),
    )


def note_words(reference: Reference) -> tuple[str, ...]:
    """What a reader of a reference has to know: what was not read of it, whether it was taken back, and whether anything rests on it."""
    paper = reference.paper
    said = [NAMED] if paper is None else [UNREAD] if paper.our_words else []
    said += [f"retracted: {one_line(paper.retracted)}"] if paper and paper.retracted else []
    said += [] if reference.used else [UNUSED]
    said += [] if reference.stands else [FELL]
    return tuple(said)


def _authors(paper: Paper) -> str:
    names = [one_line(name) for name in paper.authors]
    if len(names) > SHOWN_AUTHORS:
        return f"{', '.join(names[: SHOWN_AUTHORS - 1])} and {len(names) - SHOWN_AUTHORS + 1} others"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _aliases(paper: Paper) -> tuple[str, ...]:
    arxiv = re.sub(r"v\d+$", "", paper.arxiv_id or "").casefold()
    doi = (paper.doi or "").casefold()
    return (paper.id, *([f"arxiv:{arxiv}"] if arxiv else []), *([f"doi:{doi}"] if doi else []))


def _used(record: Record, claims: tuple[Claim, ...]) -> Iterator[str]:
    """Source ids in order of use by these claims: what the answer cites first, then the other claims, then their evidence."""
    by_id = {claim.id: claim for claim in claims}
    cited = dict.fromkeys(record.answer.cited())
    ordered = [by_id[i] for i in cited if i in by_id]
    ordered += [claim for claim in claims if claim.id not in cited]
    for claim in ordered:
        yield from (claim.quote.source_id, claim.quote.paper_id)
    for claim in ordered:
        yield from _evidence_sources(claim)
    for disagreement in record.answer.disagreements:
        for side in disagreement.sides:
            yield from side.source_ids


def _evidence_sources(claim: Claim) -> Iterator[str]:
    for evidence in claim.verification.evidence if claim.verification else ():
        yield from (evidence.quote.source_id, evidence.quote.paper_id)
