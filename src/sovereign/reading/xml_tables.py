"""Tables of JATS and TEI into cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping

from .grid import Slot, place, span
from .parts import Part, table_part
from .text import one_line, word_set
from .xml_names import Element, children, local

_ROWS = ("tr", "row")
_CELLS = ("td", "th", "cell")
_FRAMES = word_set("table-wrap figure")  # what holds a table with its label and caption
_WITHIN = word_set(
    "caption figDesc head label table"
)  # a table in these has no label and caption of the frame around them
_HEADING_ROLES = word_set("label head header")  # TEI says by a role what has an element of its own in HTML


Captions = MutableMapping[Element, tuple[str, str]]
"""Label and caption of each frame with tables: one frame may have very many."""


def table_of(table: Element, words: Callable[[Element], str], captions: Captions) -> Part:
    """The table in an element with rows in it. ``words`` gives the text of an element; ``captions`` are those known so far."""
    frame = next((outer for outer in table.iterancestors() if local(outer) in _FRAMES | _WITHIN), None)
    if frame is None or local(frame) in _WITHIN:
        label, caption = "", ""
    else:
        if frame not in captions:
            captions[frame] = _captioned(frame, words)
        label, caption = captions[frame]
    return table_part(place(_slots(row, words) for row in _rows(table)), label, caption)


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table, without those of the tables in its cells, whose words are words of the cell."""
    return (row for row in table.iter() if local(row) in _ROWS and _holder(row) is table)


def _holder(row: Element) -> Element | None:
    return next((outer for outer in row.iterancestors() if local(outer) == "table"), None)


def _slots(row: Element, words: Callable[[Element], str]) -> Iterator[Slot]:
    heads = local(row.getparent()) == "thead" or row.get("role") in _HEADING_ROLES
    for cell in row:
        if local(cell) in _CELLS:
            yield Slot(
                words(cell),
                span(cell.get("rowspan") or cell.get("rows")),
                span(cell.get("colspan") or cell.get("cols")),
                heads or local(cell) == "th" or cell.get("role") in _HEADING_ROLES,
                _bold(cell),
            )


def _bold(cell: Element) -> bool:
    """Whether the first letter or digit of a cell is set in bold: what follows it is often a mark or a deviation."""
    for element in cell.iter():
        if not local(element):
            continue
        if any(character.isalnum() for character in element.text or ""):
            return any(_is_bold(outer) for outer in (element, *element.iterancestors()))
        if any(character.isalnum() for character in element.tail or "") and element is not cell:
            return any(_is_bold(outer) for outer in element.iterancestors())
    return False


def _is_bold(element: Element) -> bool:
    return local(element) == "bold" or (local(element) == "hi" and "bold" in (element.get("rend") or ""))


def _captioned(frame: Element, words: Callable[[Element], str]) -> tuple[str, str]:
    """The label of the tables in a frame, such as "Table 2", and their caption; empty where the work states none."""
    label = next((text for name in ("head", "label") if (text := _own(frame, name, words))), "")
    caption = next((text for name in ("caption", "figDesc") if (text := _own(frame, name, words))), "")
    return (f"Table {label}" if label.isdecimal() else label).rstrip(" .:"), caption


def _own(frame: Element, name: str, words: Callable[[Element], str]) -> str:
    return " ".join(filter(None, (one_line(words(one)) for one in children(frame, name))))
