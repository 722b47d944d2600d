"""Tables of HTML into cells, of LaTeXML's pages too, which build those of a line of text from spans with classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence

from selectolax.lexbor import LexborNode

from .grid import Slot, place, span, split_label
from .html_text import children, classes, pieces, words
from .parts import Part, table_part
from .text import one_line

_SPAN = re.compile(r"ltx_(col|row)span_([0-9]+)")
_FAR = 30  # elements between a table and the figure whose caption it has

Captions = MutableMapping[int, tuple[str, str]]
"""Label and caption that stand in each element, by its number: one figure may have very many tables."""


def is_table_node(node: LexborNode) -> bool:
    """Whether an element is a table, by its name or by LaTeXML's class. A numbered formula is none."""
    tag = node.tag
    return tag == "table" or (tag in ("span", "div", "p") and "ltx_tabular" in classes(node))


def table_of(table: LexborNode, captions: Captions) -> Part:
    """The table in an element; text, if its cells make no table or it only sets a formula beside its number.

    ``captions`` are those of the page that are known so far."""
    if any(name in classes(table) for name in ("ltx_eqn_table", "ltx_equation", "ltx_equationgroup")):
        return Part("verbatim", one_line(words(table)))
    part = table_part(place(map(_slots, _below(table, _is_row))), *_captioned(table, captions))
    return part if part.kind == "table" else Part("verbatim", one_line(words(table)))


def _below(top: LexborNode, wanted: Callable[[LexborNode], bool]) -> Iterator[LexborNode]:
    """The wanted elements in an element, in order, without those in them or in another table."""
    stack = children(top)[::-1]
    while stack:
        node = stack.pop()
        if wanted(node):
            yield node
        elif not is_table_node(node):
            stack += reversed(children(node))


def _is_row(node: LexborNode) -> bool:
    return node.tag == "tr" or (node.tag in ("span", "div") and "ltx_tr" in classes(node))


def _is_cell(node: LexborNode) -> bool:
    return node.tag in ("td", "th") or (node.tag in ("span", "div") and "ltx_td" in classes(node))


def _slots(row: LexborNode) -> Iterator[Slot]:
    above = row.parent
    heads = above is not None and (above.tag == "thead" or "ltx_thead" in classes(above))
    for cell in _below(row, _is_cell):
        names = classes(cell)
        spans = {found[1]: found[2] for name in names if (found := _SPAN.fullmatch(name))}
        texts = pieces(cell)
        yield Slot(
            one_line("".join(text for text, _ in texts)),
            span(cell.attributes.get("rowspan") or spans.get("row")),
            span(cell.attributes.get("colspan") or spans.get("col")),
            heads or cell.tag == "th" or "ltx_th" in names,
            # The first letter or digit counts: what follows it is often a mark or a deviation.
            next((bold for text, bold in texts if any(map(str.isalnum, text))), False),
        )


def _captioned(table: LexborNode, captions: Captions) -> tuple[str, str]:
    """The label and the caption of a table: its own, or those of the figure around it.

    The caption is that of the nearest; the label may be that of a figure around several parts, "(a)" and "(b)".
    """
    label = caption = ""
    for holder in _holders(table):
        if holder.mem_id not in captions:
            captions[holder.mem_id] = _own(holder)
        label, caption = label or captions[holder.mem_id][0], caption or captions[holder.mem_id][1]
        if label:
            break
    return label, caption


def _own(holder: LexborNode) -> tuple[str, str]:
    """The label and the caption right in an element."""
    label = caption = ""
    for node in children(holder):
        if node.tag in ("caption", "figcaption") or (node.tag == "div" and "ltx_caption" in classes(node)):
            found, rest = split_label(one_line(words(node)))
            label, caption = label or found, caption or rest
    return label, caption


def _holders(table: LexborNode) -> Iterator[LexborNode]:
    yield table
    holder = table.parent
    for _ in range(_FAR):
        if holder is None:
            return
        if holder.tag == "figure" or "ltx_float" in classes(holder):
            yield holder
        holder = holder.parent


def numbered(parts: Sequence[Part]) -> list[Part]:
    """Parts whose tables have a label. Where a page numbers none, tables are counted as a reader would: those with a
    caption, in order, tables side by side under one caption as one."""
    tables = [part for part in parts if part.kind == "table" and part.caption]
    if any(part.label for part in tables):
        return list(parts)
    numbers = {caption: place + 1 for place, caption in enumerate(dict.fromkeys(part.caption for part in tables))}
    return [
        part._replace(label=f"Table {numbers[part.caption]}") if part.kind == "table" and part.caption else part
        for part in parts
    ]
