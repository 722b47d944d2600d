"""An answer without what was withdrawn, where it cannot be made again: what rested on it goes, and nothing takes its place."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import (
    Answer,
    AnswerSentence,
    Claim,
    FacetAnswer,
    Matrix,
    MatrixRow,
    MeasuredTable,
    Measurement,
    OpenPoint,
    Paper,
    Plan,
    Withdrawn,
)

from .evidence import STATES
from .of_record import Told, cannot, how_sure, states, still_open, works
from .sureness import sureness
from .wording import capital


def pruned(
    answer: Answer,
    gone: Withdrawn,
    plan: Plan,
    claims: tuple[Claim, ...],
    measurements: tuple[Measurement, ...],
    papers: tuple[Paper, ...],
    seen: int,
) -> Answer:
    """The answer without each sentence, row, cell and side that names what is ``gone``; ``claims`` and ``measurements`` are what stands.

    A facet that lost a sentence is at best answered in part, and one that lost them all is not answered.
    """
    ids = frozenset(gone.claims) | frozenset(gone.measurements)
    names = {f.id: f.text for f in plan.facets}
    facets = tuple(_facet(f, names.get(f.facet_id, f.facet_id), ids) for f in answer.facets)
    body = answer.model_copy(
        update={
            "state": min((f.state for f in facets), key=STATES.index, default="NOT_ANSWERABLE"),
            "summary": _left(answer.summary, ids),
            "facets": facets,
            "measured": tables_without(answer.measured, ids),
            "figures": tuple(f for f in answer.figures if not ids & {*f.measurement_ids}),
            "comparisons": tuple(c for c in answer.comparisons if c.claim_id not in ids),
            "disagreements": tuple(d for d in answer.disagreements if not _named(d.sides, ids)),
            "agreements": tuple(a for a in answer.agreements if not _named(a.sides, ids)),
            "matrices": tuple(m for m in (_matrix(m, ids) for m in answer.matrices) if m.rows),
            "open_points": (*answer.open_points, *_lost(answer.facets, facets)),
        }
    )
    body = body.model_copy(update={"sureness": sureness(body, plan.facets, claims, measurements, papers)})
    if not answer.abstract:
        return body
    # What it says of the world stays where it stands on nothing that is gone; what it says of the record is said anew.
    world = [s for s in _left(answer.abstract, ids) if not s.of_record]
    told = Told(body.model_copy(update={"abstract": tuple(world)}), plan, claims, papers, seen)
    first = [cannot(told)] if body.state == "NOT_ANSWERABLE" or not world else []
    record = [*states(told), *still_open(told), *how_sure(told), works(told)]
    return body.model_copy(update={"abstract": (*first, *world, *record)})


def measured_without(found: Evidence, gone: AbstractSet[str]) -> Evidence:
    """What the laboratory has without measurements that are gone. A plot that shows one goes with it: it cannot be drawn without."""
    if not gone:
        return found
    facets = tuple(
        f.model_copy(
            update={
                "headlines": _left(f.headlines, gone),
                "crossovers": _left(f.crossovers, gone),
                **({"sizes": (), "sized_by": ()} if gone & {*f.sized_by} else {}),
            }
        )
        for f in found.facets
    )
    return found.model_copy(
        update={
            "measurements": tuple(m for m in found.measurements if m.id not in gone),
            "tables": tables_without(found.tables, gone),
            "figures": tuple(f for f in found.figures if not gone & {*f.measurement_ids}),
            # Of a facet for which nothing is left to say, nothing was found.
            "facets": tuple(f for f in facets if f.headlines or f.crossovers),
        }
    )


def tables_without(tables: tuple[MeasuredTable, ...], gone: AbstractSet[str]) -> tuple[MeasuredTable, ...]:
    """The tables with empty cells where a measurement is gone, without rows and tables that are then empty."""
    found = []
    for table in tables:
        rows = [
            row.model_copy(
                update={"cells": tuple(c if c and c.measurement_id not in gone else None for c in row.cells)}
            )
            for row in table.rows
        ]
        rows = [row for row in rows if any(row.cells)]
        if rows:
            found.append(table.model_copy(update={"rows": tuple(rows)}))
    return tuple(found)


def _left(sentences: tuple[AnswerSentence, ...], ids: AbstractSet[str]) -> tuple[AnswerSentence, ...]:
    return tuple(s for s in sentences if not ids & {*s.claim_ids, *s.measurement_ids})


def _facet(facet: FacetAnswer, name: str, ids: AbstractSet[str]) -> FacetAnswer:
    left = _left(facet.sentences, ids)
    if left == facet.sentences:
        return facet
    lost = (
        f"{len(facet.sentences) - len(left)} of {len(facet.sentences)} sentences on {name} rested on what was withdrawn"
    )
    state = min("PARTLY_ANSWERED" if left else "NOT_ANSWERABLE", facet.state, key=STATES.index)
    parts = tuple(p.model_copy(update={"state": min(state, p.state, key=STATES.index)}) for p in facet.parts)
    return facet.model_copy(
        update={
            "state": state,
            "parts": parts,
            "reason": f"{lost}; before, {facet.reason}",
            "sentences": left,
            "missing": (*facet.missing, f"{capital(lost)}."),
        }
    )


def _lost(before: tuple[FacetAnswer, ...], after: tuple[FacetAnswer, ...]) -> list[OpenPoint]:
    """What facets miss now that they did not miss before."""
    return [
        OpenPoint(text=text, facet_id=new.facet_id, needs="the question asked again")
        for old, new in zip(before, after, strict=True)
        for text in new.missing[len(old.missing) :]
    ]


def _named(sides: tuple[object, ...], ids: AbstractSet[str]) -> bool:
    return any(ids & {*getattr(side, "claim_ids", ())} for side in sides)


def _matrix(matrix: Matrix, ids: AbstractSet[str]) -> Matrix:
    rows: list[MatrixRow] = []
    for row in matrix.rows:
        cells = tuple(c if c and not ids & {*c.claim_ids} else None for c in row.cells)
        if any(cells):
            rows.append(row.model_copy(update={"cells": cells}))
    return matrix.model_copy(update={"rows": tuple(rows)})
