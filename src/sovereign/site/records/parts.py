"""The parts of a record's page that are its own: short tables, what became of findings, sources by their texts, files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sovereign.publish.claims import DEPTHS, links
from sovereign.publish.measured import measured
from sovereign.publish.parts import Badge, FigureView, ReferenceView, Run, Table
from sovereign.publish.references import References, reference_view
from sovereign.publish.reviews import OUTCOMES, SEVERITIES
from sovereign.publish.text import one_line
from sovereign.records import Finding, Record
from sovereign.records.review import Response

from .downloads import FILES, Download, plots
from .shelf import Shelf

_ROWS = 5  # of a measured table that are shown beside the answer
_TABLES = 3  # of what sources say by scale and method
_SIDES = 2  # disagreements, and agreements


@dataclass(frozen=True)
class FindingView:
    """A reviewer's finding of the last round and what became of it; ``became`` is None where it stands as it is."""

    role: str
    severity: Badge
    text: str
    claims: Run
    became: Badge | None
    why: str


@dataclass(frozen=True)
class TextView:
    """A stored text that was read: how much of the work it is, and its SHA-256."""

    depth: str
    sha: str


@dataclass(frozen=True)
class SourceView:
    """A source: its reference and the stored texts of it that quotes stand in."""

    reference: ReferenceView
    texts: tuple[TextView, ...]


@dataclass(frozen=True)
class Shown:
    """A plot: ``there`` says whether its bytes are kept, ``source`` is the path of the picture."""

    figure: FigureView
    source: str
    there: bool


def brief(record: Record) -> Record:
    """The record with as much of its answer as its own page shows: its page of the whole answer and that of its numbers have the rest."""
    answer = record.answer
    few = {
        "facets": tuple(f.model_copy(update={"sentences": ()}) for f in answer.facets),
        "measured": (),
        "figures": (),
        "matrices": answer.matrices[:_TABLES],
        "comparisons": (),
        "disagreements": answer.disagreements[:_SIDES],
        "agreements": answer.agreements[:_SIDES],
    }
    return record.model_copy(update={"answer": answer.model_copy(update=few)})


def answer_figures(shelf: Shelf, places: dict[str, str]) -> tuple[Table | Shown, ...]:
    """What stands beside the answer: its plots, then for each facet its first measured table, with a few rows from first to last."""
    answer = shelf.record.answer
    first = {t.facet_id: t for t in reversed([t for t in answer.measured if not t.anew])}
    few = answer.model_copy(update={"measured": tuple(t for t in answer.measured if t is first.get(t.facet_id))})
    found = measured(shelf.record.model_copy(update={"answer": few}), places, None)
    pictures = tuple(_shown(shelf, part) for part in found if part.kind == "figure")
    return (*pictures, *(thinned(part, _ROWS) for part in found if part.kind == "table"))


def all_figures(shelf: Shelf, places: dict[str, str]) -> tuple[Table | Shown, ...]:
    """The answer's measured tables and plots, facet by facet."""
    found = measured(shelf.record, places, None)
    return tuple(_shown(shelf, part) if part.kind == "figure" else part for part in found)


def _shown(shelf: Shelf, figure: FigureView) -> Shown:
    artifact = shelf.record.answer.figures[figure.number - 1].artifact
    return Shown(figure, f"{shelf.base}/{figure.file}", shelf.site.store.artifacts.has(artifact))


def thinned(table: Table, rows: int) -> Table:
    """The table with at most so many rows, from its first to its last; its caption says so."""
    there = len(table.rows)
    if there <= rows:
        return table
    kept = sorted({round(n * (there - 1) / (rows - 1)) for n in range(rows)})
    caption = f"{table.caption} {len(kept)} of {there} rows."
    return replace(table, rows=tuple(table.rows[n] for n in kept), caption=caption)


def last_findings(shelf: Shelf, places: dict[str, str]) -> tuple[FindingView, ...]:
    """The findings of the last round that ask for something, worst first, with what became of each.

    A round answers the findings of the one before; one that is raised again is known by its role and code.
    """
    reviews = shelf.record.reviews
    if not reviews:
        return ()
    earlier = {f.id: f for one in reviews for f in one.findings}
    answered = {
        (found.role, found.code): response
        for response in reviews[-1].responses
        if (found := earlier.get(response.finding_id))
    }
    raised = {(f.role, f.code) for f in reviews[-1].findings}
    gone = [(earlier[r.finding_id], r) for key, r in answered.items() if key not in raised]
    rank = list(SEVERITIES)
    last = [(f, answered.get((f.role, f.code))) for f in reviews[-1].findings if f.severity != "note"]
    ordered = sorted(last, key=lambda one: -rank.index(one[0].severity))
    return tuple(_finding(f, response, places) for f, response in (*ordered, *gone))


def _finding(finding: Finding, response: Response | None, places: dict[str, str]) -> FindingView:
    return FindingView(
        role=finding.role,
        severity=Badge(finding.severity, SEVERITIES[finding.severity]),
        text=one_line(finding.text),
        claims=links(finding.claim_ids[:4], places),
        became=Badge(response.outcome, OUTCOMES[response.outcome]) if response else None,
        why=one_line(response.reason) if response else "",
    )


def sources(shelf: Shelf, references: References) -> tuple[SourceView, ...]:
    """Every reference with the stored texts that the record's quotes stand in."""
    texts: dict[str, dict[str, str]] = {}
    for quote in shelf.record.quotes():
        read_in = references.of(quote.paper_id).source_id
        texts.setdefault(read_in, {})[quote.text_hash] = DEPTHS.get(quote.depth, quote.depth)
    return tuple(
        SourceView(
            reference_view(reference),
            tuple(TextView(depth, sha) for sha, depth in texts.get(reference.source_id, {}).items()),
        )
        for reference in references
    )


def downloads(shelf: Shelf) -> tuple[tuple[str, Download], ...]:
    """The files that the page offers by name; the contracts have a list of their own."""
    return tuple((n, f) for n, f in (*FILES.items(), *plots(shelf.published).items()) if not n.startswith("contracts/"))


def contract_names() -> Iterable[str]:
    """The files of the contracts."""
    return [name for name in FILES if name.startswith("contracts/")]
