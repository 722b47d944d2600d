"""Where the works of a library disagree, of what type each disagreement is, and why; without a question.

Statements of all sentences are laid beside each other by what they compare. Those that go opposite ways or are far apart are sides of
one disagreement; the typed keys of the pairs across its sides say of what type it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sovereign.language.metrics import metrics
from sovereign.records import Disagreement, Document

from ..own_work import within
from .levels import levels
from .protocol import QUALITY
from .sides import TWICE, Found, comparisons, other_baselines
from .statements import CHOSEN, library_claims, statements
from .things import topics_of
from .told import disagreement
from .trends import trends
from .twice import told_twice

MOST = 30
"""How many of the ranked disagreements are reported."""
_KINDS = ("direction", "level", "magnitude")

__all__ = ["MOST", "disputes", "library_claims", "ranked"]


def disputes(documents: Sequence[Document]) -> tuple[Disagreement, ...]:
    """The first :data:`MOST` of :func:`ranked`. Claim ids are those of :func:`library_claims`."""
    return ranked(documents)[:MOST]


def ranked(documents: Sequence[Document]) -> tuple[Disagreement, ...]:
    """All disagreements, those that say most first.

    Between works what may be compared stands first, then a work against its own figures; what may not be compared stands
    last. Opposite ways come before absolute figures, and these before sizes; what was compared by name before what was
    compared by kind; then what more works take part in.
    """
    claims = library_claims(documents)
    topics = sorted(topics_of(d.paper for d in documents))
    said = statements(documents, claims)
    found = [
        *comparisons([*said, *trends(claims)]),
        *other_baselines(said),
        *levels(documents, claims),
        *told_twice(claims),
    ]
    between = [disagreement(f, claims, topics) for f in _distinct(sorted(found, key=_rank))]
    own = {_ids(d): d for d in within(claims, frozenset(metrics()) - QUALITY - CHOSEN)}
    comparable = [d for d in between if d.type != "not_comparable"]
    return (*comparable, *own.values(), *(d for d in between if d.type == "not_comparable"))


def _ids(item: Disagreement) -> frozenset[str]:
    return frozenset(i for side in item.sides for i in side.claim_ids)


def _rank(found: Found) -> tuple[int, bool, int, tuple[str, str, str]]:
    by_kind = any(key.startswith("[") for key in found.about) or found.about[2] == TWICE
    return _KINDS.index(found.kind), by_kind, -len(found.works), found.about


def _distinct(found: Iterable[Found]) -> list[Found]:
    """One disagreement for one pair of things and aspect, and one for what rests on mostly the same claims."""
    kept: list[Found] = []
    for item in found:
        if not any(_repeats(item, other) for other in kept):
            kept.append(item)
    return kept


def _repeats(item: Found, other: Found) -> bool:
    mine, theirs = _claims(item), _claims(other)
    if item.about == other.about or mine == theirs:
        return True
    shared = 2 * len(mine & theirs)
    return shared >= len(mine) if item.about[2] == TWICE else shared > len(mine) and item.about[0] == other.about[0]


def _claims(found: Found) -> frozenset[str]:
    return frozenset(s.claim.id for side in found.sides for s in side)
