"""The tables of an answer: every comparison of the claims, and where they are many, by scale and method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sovereign.records import Claim, Comparison, Matrix

from .aspects import Aspects
from .matrix import matrices
from .ranking import by_weight
from .rows import USABLE, Row, metric_name, near, rows_of, setting_text
from .wording import figure


class Tables(NamedTuple):
    """What claims compare, laid out."""

    comparisons: tuple[Comparison, ...]
    matrices: tuple[Matrix, ...]


def tables_of(claims: Sequence[Claim], aspects: Aspects) -> Tables:
    """The tables of an answer that is made of these claims."""
    usable = [c for c in claims if c.verdict in USABLE and not c.falsified]
    rows = near(rows_of(usable, aspects), aspects)
    groups = [g for f in aspects.measured for g in groups_of([r for r in rows if r.facet.id == f.id], aspects)]
    return Tables(comparisons(rows, aspects), matrices(groups))


def groups_of(rows: Sequence[Row], aspects: Aspects) -> list[list[Row]]:
    """Rows that can be compared, those that say most to the question first."""
    return by_weight(rows, aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator"), aspects)


def comparisons(rows: Sequence[Row], aspects: Aspects) -> tuple[Comparison, ...]:
    """Rows with a ratio, once for each claim and pair; comparisons that say most to the question first."""
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    groups = sorted(by_weight(rows, subjects, comparators, aspects), key=lambda g: g[0].facet.id)
    table: dict[tuple[str, str, str, str | None, float], Comparison] = {}
    for row in (r for g in groups for r in sorted(g, key=lambda r: -(r.ratio or 0))):
        if row.ratio is not None:
            table.setdefault((row.claim.id, row.subject, row.comparator, row.condition, row.ratio), _comparison(row))
    return tuple(table.values())


def _comparison(row: Row) -> Comparison:
    assert row.ratio is not None
    return Comparison(
        facet_id=row.facet.id,
        metric=metric_name(row.metric, row.phase),
        subject=row.subject,
        comparator=row.comparator,
        subject_value=figure(row.value),
        comparator_value=figure(row.comparator_value),
        ratio=row.ratio,
        scale=row.claim.setting.scale.text if row.claim.setting.scale else "",
        setting=setting_text(row),
        claim_id=row.claim.id,
    )
