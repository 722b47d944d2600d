"""What sources say, laid out by the axes of the question: a row for each scale, a column for each method."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.records import Matrix, MatrixCell, MatrixRow

from .rows import Row, metric_name

MOST = 4
COLUMNS = 6


def matrices(groups: Sequence[Sequence[Row]]) -> tuple[Matrix, ...]:
    """One table for each facet, metric and comparator of which figures stand at two scales, or of two methods.

    ``groups`` are rows that can be compared, those that say most first; rows whose source states no size have no place.
    """
    by_axis: dict[tuple[str, str, str], list[Row]] = {}
    for group in groups:
        for row in group:
            if row.ratio is not None and row.claim.setting.scale is not None:
                key = row.facet.id, metric_name(row.metric, row.phase), row.comparator_key
                by_axis.setdefault(key, []).append(row)
    found = [matrix for (facet, metric, _), rows in by_axis.items() if (matrix := _of(facet, metric, rows))]
    return tuple(found[:MOST])


def _of(facet_id: str, metric: str, rows: Sequence[Row]) -> Matrix | None:
    scales = {r.claim.setting.scale.value: r.claim.setting.scale.text for r in rows if r.claim.setting.scale}
    methods = list(dict.fromkeys(r.subject_key for r in rows))[:COLUMNS]
    if len(scales) < 2 and len(methods) < 2:
        return None
    names = [min((r.subject for r in rows if r.subject_key == m), key=len) for m in methods]
    return Matrix(
        facet_id=facet_id,
        metric=metric,
        comparator=min((r.comparator for r in rows), key=len),
        columns=tuple(names),
        rows=tuple(
            MatrixRow(scale=scales[value], cells=tuple(_cell(rows, value, m) for m in methods))
            for value in sorted(scales)
        ),
    )


def _cell(rows: Sequence[Row], scale: float, method: str) -> MatrixCell | None:
    mine = [
        r for r in rows if r.subject_key == method and r.claim.setting.scale and r.claim.setting.scale.value == scale
    ]
    ratios = [r.ratio for r in mine if r.ratio is not None]
    if not ratios:
        return None
    return MatrixCell(low=min(ratios), high=max(ratios), claim_ids=tuple(dict.fromkeys(r.claim.id for r in mine)))
