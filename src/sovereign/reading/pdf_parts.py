"""What a page is made of, from characters that stand side by side to printed lines."""

from __future__ import annotations

from typing import NamedTuple

from .document import Box

HYPHEN = "\x02"  # how PDFium marks a hyphen at the end of a line
RAISED, LOWERED = "\x0e", "\x0f"  # our own marks around raised characters


class Line(NamedTuple):
    """One printed line. ``size`` is that of its font in points; ``gap`` says that it stands apart from
    the line before it, ``row`` that its words stand in cells, as in a table.

    A whole table stands as one line, with its cells, what it is called and the lines of its caption.
    """

    text: str
    page: int
    size: float = 0.0
    gap: bool = False
    row: bool = False
    cells: tuple[Box, ...] = ()
    label: str = ""
    caption: tuple[Line, ...] = ()


class Space(NamedTuple):
    """A space between words: the offset of the word after it in its piece, its edges, and the word's character."""

    offset: int
    left: float
    right: float
    char: int


class Piece(NamedTuple):
    """Characters that stand side by side. ``size`` is that of the font in points, 0 if they are turned; ``char`` is
    PDFium's number of the first of them. ``table`` is the table that stands in place of its words."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    char: int = 0
    spaces: tuple[Space, ...] = ()
    table: Line | None = None

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2
