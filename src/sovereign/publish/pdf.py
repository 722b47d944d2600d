"""The page as a typeset PDF: title, answer, tables, plots, cited claims, references. All of it goes in as data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

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
MOST_SIGNS = 3_000
MOST_ROWS = 250
MOST_CLAIMS = 250
MOST_REFERENCES = 500
MOST_SVG = 2_000_000
MOST_LINKS = 6
MOST_TABLES = 40
MOST_CELL = 700
MOST_COMPARISONS = 6  # of one metric; each is also among the claims
_WHOLE = "in record.json"
_TABLE_SIGNS = 132  # on one line of a table
_PADDING = 2  # of a column, in signs

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
            "title": _fit(head.title, 40, 1_200),
            "running": _fit(head.title if len(head.title) <= 90 else f"{head.title[:88]}…", 30),
            "question": _fit(head.question, 40),
            "id": _fit(head.short_id, 30, 60),
            "made": _fit(head.made, 30, 60),
            "notice": _fit(head.notice),
            "state": _badge(head.state.text, head.state.tone),
            "policy": _badge(head.policy.text, head.policy.tone),
            "why": _fit(head.policy.title),
            "facts": [[name, _fit(value)] for name, value in head.facts],
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
                f"{_fit(name, 24, 160)} ({count(tables, 'table')}, {count(rows, 'row')})"
                for name, (tables, rows) in list(self.left_out.items())[:MOST_ROWS]
            ],
            "imprint": [[name, _fit(value, 16)] for name, value in view.imprint],
            "verify": [_fit(command, 30) for command in view.verify],
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
        return {"kind": "link", "text": _fit(link.text, limit), "href": href[:2_000]}

    def _run(self, run: Run, limit: int = 24, most: int = MOST_SIGNS) -> list[Data]:
        return [
            {"kind": "text", "text": _fit(part, limit, most)}
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
            "text": _fit(said.text, 30),
            "carried": self._links(said.carried_by, 6),
            "marks": [_fit(m) for m in said.marks],
        }

    def _facet(self, facet: FacetView) -> Data:
        return {
            "text": _fit(facet.text),
            "sort": facet.sort,
            "state": _badge(facet.state.text, facet.state.tone),
            "reason": _fit(facet.reason),
            "parts": [
                [_badge(p.state.text, p.state.tone), _fit(p.scope), _fit(p.reason)] for p in facet.parts[:MOST_ROWS]
            ],
            "said": self._all(facet.said, self._said),
            "missing": [_fit(m) for m in facet.missing[:MOST_ROWS]],
            "sure": _fit(facet.sure),
        }

    def _sides(self, one: DisagreementView) -> Data:
        return {
            "heading": _fit(one.heading),
            "why": _fit(one.why),
            "sides": [
                {
                    "statement": _fit(s.statement),
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
        return {"kind": "heading", "text": _fit(block.text)} if block.kind == "heading" else self._table(block)

    def _table(self, table: Table, most: int = MOST_ROWS) -> Data:
        whole = [*table.rows[:most], *([table.foot] if table.foot else [])]
        rows = [tuple(map(_first_links, row)) for row in whole]
        texts = [table.head, *(tuple(map(_plain, row)) for row in rows)]
        widths = column_widths(texts, len(table.head), table.figures)
        return {
            "kind": "table",
            "caption": [_fit(part) for part in table.caption.partition(". ")[::2]],
            "head": [_fit(h, w) for h, w in zip(table.head, widths, strict=True)],
            "rows": [[self._run(c, w, MOST_CELL) for c, w in zip(row, widths, strict=True)] for row in rows],
            "widths": widths,
            "whole": sum(widths) > _TABLE_SIGNS * 0.7,
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
            "title": _fit(figure.title),
            "caption": _fit(figure.caption),
            "alt": _fit(figure.alt) or "A plot without a description.",
            "svg": svg,
            "note": _fit(note),
        }

    def _claim(self, claim: ClaimView) -> Data:
        return {
            "anchor": self._place(claim.anchor),
            "id": _fit(claim.id, 24, 80),
            "text": _fit(claim.text),
            "verdict": _badge(claim.verdict.text, claim.verdict.tone),
            "standing": [_fit(b.text) for b in claim.standing],
            "reason": _fit(claim.reason),
            "quote": _fit(claim.quote.text),
            "place": _fit(claim.quote.place),
            "marks": [_fit(m) for m in claim.quote.marks if m != "seen: yes"],
            "checks": [f"{_fit(c.name)} {c.symbol}" for c in claim.chips[:40]],
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
                "words": _fit(f"{count(len(of), 'passage')}, {relation}, {scope}"),
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
            "authors": _fit(one.authors),
            "title": _fit(one.title),
            "place": _fit(one.place),
            "links": [self._link(link, 18) for link in one.links],
            "notes": [_fit(note) for note in one.notes],
        }


def paragraphs(said: Sequence[Said]) -> list[list[Said]]:
    """An abstract in its three paragraphs: the direct answer, what else holds, and what is of the record alone."""
    rest = said[1:]
    parts = [list(said[:1]), [s for s in rest if s.carried_by], [s for s in rest if not s.carried_by]]
    return [part for part in parts if part]


def column_widths(rows: Iterable[Sequence[str]], columns: int, figures: Sequence[int] = ()) -> list[int]:
    """How many signs of a line each column gets: all it wants where there is room, else by what it needs.

    A column wants its longest cell, and needs its longest word, or its longest cell if it is one of ``figures``; beyond
    that, width goes by a root of what more is wanted, so that one long text does not starve the others.
    """
    wants, needs = [3] * columns, [3] * columns
    for number, row in enumerate(rows):
        for at, text in enumerate(row[:columns]):
            wants[at] = max(wants[at], min(_signs(text), 120))
            words, most = ([text], 16) if number and at in figures else (text.split(), 14)
            needs[at] = max(needs[at], min(max(map(_signs, words), default=0), most))
    needs = [want if want <= 16 else need for want, need in zip(wants, needs, strict=True)]
    line = _TABLE_SIGNS - _PADDING * columns
    if sum(wants) <= line:
        return [want + _PADDING for want in wants]
    room = max(line - sum(needs), 0)
    pulls = [(want - need) ** 0.8 for want, need in zip(wants, needs, strict=True)]
    total = sum(pulls) or 1.0
    return [need + int(room * pull / total) + _PADDING for need, pull in zip(needs, pulls, strict=True)]


def _fit(text: str, limit: int = 24, most: int = MOST_SIGNS) -> str:
    """``text`` that breaks over lines: words longer than ``limit`` may be broken, and what is beyond ``most`` is counted."""
    if len(text) > most:
        text = f"{text[:most]} … [{len(text) - most:,} more characters {_WHOLE}]"
    return re.sub(rf"\S{{{max(limit, 4)},}}", lambda m: _breakable(m.group(), max(limit, 4)), text)


def _breakable(word: str, limit: int) -> str:
    """A long word with places to break: after a sign that parts it, or else each ``limit - 2`` signs."""
    pieces = re.findall(r"[^/.,:;_?&=#–—-]*[/.,:;_?&=#–—-]|[^/.,:;_?&=#–—-]+", word)
    step = limit - 2
    return "\u200b".join(piece[i : i + step] for piece in pieces for i in range(0, len(piece), step))


def _first_links(run: Run) -> Run:
    """Of a run of many links, the first ones and how many more there are."""
    links = [part for part in run if isinstance(part, Link)]
    if len(links) <= MOST_LINKS or any(isinstance(part, str) and part.strip() for part in run):
        return run
    return (*run[: run.index(links[MOST_LINKS])], f"and {len(links) - MOST_LINKS:,} more")


def _signs(text: str) -> int:
    """How wide a text is, in small letters."""
    return math.ceil(len(text) + 0.4 * sum(sign.isupper() or not sign.isascii() for sign in text))


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
    return f"{said} {'is' if more == 1 else 'are'} {_WHOLE}." if more > 0 else ""
