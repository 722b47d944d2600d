"""Versions of one work, and what changed between them.

Each change is a disagreement of type ``different_version``. A title that its own abstract goes against is one of type ``own_work``:
the record holds one text, and nothing in it says that its parts come from different versions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from sovereign.checks.independence import papers_by_id
from sovereign.records import Claim, Disagreement, Document, Paper, Side, text_hash

from ..extract import can_claim, claims_in
from ..rows import metric_name
from .changes import Change, Kind, changes
from .places import turned_place
from .works import version_pairs, version_reason, versions_of

_NUMBERED = re.compile(r"v\d+$")  # of an arXiv id

__all__ = [
    "Change",
    "changes",
    "document_changes",
    "title_against_abstract",
    "version_changes",
    "version_claims",
    "version_groups",
    "version_pairs",
    "version_reason",
    "versions_of",
]


def version_claims(documents: Sequence[Document]) -> tuple[Claim, ...]:
    """The claims of every sentence that may serve as evidence, numbered V1, V2, … over all documents."""
    claims = [c for d in documents for s in d.evidence() if can_claim(d.slice(s)) for c in claims_in(d, s)]
    return tuple(c.model_copy(update={"id": f"V{i}"}) for i, c in enumerate(claims, 1))


def document_changes(documents: Sequence[Document]) -> tuple[Disagreement, ...]:
    """What changed between the versions among documents; claim ids are those of :func:`version_claims`.

    The whole texts are at hand, so a claim that only one version makes counts too.
    """
    claims = version_claims(documents)
    of_text: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        of_text[claim.quote.text_hash].append(claim)
    found: list[Disagreement] = []
    for group in versions_of(documents):
        ordered = sorted((documents[place] for place in group), key=lambda d: _age(d.paper))
        for older, newer in pairwise(ordered):
            for change in changes(of_text[older.text_hash], of_text[newer.text_hash]):
                found.append(_disagreement(change, older.paper, newer.paper))
    return tuple(found)


def version_changes(
    claims: Sequence[Claim], papers: Sequence[Paper], groups: Sequence[Sequence[str]] | None = None
) -> tuple[Disagreement, ...]:
    """What changed between versions among claims of a question; ``groups`` are the paper ids of each work's versions.

    Without groups, versions are told by identifiers and titles alone; :func:`version_groups` also knows retitled ones. What only one
    version says is left out: a question takes from each version only what speaks to it. Notes in our words are no version's text.
    """
    known = papers_by_id(papers)
    found: list[Disagreement] = []
    for group in version_groups(_without_text(papers)) if groups is None else groups:
        ordered = sorted((known[i] for i in group if i in known), key=_age)
        for older, newer in pairwise(ordered):
            sides = [[c for c in claims if c.quote.source_id == p.id and not c.quote.our_words] for p in (older, newer)]
            found += [_disagreement(c, older, newer) for c in changes(*sides) if c.kind != "only"]
    return tuple(found)


def _without_text(papers: Iterable[Paper]) -> list[Document]:
    empty = text_hash("")
    return [Document(paper=p, text="", text_hash=empty, depth="abstract", sections=(), sentences=()) for p in papers]


def version_groups(documents: Sequence[Document]) -> tuple[tuple[str, ...], ...]:
    """Paper ids of the versions of each work among documents: what :func:`version_changes` takes."""
    groups = (tuple(dict.fromkeys(documents[i].paper.id for i in group)) for group in versions_of(documents))
    return tuple(ids for ids in groups if len(ids) > 1)


def _age(paper: Paper) -> tuple[int, str, int]:
    """A key that puts the older of two versions first; a record without a number of its version is of the newest."""
    known = _NUMBERED.sub("", paper.arxiv_id or f"~{paper.id}")
    return paper.year or 0, known, paper.version or 1_000_000


def title_against_abstract(document: Document, claims: Iterable[Claim]) -> tuple[Disagreement, ...]:
    """A title that states something, and claims of the same work's abstract that state it of another place."""
    title = document.paper.title
    return tuple(
        Disagreement(
            subject="title against abstract of one work",
            metric="result",
            kind="direction",
            sides=tuple(
                Side(statement=s, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))
                for s in (title, claim.text)
            ),
            why=f"the title says “{turned[0]}”, the abstract “{turned[1]}”, as if they were of different versions",
            type="own_work",
        )
        for claim in claims
        if claim.quote.text_hash == document.text_hash and (turned := turned_place(title, claim.text))
    )


_KINDS: Mapping[Kind, Literal["direction", "magnitude"]] = {"direction": "direction", "argument": "direction"}


def _disagreement(change: Change, older: Paper, newer: Paper) -> Disagreement:
    return Disagreement(
        subject=f"versions of “{newer.title}”",
        metric=metric_name(change.metric, None) if change.metric else "result",
        kind=_KINDS.get(change.kind, "magnitude"),
        sides=(_side(change.older, older), _side(change.newer, newer)),
        why=change.why,
        type="different_version",
    )


def _side(claim: Claim | None, paper: Paper) -> Side:
    if claim is None:
        return Side(statement="(does not say so)", claim_ids=(), source_ids=(paper.id,))
    return Side(statement=claim.text, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))
