"""Characters of a page that nobody who looks at it sees: painted in no ink, in the colour of what is behind them, too small,
or under a picture. A text layer that recognition (OCR) laid over a scanned page is unseen too, and is the page's words.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from .pdf_parts import Piece

_SCALE = 2.0  # pixels for each point: strokes of print in 5 points still leave a mark
_LARGEST = 3_000  # points; a larger page is drawn smaller
_LIGHT = 216  # of 255: fills from here on may be those of the paper
_NEAR = 16  # of 255: less between ink and paper is not seen
_FAINT = 0.1  # of full opacity
_SMALLEST = 1.0  # points
_SCAN = 0.5  # of the page: a picture at least so large is what a text layer stands for
_STAMP = 0.1  # of the letters: so many may be printed on a scanned page, as the mark of an archive
_NO_INK = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_STROKED = raw.FPDF_TEXTRENDERMODE_STROKE


class Sight(NamedTuple):
    """A page as it is drawn: a byte of grey for each pixel from the top down, ``stride`` bytes to a row, of which ``width`` are
    the page; points of its left and lower edge, pixels for each point."""

    grey: bytes
    stride: int
    width: int
    height: int
    left: float
    bottom: float
    scale: float

    def at(self, left: float, bottom: float, right: float, top: float) -> bytes:
        """What is drawn in a box, given in points."""
        first, last = self._column(left, round), self._column(right, math.ceil)
        low, high = (self.height - (y - self.bottom) * self.scale for y in (bottom, top))
        rows = range(max(0, round(high)), min(self.height, math.ceil(low)))
        return b"".join(self.grey[row * self.stride + first : row * self.stride + last] for row in rows)

    def _column(self, x: float, whole: Callable[[float], int]) -> int:
        return min(self.width, max(0, whole((x - self.left) * self.scale)))


class Unseen(NamedTuple):
    """The numbers of characters that nobody sees, and whether they are the words of a scanned page."""

    places: frozenset[int] = frozenset()
    scanned: bool = False


def drawn(page: Any) -> Sight | None:
    """The page as a viewer draws it; None where it is turned, so that its boxes are other ones."""
    if page.get_rotation():
        return None
    left, bottom, right, top = page.get_bbox()
    scale = _SCALE * min(1.0, _LARGEST / max(right - left, top - bottom, 1.0))
    try:
        image = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    except (pypdfium2.PdfiumError, MemoryError):
        return None
    return Sight(bytes(image.buffer), image.stride, image.width, image.height, left, bottom, scale)


def unseen(page: Any, text_page: Any, count: int, sight: Sight | None) -> Unseen:
    """Which of the first ``count`` characters of a page have no ink, that of the paper, or less than a point of height."""
    found, no_ink, letters = set[int](), 0, 0
    last, kind = None, ""
    box, handle = raw.FS_RECTF(), text_page.raw
    for k in range(count):
        text_object = raw.FPDFText_GetTextObject(handle, k)
        address = ctypes.cast(text_object, ctypes.c_void_p).value
        if address and address != last:
            last, kind = address, _ink(text_page, k, text_object)
        if chr(min(raw.FPDFText_GetUnicode(handle, k), 0x10FFFF)).isspace():
            continue
        letters += 1
        if kind == "none":
            no_ink += 1
            found.add(k)
        elif kind == "small":
            found.add(k)
        elif kind.isdigit() and sight and raw.FPDFText_GetLooseCharBox(handle, k, box):
            behind = sight.at(box.left, box.bottom, box.right, box.top)
            if behind and abs(sorted(behind)[len(behind) // 2] - int(kind)) < _NEAR:
                found.add(k)
    if no_ink and letters - no_ink <= _STAMP * letters and _is_scan(page):
        return Unseen(scanned=True)
    return Unseen(frozenset(found))


def seen(pieces: Sequence[Piece], sight: Sight | None, scanned: bool) -> list[Piece]:
    """The pieces that leave a mark on the drawn page; all of a scanned page, and of one that was not drawn."""
    if sight is None or scanned:
        return list(pieces)
    return [piece for piece in pieces if _leaves_a_mark(piece, sight)]


def _leaves_a_mark(piece: Piece, sight: Sight) -> bool:
    pixels = sight.at(piece.left, piece.bottom, piece.right, piece.top)
    return not pixels or max(pixels) - min(pixels) >= _NEAR


def _ink(text_page: Any, index: int, text_object: Any) -> str:
    """``none``, ``small``, the grey value of a light ink, or nothing for an ink that any paper shows."""
    mode = raw.FPDFTextObj_GetTextRenderMode(text_object)
    if mode in _NO_INK:
        return "none"
    matrix = raw.FS_MATRIX()
    scale = math.hypot(matrix.b, matrix.d) if raw.FPDFText_GetMatrix(text_page, index, matrix) else 1.0
    if raw.FPDFText_GetFontSize(text_page, index) * scale < _SMALLEST:
        return "small"
    parts = [ctypes.c_uint() for _ in range(4)]
    colour = raw.FPDFPageObj_GetStrokeColor if mode == _STROKED else raw.FPDFPageObj_GetFillColor
    if not colour(text_object, *(ctypes.byref(part) for part in parts)):
        return ""
    red, green, blue, opacity = (part.value for part in parts)
    if opacity < _FAINT * 255:
        return "none"
    grey = round(0.299 * red + 0.587 * green + 0.114 * blue)
    return str(grey) if grey >= _LIGHT else ""


def _is_scan(page: Any) -> bool:
    """Whether one picture covers most of a page."""
    left, bottom, right, top = page.get_bbox()
    whole = max(1.0, (right - left) * (top - bottom))
    for picture in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        west, south, east, north = picture.get_bounds()
        if (
            max(0.0, min(east, right) - max(west, left)) * max(0.0, min(north, top) - max(south, bottom))
            >= _SCAN * whole
        ):
            return True
    return False
