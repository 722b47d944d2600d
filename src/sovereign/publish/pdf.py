"""The page as a typeset PDF: title, answer, tables, plots, cited claims, references. All of it goes in as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from .fitting import MOST_SIGNS, TABLE_SIGNS, WHOLE, column_widths, fit
from .parts import (
    Block,
    ClaimView,
    DisagreementView,
    EvidenceView,
    FacetView,
    FigureView,
    Link,
    ReferenceView,
    Run,
    Said,
    Section,
    Table,
    View,
)
from .text import count
from .typeset import ARCHIVED, TAGGED, Task, TypesettingError, typeset
from .work import AUTHOR, moment_of

# What a page can bear. Beyond it a text or list is cut, the PDF says by how much, and record.json has the rest.
MOST_ROWS = 250
MOST_CLAIMS = 250
MOST_REFERENCES = 500
MOST_SVG = 2_000_000
MOST_LINKS = 6
MOST_TABLES = 40
MOST_CELL = 700
MOST_COMPARISONS = 4  # of one metric; each is also among the claims

Data = dict[str, Any]


def write_pdf(view: View) -> bytes:
    """The page as PDF/A-2a and PDF/UA-1, dated as the record is. Equal pages give equal bytes.

    Raises:
        OutputError: if it cannot be typeset, or not within a minute.
    """
    template = files(__package__).joinpath("templates/report.typ").read_text("utf-8")
    # PDF/A wants a date.
    standards = ARCHIVED if moment_of(view.header.made_iso) else TAGGED
    try:
        return typeset(Task(template, document(view), standards))
    except TypesettingError:
        # A plot that is no plain SVG is the one thing that the engine may refuse.
        return typeset(Task(template, document(view, plots=False), standards))


def document(view: View, plots: bool = True) -> Data:
    """What the template sets: the page without its folded and detailed tables and the claims that the answer does not cite."""
    return _Writer(view).document(plots)


class _Writer:
    """Turns pieces into data. It knows which anchors the document has, because a link to none would stop the engine."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.claims = tuple(c for c in view.claims if c.cited)[:MOST_CLAIMS]
        self.references = view.references[:MOST_REFERENCES]
        self.left_out: dict[str, tuple[int, int]] = {}
        self.anchors = {c.anchor for c in self.claims} | {r.anchor for r in self.references}
        self.placed: set[str] = set()

    def document(self, plots: bool) -> Data:
        head, answer, view = self.view.header, self.view.answer, self.view
        made = moment_of(head.made_iso)
        sections = [self._section(section) for section in view.sections]
        return {
            "meta": {
                "title": head.title[:MOST_SIGNS],
                "author": AUTHOR,
                "keywords": [word[:200] for word in head.keywords[:20]],
                "description": f"Record {head.short_id}: {head.state.text}; policy {head.policy.text}",
                "date": [made.year, made.month, made.day, made.hour, made.minute, made.second] if made else None,
            },
            "author": AUTHOR,
            "title": fit(head.title, 40, 1_200),
            "running": fit(head.title if len(head.title) <= 90 else f"{head.title[:88]}…", 30),
            "question": fit(head.question, 40),
            "id": fit(head.short_id, 30, 60),
            "made": fit(head.made, 30, 60),
            "notice": fit(head.notice),
            "state": _badge(head.state.text, head.state.tone),
            "policy": _badge(head.policy.text, head.policy.tone),
            "why": fit(head.policy.title),
            "facts": [[name, fit(value)] for name, value in head.facts],
            "counters": [[name, number] for name, number, _ in head.counters],
            "abstract": [[self._said(s) for s in part] for part in paragraphs(answer.abstract)],
            "summary": [] if answer.abstract else self._all(answer.summary, self._said),
            "measured": [
                self._table(p) if p.kind == "table" else self._figure(p, plots) for p in answer.measured[:MOST_ROWS]
            ],
            "tables": [self._table(t, MOST_COMPARISONS) for t in answer.tables[:MOST_TABLES]],
            "tables_left_out": _more(len(answer.tables), min(len(answer.tables), MOST_TABLES), "table"),
            "facets": self._all(answer.facets, self._facet),
            "agreements": self._all(answer.agreements, self._sides),
            "disagreements": self._all(answer.disagreements, self._sides),
            "open": self._all(answer.open_points, self._run),
            "sections": sections,
            "claims": [self._claim(c) for c in self.claims],
            "uncited": self._claims_left_out(),
            "references": [self._reference(r) for r in self.references],
            "references_left_out": _more(len(view.references), len(self.references)),
            "left_out": [
                f"{fit(name, 24, 160)} ({count(tables, 'table')}, {count(rows, 'row')})"
                for name, (tables, rows) in list(self.left_out.items())[:MOST_ROWS]
            ],
            "imprint": [[name, fit(value, 16)] for name, value in view.imprint],
            "verify": [fit(command, 30) for command in view.verify],
            "unshown": 0,
        }

    def _place(self, anchor: str) -> str:
        """An anchor where it is met first, else none: the engine stops at two of one name."""
        new = anchor not in self.placed
        self.placed.add(anchor)
        return anchor if new else ""

    def _claims_left_out(self) -> str:
        cited = sum(c.cited for c in self.view.claims)
        uncited = len(self.view.claims) - cited
        said = f"The answer cites {count(cited, 'claim')}, set here; one in quotation marks is the very sentence of its source. "
        if more := _more(cited, len(self.claims)):
            said += f"{more} "
        if uncited:
            said += (
                f"{count(uncited, 'more claim')} that it does not cite {'is' if uncited == 1 else 'are'} in claims.csv."
            )
        return said

    def _all(self, items: Sequence[Any], make: Any) -> list[Any]:
        return [make(item) for item in items[:MOST_ROWS]]

    def _link(self, link: Link, limit: int = 24) -> Data:
        href = link.href or ""
        if href.startswith("#"):
            href = href if href[1:] in self.anchors else ""
        return {"kind": "link", "text": fit(link.text, limit), "href": href[:2_000]}

    def _run(self, run: Run, limit: int = 24, most: int = MOST_SIGNS) -> list[Data]:
        return [
            {"kind": "text", "text": fit(part, limit, most)}
            if isinstance(part, str)
            else self._link(part, limit)
            if isinstance(part, Link)
            else _badge(part.text, part.tone)
            for part in run
        ]

    def _links(self, links: Sequence[Link], most: int = 8) -> Data:
        more = len(links) - most
        return {"links": [self._link(link) for link in links[:most]], "more": f"and {more:,} more" if more > 0 else ""}

    def _said(self, said: Said) -> Data:
        return {
            "text": fit(said.text, 30),
            "carried": self._links(said.carried_by, 6),
            "marks": [fit(m) for m in said.marks],
        }

    def _facet(self, facet: FacetView) -> Data:
        return {
            "text": fit(facet.text),
            "sort": facet.sort,
            "state": _badge(facet.state.text, facet.state.tone),
            "reason": fit(facet.reason),
            "parts": [
                [_badge(p.state.text, p.state.tone), fit(p.scope), fit(p.reason)] for p in facet.parts[:MOST_ROWS]
            ],
            "said": self._all(facet.said, self._said),
            "missing": [fit(m) for m in facet.missing[:MOST_ROWS]],
            "sure": fit(facet.sure),
        }

    def _sides(self, one: DisagreementView) -> Data:
        return {
            "heading": fit(one.heading),
            "why": fit(one.why),
            "sides": [
                {
                    "statement": fit(s.statement),
                    "claims": self._links(s.claims),
                    "sources": self._links([_number_of(link) for link in s.sources], 12),
                }
                for s in one.sides[:MOST_ROWS]
            ],
        }

    def _section(self, section: Section) -> Data:
        # What each round of review says of itself word for word is said once.
        new = [b for at, b in enumerate(section.blocks) if b.kind != "paragraph" or b not in section.blocks[:at]]
        blocks = [self._block(b) for b in new[:MOST_ROWS] if not self._withheld(b)]
        return {"number": section.number, "title": section.title, "blocks": blocks}

    def _withheld(self, block: Block) -> bool:
        """Whether a block is a table that the PDF leaves to the other forms, and names."""
        if block.kind != "table" or not (block.folded or block.detail) or not block.rows:
            return False
        name = re.split("[,:]", block.caption, maxsplit=1)[0]
        tables, rows = self.left_out.get(name, (0, 0))
        self.left_out[name] = (tables + 1, rows + len(block.rows))
        return True

    def _block(self, block: Block) -> Data:
        if block.kind == "paragraph":
            return {"kind": "paragraph", "run": self._run(block.run)}
        if block.kind == "bullets":
            return {"kind": "bullets", "items": self._all(block.items, self._run)}
        return {"kind": "heading", "text": fit(block.text)} if block.kind == "heading" else self._table(block)

    def _table(self, table: Table, most: int = MOST_ROWS) -> Data:
        whole = [*table.rows[:most], *([table.foot] if table.foot else [])]
        rows = [tuple(map(_first_links, row)) for row in whole]
        texts = [table.head, *(tuple(map(_plain, row)) for row in rows)]
        widths = column_widths(texts, len(table.head), table.figures)
        return {
            "kind": "table",
            "caption": [fit(part) for part in table.caption.partition(". ")[::2]],
            "head": [fit(h, w) for h, w in zip(table.head, widths, strict=True)],
            "rows": [[self._run(c, w, MOST_CELL) for c, w in zip(row, widths, strict=True)] for row in rows],
            "widths": widths,
            "together": len(rows) <= 10 and sum(len(cell) for row in texts for cell in row) < 1_500,
            "whole": sum(widths) > TABLE_SIGNS * 0.7,
            "figures": list(table.figures),
            "foot": bool(table.foot),
            "more": _more(len(table.rows), min(len(table.rows), most)),
        }

    def _figure(self, figure: FigureView, plots: bool) -> Data:
        shown = plots and 0 < len(figure.svg) <= MOST_SVG
        svg = figure.svg.decode("utf-8", "replace") if shown else ""
        note = "" if shown else figure.note or "The plot cannot be set in a PDF; it is in the folder of this record."
        return {
            "kind": "figure",
            "number": figure.number,
            "title": fit(figure.title),
            "caption": fit(figure.caption),
            "alt": fit(figure.alt) or "A plot without a description.",
            "svg": svg,
            "note": fit(note),
        }

    def _claim(self, claim: ClaimView) -> Data:
        return {
            "anchor": self._place(claim.anchor),
            "id": fit(claim.id, 24, 80),
            "text": fit(claim.text),
            "verdict": _badge(claim.verdict.text, claim.verdict.tone),
            "standing": [fit(b.text) for b in claim.standing],
            "reason": fit(claim.reason),
            "quote": fit(claim.quote.text),
            "place": fit(claim.quote.place),
            "marks": [fit(m) for m in claim.quote.marks if m != "seen: yes"],
            "checks": [f"{fit(c.name)} {c.symbol}" for c in claim.chips[:40]],
            "source": self._run(_without_title(claim.source)),
            "evidence": self._evidence(claim),
        }

    def _evidence(self, claim: ClaimView) -> list[Data]:
        """What other passages say, those of one verdict, relation and scope together, with their sources."""
        groups: dict[tuple[str, str, str], list[EvidenceView]] = {}
        for one in claim.evidence:
            groups.setdefault((one.verdict.text, one.relation, one.scope), []).append(one)
        return [
            {
                "verdict": verdict,
                "words": fit(f"{count(len(of), 'passage')}, {relation}, {scope}"),
                "sources": self._links(
                    list(dict.fromkeys(p for e in of for p in e.source[:1] if isinstance(p, Link))), 4
                ),
            }
            for (verdict, relation, scope), of in list(groups.items())[:MOST_ROWS]
        ]

    def _reference(self, one: ReferenceView) -> Data:
        return {
            "anchor": self._place(one.anchor),
            "number": one.number,
            "authors": fit(one.authors),
            "title": fit(one.title),
            "place": fit(one.place),
            "links": [self._link(link, 18) for link in one.links],
            "notes": [fit(note) for note in one.notes],
        }


