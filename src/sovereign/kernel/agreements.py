"""Where works agree: the same two things, the same metric, the same direction, and ratios near each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sovereign.records import Agreement, Paper, Side

from .disagreements import flat, row_text
from .independence import papers_by_id, same_title
from .rows import Row, metric_name
from .wording import series, times

MOST = 6
FACTOR = 1.5  # between the largest and the smallest ratio of those that agree


def agreements(groups: Iterable[Sequence[Row]], papers: Sequence[Paper]) -> tuple[Agreement, ...]:
    """Agreements of two works or more, in the order of ``groups`` of rows that can be compared."""
    known = papers_by_id(papers)
    found = [one for group in groups if (one := _of(group, known))]
    return tuple(found[:MOST])


def _of(group: Sequence[Row], papers: dict[str, Paper]) -> Agreement | None:
    """The most works of a group whose ratios lie within the factor and on one side of 1."""
    rows = sorted((r for r in group if r.ratio), key=lambda r: (r.ratio or 0.0, r.claim.id))
    best: list[Row] = []
    for start, first in enumerate(rows):
        near = [r for r in rows[start:] if _like(first, r)]
        works = _works(near, papers)
        if len(works) > len(best):
            best = works
    if len(best) < 2:
        return None
    low, high = best[0].ratio or 0.0, best[-1].ratio or 0.0
    span = times(low) if times(low) == times(high) else f"{times(low)} to {times(high)}"
    shown = series([f"{times(r.ratio or 0.0)}{_on(r)}" for r in best])
    metric = metric_name(best[0].metric, best[0].phase)
    subject, comparator = (min((getattr(r, side) for r in best), key=len) for side in ("subject", "comparator"))
    return Agreement(
        subject=f"{subject} against {comparator}",
        metric=metric,
        sides=tuple(
            Side(statement=row_text(r), claim_ids=(r.claim.id,), source_ids=(r.claim.quote.source_id,)) for r in best
        ),
        text=f"{len(best)} works give {span} times the {metric}: {shown}",
    )


def _like(first: Row, other: Row) -> bool:
    one, two = first.ratio or 0.0, other.ratio or 0.0
    if two > one * FACTOR:
        return False
    return (flat(first) and flat(other)) or (one < 1) == (two < 1)


def _works(rows: Sequence[Row], papers: dict[str, Paper]) -> list[Row]:
    """One row for each work; versions of one work are one."""
    kept: list[Row] = []
    for row in rows:
        mine = papers.get(row.claim.quote.source_id)
        if not any(_same(row, other, mine, papers.get(other.claim.quote.source_id)) for other in kept):
            kept.append(row)
    return kept


def _same(a: Row, b: Row, first: Paper | None, second: Paper | None) -> bool:
    if a.claim.quote.source_id == b.claim.quote.source_id:
        return True
    return bool(first and second and same_title(first, second))


def _on(row: Row) -> str:
    setting = row.claim.setting
    name = setting.model or (setting.scale.text if setting.scale else "")
    return f" on {name}" if name else ""
