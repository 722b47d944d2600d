"""The page as Markdown. Text from outside can make no HTML, link, image, heading, list or table of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .parts import (
    MEASUREMENT_ANCHOR,
    REFERENCE_ANCHOR,
    Badge,
    Block,
    Chip,
    ClaimView,
    FigureView,
    Link,
    QuoteView,
    ReferenceView,
    Run,
    Said,
    Table,
    View,
)
from .text import one_line

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})
# Only headings have anchors in Markdown.
_UNREACHABLE = (f"#{REFERENCE_ANCHOR}", f"#{MEASUREMENT_ANCHOR}")


def write_markdown(view: View) -> str:
    """The page as CommonMark with tables, in the order of the HTML page."""
    chunks = [*_header(view), *_answer(view)]
    for section in view.sections:
        chunks.append(f"## {section.number} {section.title}" if section.number else f"## {section.title}")
        chunks += [_block(block) for block in section.blocks]
    chunks.append("## 5 Extracted Claims")
    chunks += [chunk for claim in view.claims for chunk in _claim(claim)] or ["No claim was extracted."]
    chunks += ["## References", "\n".join(_reference(reference) for reference in view.references)]
    chunks += ["## Imprint", "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in view.imprint)]
    chunks.append("To verify: " + " and ".join(f"`{c.replace('`', '')}`" for c in view.verify) + ".")
    return "\n\n".join(chunk for chunk in chunks if chunk) + "\n"


def escape(text: str) -> str:
    """``text`` as Markdown that shows it as it is, on one line."""
    text = one_line(text)
    text = re.sub(r"[\\`*_{}\[\]#~$]", r"\\\g<0>", text)
    # Bare addresses become links in many readers; a backslash inside them stops that and does not show.
    text = re.sub(r"(?i)\b(www)\.", r"\1\\.", text.replace("://", r"\://").replace("@", r"\@"))
    text = re.sub(r"(?i)\b(mailto|xmpp):", r"\1\\:", text)
    # Signs that make a list or a rule only at the start of a line.
    text = re.sub(r"^([-+=])", r"\\\1", text)
    text = re.sub(r"^(\d+)([.)])(?= |$)", r"\1\\\2", text)
    return text.translate(_ENTITIES)


def _link(link: Link) -> str:
    if link.href is None or link.href.startswith(_UNREACHABLE):
        return escape(link.text)
    if link.href.startswith("#"):
        # Readers make a heading's anchor from its words in lower case.
        return f"[{escape(link.text)}]({link.href.lower()})"
    href = link.href.replace("(", "%28").replace(")", "%29").replace("&", "&amp;")
    return f"[{escape(link.text)}]({href})"


def _run(run: Run) -> str:
    parts = [_escape_inside(part) if isinstance(part, str) else _part(part) for part in run]
    return "".join(parts).strip()


def _escape_inside(text: str) -> str:
    """``escape`` for a piece inside a line: the spaces at its ends stay."""
    before, after = " " * text.startswith(" "), " " * (text.endswith(" ") and bool(text.strip()))
    return f"{before}{escape(text)}{after}"


def _part(part: Link | Badge) -> str:
    return _link(part) if isinstance(part, Link) else f"**{escape(part.text)}**"


def _links(links: Iterable[Link], between: str = " ") -> str:
    return between.join(_link(link) for link in links)


def _table(table: Table) -> str:
    if not table.rows:
        return f"{escape(table.caption)}: none."
    columns = range(len(table.head))
    rows = [[escape(h) for h in table.head], ["---:" if i in table.figures else "---" for i in columns]]
    rows += [[_run(cell) for cell in row] for row in (*table.rows, *([table.foot] if table.foot else []))]
    return f"**{escape(table.caption)}**\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _block(block: Block) -> str:
    if block.kind == "paragraph":
        return _run(block.run)
    if block.kind == "bullets":
        return "\n".join(f"- {_run(item)}" for item in block.items)
    return f"### {escape(block.text)}" if block.kind == "heading" else _table(block)


def _header(view: View) -> Iterator[str]:
    head = view.header
    yield f"# {escape(head.title)}"
    if head.question:
        yield f"Question: {escape(head.question)}"
    yield f"SOVEREIGN Research Kernel · {escape(head.short_id)} · {escape(head.made)}"
    if head.notice:
        yield f"**{escape(head.notice)}**"
    facts = [("Answer", head.state.text), ("Policy", head.policy.text), *head.facts]
    facts += [(f"Claims {name}", number) for name, number, _ in head.counters]
    yield "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in facts)


def _said(sentence: Said) -> str:
    marks = f" *({', '.join(sentence.marks)})*" if sentence.marks else ""
    return f"- {escape(sentence.text)} {_links(sentence.carried_by)}{marks}"


def _answer(view: View) -> Iterator[str]:
    answer = view.answer
    yield f"## The answer: {escape(answer.state.text)}"
    yield "\n".join(map(_said, answer.abstract or answer.summary))
    if answer.measured:
        yield "### Measured"
        yield from (_table(part) if part.kind == "table" else _figure(part) for part in answer.measured)
    if answer.tables:
        yield "### Comparisons"
        yield from map(_table, answer.tables)
    yield "### By facet"
    for facet in answer.facets:
        yield f"**{escape(facet.text)}** ({escape(facet.sort)}): **{escape(facet.state.text)}**. {escape(facet.reason)}"
        lines = [f"- {escape(p.scope)}: **{escape(p.state.text)}**. {escape(p.reason)}" for p in facet.parts]
        lines += [_said(s) for s in facet.said]
        if facet.sure:
            lines.append(f"- How sure: {escape(facet.sure)}")
        yield "\n".join(lines + [f"- Missing: {escape(m)}" for m in facet.missing])
    for heading, word, items in (
        ("Where sources agree", "On what", answer.agreements),
        ("Where sources disagree", "Why", answer.disagreements),
    ):
        if items:
            yield f"### {heading}"
        for item in items:
            yield f"**{escape(item.heading)}**"
            lines = [f"- {escape(s.statement)} {_links(s.claims)} — {_links(s.sources, '; ')}" for s in item.sides]
            yield "\n".join([*lines, f"- {word}: {escape(item.why)}"])
    if answer.open_points:
        yield "### Open points"
        yield "\n".join(f"- {_run(point)}" for point in answer.open_points)


def _figure(figure: FigureView) -> str:
    told = f"**Figure {figure.number}. {escape(figure.title)}.** {escape(figure.caption)}"
    shown = f"![{escape(figure.alt)}]({figure.file})" if figure.svg else escape(f"{figure.note} {figure.alt}")
    return f"{shown}\n\n{told}"


def _claim(claim: ClaimView) -> Iterator[str]:
    yield f"### {escape(claim.id)}"
    yield escape(claim.text)
    standing = ", ".join(escape(b.text) for b in claim.standing)
    lines = [f"- Verdict: **{escape(claim.verdict.text)}** ({standing}). {escape(claim.reason)}"]
    lines.append(f"- Quote: {_quote(claim.quote)}")
    if claim.chips:
        lines.append(f"- Checks: {_chips(claim.chips)}")
    if claim.facts:
        lines.append("- " + "; ".join(f"{escape(name)}: {escape(value)}" for name, value in claim.facts))
    lines.append(f"- Source: {_run(claim.source)}")
    for e in claim.evidence:
        lines.append(
            f"- Evidence, {escape(e.relation)}, {escape(e.scope)}: **{escape(e.verdict.text)}**. {escape(e.reason)}\n"
            f"  - {_quote(e.quote)}\n  - {_run(e.source)}"
            + (f"\n  - Cells: {_cells(e.cells)}. Computed: {escape(e.computation)}" if e.cells else "")
            + (f"\n  - {_chips(e.chips)}" if e.chips else "")
        )
    yield "\n".join(lines)


def _quote(quote: QuoteView) -> str:
    said = f"“{escape(quote.text)}” " if quote.text else "the claim is the sentence as it stands there; "
    marks = "".join(f" *{escape(mark)}*." for mark in quote.marks)
    return f"{said}{escape(quote.place)}.{marks}"


def _cells(cells: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{escape(name)} = {escape(value)}" for name, value in cells)


def _chips(chips: Iterable[Chip]) -> str:
    return "; ".join(f"{escape(c.name)} {c.outcome} {c.symbol} ({escape(c.reason)})" for c in chips)


def _reference(reference: ReferenceView) -> str:
    authors = f"{escape(reference.authors)}. " if reference.authors else ""
    place = f". {escape(reference.place)}" if reference.place else ""
    notes = "".join(f" *{escape(note)}*." for note in reference.notes)
    return f"{reference.number}. {authors}{escape(reference.title)}{place}. {_links(reference.links)}.{notes}"
