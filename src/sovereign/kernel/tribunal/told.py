"""What the evidence disputes or leaves open, worked out again: does the answer say it?"""

from __future__ import annotations

from collections.abc import Iterator

from sovereign.errors import InputError
from sovereign.records import Claim, Disagreement, Finding, Quantity

from ..answer import gaps_of
from ..disagreements import disagreements
from ..plan import plan
from ..rows import USABLE, near, rows_of
from .brief import Brief
from .kinds import finding


def of_disagreements(brief: Brief) -> Iterator[Finding]:
    """Disagreements between the claims of the answer that it does not tell."""
    told = {_claims(d) for d in brief.answer.disagreements}
    for item in _disputed(brief):
        if _claims(item) not in told:
            sides = "; ".join(f"{side.statement} ({', '.join(side.claim_ids)})" for side in item.sides)
            yield finding(
                "dropped-contradiction", f"sources disagree on {item.metric}, {item.subject}, and the answer does not say so",
                at=["/answer/disagreements"], claims=sorted(_claims(item)), evidence=sides,
            )  # fmt: skip


def _disputed(brief: Brief) -> tuple[Disagreement, ...]:
    usable = [c for c in brief.answering if c.verdict in USABLE and not c.falsified]
    return disagreements(usable, near(rows_of(usable, brief.aspects), brief.aspects), brief.aspects, brief.papers)


def _claims(item: Disagreement) -> frozenset[str]:
    return frozenset(i for side in item.sides for i in side.claim_ids)


def of_facets(brief: Brief) -> Iterator[Finding]:
    """Parts of the question on which plan or answer is silent."""
    mine = {(f.kind, f.text) for f in brief.plan.facets}
    try:
        asked = plan(brief.plan.question, len(brief.plan.question) + 1).facets
    except InputError:
        asked = ()
    for facet in asked:
        if (facet.kind, facet.text) not in mine:
            code = "missing-scale" if facet.kind == "scale" else "missing-facet"
            yield finding(code, f"the question asks for {facet.text}, and the plan does not", at=["/plan/facets"])
    aspects, answered = brief.aspects, {f.facet_id for f in brief.answer.facets}
    expected = [*(aspects.measured or aspects.sides), *brief.plan.of_kind("scale")]
    for facet in expected:
        if facet.id not in answered:
            code = "missing-scale" if facet.kind == "scale" else "missing-facet"
            text = f"the answer says nothing of {facet.text}"
            yield finding(code, text, at=["/answer/facets"], facets=[facet.id])


def of_sizes(brief: Brief) -> Iterator[Finding]:
    """Sizes that were asked for, that no figure reaches, and of which the answer does not say so."""
    for n, facet in enumerate(brief.answer.facets):
        scale = next((f for f in brief.plan.of_kind("scale") if f.id == facet.facet_id), None)
        if scale is None:
            continue
        for metric in brief.aspects.measured or (None,):
            expected = gaps_of(metric, scale, _usable(brief), _lab_sizes(brief, metric.id if metric else None))
            silent = [gap for gap in expected if gap not in facet.missing]
            if silent:
                text = f"{' '.join(silent)} The answer does not say so"
                yield finding("missing-scale", text, at=[f"/answer/facets/{n}"], facets=[scale.id])
    yield from _open(brief)
    yield from _rows(brief)


def _usable(brief: Brief) -> list[Claim]:
    return [c for c in brief.answering if c.verdict in USABLE and not c.falsified]


def _lab_sizes(brief: Brief, facet_id: str | None) -> list[Quantity]:
    """Sizes in the measured tables of a facet."""
    rows = [r for t in brief.answer.measured if t.facet_id == facet_id for r in t.rows]
    return [Quantity(value=float(r.parameters), unit="parameters", text=r.scale) for r in rows]


def _open(brief: Brief) -> Iterator[Finding]:
    """What a facet leaves open stands among the open points too."""
    points = {point.text for point in brief.answer.open_points}
    for n, facet in enumerate(brief.answer.facets):
        if silent := [text for text in facet.missing if text not in points]:
            scale = any(f.id == facet.facet_id and f.kind == "scale" for f in brief.plan.facets)
            text = f"the open points do not say: {' '.join(silent)}"
            code = "missing-scale" if scale or any("size" in t for t in silent) else "missing-facet"
            yield finding(
                code, text, at=[f"/answer/facets/{n}/missing", "/answer/open_points"], facets=[facet.facet_id]
            )


def _rows(brief: Brief) -> Iterator[Finding]:
    """Measurements behind a plot that no table shows any more: a row or a cell of a table is gone."""
    for plot in brief.answer.figures:
        tables = [(n, t) for n, t in enumerate(brief.answer.measured) if t.facet_id == plot.facet_id]
        shown = {cell.measurement_id for _, t in tables for r in t.rows for cell in r.cells if cell}
        gone = [brief.measurement[i] for i in plot.measurement_ids if i not in shown and i in brief.measurement]
        if gone:
            models = ", ".join(sorted({dict(m.key.setting).get("model", m.key.method) for m in gone}))
            text = f"figures of {models} stand in the plot, and in no table beside it"
            at = [f"/answer/measured/{n}/rows" for n, _ in tables] or ["/answer/measured"]
            yield finding("missing-scale", text, at=at, facets=[plot.facet_id])


def told(brief: Brief) -> tuple[int, int]:
    """How much of what the evidence disputes or leaves open the answer says, and how much there is."""
    expected = len(_disputed(brief)) + sum(len(f.missing) for f in brief.answer.facets)
    silent = len(list(of_disagreements(brief)))
    silent += len(list(of_facets(brief))) + len(list(of_sizes(brief)))
    return max(0, expected - silent), max(expected, silent)
