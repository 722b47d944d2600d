"""Figures of tables, sides and measurements, traced to the claims and measurements that they rest on."""

from __future__ import annotations

from collections.abc import Iterator

from sovereign.records import Comparison, Finding, Measurement

from ..own_work import own_work
from ..rows import Row, metric_name, rows_of, setting_text
from ..wording import figure
from .brief import Brief
from .figures import known_texts, listed, rest_of
from .kinds import finding
from .trace import Rest, untraced

_CLOSE = 0.006  # by which two ratios of one and the same figures may differ, as they are printed
_RATIOS = 0.10  # by which a median of ratios may lie beyond the quartiles of both figures


def of_sides(brief: Brief) -> Iterator[Finding]:
    """Sides of agreements and disagreements, and cells of tables by scale, with figures that their claims do not give."""
    answer, known = brief.answer, known_texts(brief)
    sides = [
        (f"/answer/disagreements/{n}/sides/{m}", s)
        for n, d in enumerate(answer.disagreements)
        for m, s in enumerate(d.sides)
    ]
    sides += [
        (f"/answer/agreements/{n}/sides/{m}", s) for n, d in enumerate(answer.agreements) for m, s in enumerate(d.sides)
    ]
    rows = [(place, side.statement, side.claim_ids) for place, side in sides]
    rows += [
        (f"/answer/agreements/{n}/text", a.text, tuple(i for s in a.sides for i in s.claim_ids))
        for n, a in enumerate(answer.agreements)
    ]
    within = own_work(brief.answering, {f.metric for f in brief.aspects.measured if f.metric})
    computed = {(side.statement, side.claim_ids) for item in within for side in item.sides}
    for place, text, ids in rows:
        if (text, ids) in computed:
            continue  # from figures of several claims, which no figure of one gives
        claims = [brief.claim[i] for i in ids if i in brief.claim]
        strange = untraced(text, rest_of(claims, [], known, brief)) if claims else ()
        if strange:
            said = f"{listed(strange)} neither stands in {listed(ids)} nor follows from it"
            yield finding("altered-number", said, at=[place], claims=ids, evidence=text)
    for n, matrix in enumerate(answer.matrices):
        for r, row in enumerate(matrix.rows):
            for c, cell in enumerate(row.cells):
                claims = [brief.claim[i] for i in cell.claim_ids if i in brief.claim] if cell else []
                given = [
                    v
                    for claim in claims
                    for result in claim.results
                    if result.ratio
                    for v in (result.ratio, 1 / result.ratio)
                ]
                lost = (
                    [v for v in (cell.low, cell.high) if not any(abs(v - g) <= _CLOSE * g for g in given)]
                    if cell and claims
                    else []
                )
                if cell and lost:
                    said = f"{listed(lost)} in the table is no ratio of {listed(cell.claim_ids)}"
                    yield finding(
                        "altered-number", said, at=[f"/answer/matrices/{n}/rows/{r}/cells/{c}"], claims=cell.claim_ids
                    )


def of_comparisons(brief: Brief) -> Iterator[Finding]:
    """Rows of the answer's table that their claim does not give."""
    rows: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows_of(
        [c for c in brief.claims if c.id in {x.claim_id for x in brief.answer.comparisons}], brief.aspects
    ):
        rows.setdefault((row.claim.id, row.subject, row.comparator), []).append(row)
    for n, mine in enumerate(brief.answer.comparisons):
        if mine.claim_id not in brief.claim:
            continue  # a citation of nothing is found elsewhere
        place = f"/answer/comparisons/{n}"
        theirs = rows.get((mine.claim_id, mine.subject, mine.comparator), [])
        same = [
            r
            for r in theirs
            if r.ratio is not None and mine.ratio is not None and abs(r.ratio - mine.ratio) <= _CLOSE * r.ratio
        ]
        right = [
            r
            for r in same
            if (figure(r.value), figure(r.comparator_value)) == (mine.subject_value, mine.comparator_value)
        ]
        if not right and (other := _giver(mine, brief)):
            said = f"the row is given to {mine.claim_id}, and is what {other} gives"
            yield finding("wrong-paper", said, at=[place], claims=[mine.claim_id, other])
        elif not right:
            given = (
                "; ".join(
                    f"{figure(r.value)} against {figure(r.comparator_value)}, ratio {r.ratio:g}"
                    for r in theirs
                    if r.ratio
                )
                or "nothing of the kind"
            )
            said = f"the table says {_row(mine)}; {mine.claim_id} gives {given}"
            yield finding(
                "altered-number",
                said,
                at=[place],
                claims=[mine.claim_id],
                evidence=brief.claim[mine.claim_id].quote.text,
            )
        elif mine.metric not in (metrics := [metric_name(r.metric, r.phase) for r in right]):
            said = f"the table calls it {mine.metric}; {mine.claim_id} gives {listed(dict.fromkeys(metrics))}"
            yield finding("altered-text", said, at=[place], claims=[mine.claim_id])
        elif mine.setting not in {setting_text(r) for r in right}:
            said = (
                f"the table says “{mine.setting or 'no setting'}”; {mine.claim_id} holds for “{setting_text(right[0])}”"
            )
            yield finding("missing-scale", said, at=[place], claims=[mine.claim_id])
        scale = brief.claim[mine.claim_id].setting.scale
        if scale is not None and mine.scale != scale.text:
            said = f"the table says {mine.scale or 'no size'}; {mine.claim_id} holds at {scale.text}"
            yield finding("missing-scale", said, at=[place], claims=[mine.claim_id])