def paragraphs(said: Sequence[Said]) -> list[list[Said]]:
    """An abstract in its three paragraphs: the direct answer, what else holds, and what is of the record alone."""
    rest = said[1:]
    parts = [list(said[:1]), [s for s in rest if s.carried_by], [s for s in rest if not s.carried_by]]
    return [part for part in parts if part]


def _first_links(run: Run) -> Run:
    """Of a run of many links, the first ones and how many more there are."""
    links = [part for part in run if isinstance(part, Link)]
    if len(links) <= MOST_LINKS or any(isinstance(part, str) and part.strip() for part in run):
        return run
    return (*run[: run.index(links[MOST_LINKS])], f"and {len(links) - MOST_LINKS:,} more")


def _plain(run: Run) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in run)


def _without_title(source: Run) -> Run:
    """Where a claim comes from, by the numbers of references: their titles are in the list."""
    return tuple(part for at, part in enumerate(source) if at != 1)


def _number_of(link: Link) -> Link:
    """A link to a reference by its number alone."""
    return Link(link.text.partition(" ")[0], link.href) if re.match(r"\[\d+\] ", link.text) else link


def _badge(text: str, tone: str) -> Data:
    return {"kind": "badge", "text": text, "tone": tone}


def _more(all_of_them: int, shown: int, noun: str = "") -> str:
    """How many are not shown, and where they are; nothing if all are."""
    more = all_of_them - shown
    said = count(more, f"more {noun}") if noun else f"{more:,} more"
    return f"{said} {'is' if more == 1 else 'are'} {WHOLE}." if more > 0 else ""
