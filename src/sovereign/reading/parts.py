"""Parts: what every reader makes of its format, in order, before a document is put together from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .document import Box, Builder
from .grid import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, fills_cap, is_table, plain, split_label, with_group_headers


class Part(NamedTuple):
    """One part of a work. ``kind`` is ``heading``, ``item``, ``prose``, ``verbatim``, ``table``,
    or ``hidden``: text that nobody who looks at the work sees.

    Of a table, ``text`` is its words; its cells are in ``boxes``.
    """

    kind: str
    text: str
    level: int = 0
    boxes: tuple[Box, ...] = ()
    label: str = ""
    caption: str = ""


def table_part(boxes: tuple[Box, ...], label: str = "", caption: str = "") -> Part:
    """The part that cells make: a table, or text if they make none. A label that the caption begins with is its own."""
    if not is_table(boxes):
        return Part("verbatim", plain(boxes))
    own, rest = split_label(caption)
    return Part("table", plain(boxes), 0, with_group_headers(boxes), label or own, rest)


def add(builder: Builder, parts: Iterable[Part]) -> None:
    """Put parts into a document."""
    for part in parts:
        if part.kind == "heading":
            builder.heading(part.text, part.level)
        elif part.kind == "table":
            builder.table(part.boxes, part.label, part.caption)
            if fills_cap(part.boxes):
                most = f"{MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_CELLS} cells"
                builder.notices.append(
                    f"{part.label or 'a table'} has {most}, the most that are read; any beyond were left out"
                )
        elif part.kind == "hidden":
            builder.hidden(part.text)
        elif part.kind == "verbatim":
            builder.block(part.text)
        else:
            builder.paragraph(part.text)


def captioned(parts: Sequence[Part]) -> list[Part]:
    """Parts whose tables have the caption that stands right before or after them, which begins with its label.

    The one before is taken first, unless it is that of the table before it: works have all captions above, or all below.
    """
    found = list(parts)
    used = -1
    for place, part in enumerate(found):
        if part.kind != "table" or part.label:
            continue
        for beside in (place - 1, place + 1):
            if used < beside < len(found) and found[beside].kind in ("prose", "item"):
                label, caption = split_label(found[beside].text)
                if "tab" in label.lower():
                    found[place], used = part._replace(label=label, caption=caption), beside
                    break
    return found