def _giver(mine: Comparison, brief: Brief) -> str | None:
    """Another claim that gives this very row."""
    return next(
        (
            row.claim.id
            for row in rows_of([c for c in brief.claims if c.id != mine.claim_id], brief.aspects)
            if row.ratio is not None and mine.ratio is not None and abs(row.ratio - mine.ratio) <= _CLOSE * row.ratio
            and (figure(row.value), figure(row.comparator_value)) == (mine.subject_value, mine.comparator_value)
        ),
        None,
    )  # fmt: skip


def _row(mine: Comparison) -> str:
    return (
        f"{mine.subject_value} against {mine.comparator_value}, ratio {mine.ratio if mine.ratio is not None else '–'}"
    )


def of_cells(brief: Brief) -> Iterator[Finding]:
    """Cells of the measured tables that are not what their measurement gives."""
    for t, table in enumerate(brief.answer.measured):
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row.cells):
                mine = brief.measurement.get(cell.measurement_id) if cell else None
                if cell is None or mine is None:
                    continue
                place = f"/answer/measured/{t}/rows/{r}/cells/{c}"
                if mine.ratio is None or abs(cell.ratio - mine.ratio) > _CLOSE * abs(mine.ratio):
                    said = f"the table says {cell.ratio:g}; {mine.id} gives {mine.ratio if mine.ratio is not None else 'no ratio'}"
                    yield finding("altered-number", said, at=[place], evidence=mine.quantity.text)


def of_measurements(brief: Brief) -> Iterator[Finding]:
    """Measurements whose printed figure is not their value, or whose value lies outside its own quartiles, or does not give its ratio."""
    bases: dict[tuple[object, ...], Measurement] = {
        (m.key.metric, m.key.method, m.key.setting, m.key.unit, m.artifact): m for m in brief.measurements
    }
    for one in brief.measurements:
        mine = Rest(frozenset(), (one.quantity.value,), frozenset(), frozenset())
        wrong = bool(untraced(one.quantity.text, mine))
        if not wrong and one.low is not None and one.high is not None:
            wrong = not one.low * (1 - _CLOSE) <= one.quantity.value <= one.high * (1 + _CLOSE)
        if not wrong and one.ratio is not None and (base := bases.get(_compared(one))) and base.quantity.value:
            wrong = not _fits(one, base)
        if wrong:
            said = f"{one.id} says {one.quantity.text}; its value is {one.quantity.value:g}, its quartiles {one.low} and {one.high}, its ratio {one.ratio}"
            yield finding("altered-number", said, at=[brief.measured_place(one.id)])


def _fits(one: Measurement, base: Measurement) -> bool:
    """Whether a ratio is one that both figures give. It is a median of ratios, each of one round, and so need not be the ratio of the two
    medians: on a machine with other work it lies anywhere between the quartiles of the one over those of the other."""
    low, high = one.low or one.quantity.value, one.high or one.quantity.value
    least, most = base.low or base.quantity.value, base.high or base.quantity.value
    return low / most * (1 - _RATIOS) <= (one.ratio or 0.0) <= high / least * (1 + _RATIOS)


def _compared(one: Measurement) -> tuple[object, ...]:
    """What a measurement is relative to, in its own setting and its own run."""
    return one.key.metric, one.key.comparator, one.key.setting, one.key.unit, one.artifact
