"""A claim against all tables of a document, as evidence with the part of the text that holds the cells."""

from __future__ import annotations

from sovereign.records import Document, Evidence, Quote, Rationale

from .again import found_again
from .grid import Grid, grids_of
from .meant import means
from .verify import Ruling, verify_in_grid


def verify_in_tables(claim: str, document: Document) -> tuple[Evidence, ...]:
    """Evidence from each table that a claim means and that decides it, or that holds its figures; two that disagree give two.

    The quote is the smallest part of the text that holds the cells used: ``document.text[quote.start:quote.end] == quote.text``.
    ``relation`` is "unknown": whose table it is, the caller knows.
    """
    found = []
    for grid in grids_of(document):
        ruling: Ruling | None = verify_in_grid(claim, grid)
        if ruling is None or ruling.rationale is None or not means(claim, grid, ruling.statements):
            ruling = found_again(claim, grid)
        if ruling and ruling.rationale and ruling.rationale.cells:
            found.append(_evidence(document, grid, ruling, ruling.rationale))
    return tuple(found)


def _evidence(document: Document, grid: Grid, ruling: Ruling, rationale: Rationale) -> Evidence:
    start, end = min(c.start for c in rationale.cells), max(c.end for c in rationale.cells)
    table = next(t for t in document.tables if (t.start, t.end) == (grid.start, grid.end))
    quote = Quote(
        text=document.text[start:end],
        text_hash=document.text_hash,
        start=start,
        end=end,
        paper_id=document.paper.id,
        source_id=document.paper.id,
        section=document.sections[table.section].title,
        depth="table",
        page=grid.page,
        our_words=document.paper.our_words,
    )
    return Evidence(
        quote=quote,
        relation="unknown",
        verdict=ruling.verdict,
        scope="same" if ruling.verdict != "NOT_ENOUGH_INFO" else "narrower",
        checks=ruling.checks,
        reason=ruling.reason,
        rationale=rationale,
    )
