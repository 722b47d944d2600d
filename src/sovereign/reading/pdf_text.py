"""What PDFium finds on the pages of a PDF, as printed lines: their words, order and size.

PDFium gives characters in the order in which they were painted. Typesetting programs paint column by column, and
that order is kept. Some programs paint line by line across both columns; such pages are put in order by their boxes.
Boxes are in points (1/72 inch), with y growing upwards.
"""

from __future__ import annotations

import math
from ctypes import byref, c_int, create_string_buffer
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from .errors import ReadError
from .limits import Limits
from .pdf_accents import ACCENTS, accented, is_over, letter_under
from .pdf_captions import has_caption
from .pdf_columns import reading_order
from .pdf_guard import refuse_bombs
from .pdf_hidden import Unseen, drawn, seen, unseen
from .pdf_lines import lines_of
from .pdf_parts import LOWERED, RAISED, Line, Piece, Space
from .pdf_rules import rules_of
from .pdf_tables import with_tables

_RESERVED = frozenset(map(ord, (RAISED, LOWERED)))
_BOLD = 600  # of the scale where 400 is plain and 700 is bold; fonts with no bold face have up to 550
_WITHIN = 0.12  # of the height of the letters: the space between letters of one word, at most
_WIDE = 0.9  # of the height of the letters: more space than between words of one line

_Box = tuple[float, float, float, float]  # left, bottom, right, top


class Pages(NamedTuple):
    """Lines of each page that was read, the number of all pages, the file's metadata, how many characters of each page
    nobody sees, and the numbers of scanned pages, whose words are those of text recognition."""

    lines: list[list[Line]]
    total: int
    metadata: dict[str, str]
    hidden: list[int]
    scanned: list[int]


def read_pages(data: bytes, location: str, limits: Limits) -> Pages:
    """The lines of the pages within the limits on pages and characters.

    Raises:
        ReadError: if this is no PDF, or one that is cut off, damaged, encrypted, or made to exhaust memory.
    """
    if b"%PDF-" not in data[:1024]:
        raise ReadError(f"{location}: this is not a PDF file", "Check what the file is and name it accordingly.")
    if b"%%EOF" not in data[-2048:]:
        raise ReadError(f"{location}: the PDF is cut off; its end is missing", "Get the whole file again.")
    refuse_bombs(data, location)
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            pages: list[list[Line]] = []
            hidden: list[int] = []
            scanned: list[int] = []
            room = limits.max_document_chars
            for index in range(min(len(pdf), limits.max_pdf_pages)):
                if room <= 0:
                    break
                lines, left_out, is_scan = _lines_of_page(pdf, index, room)
                pages.append(lines)
                hidden.append(left_out)
                scanned += [index + 1] if is_scan else []
                room -= sum(len(line.text) for line in pages[-1])
            return Pages(pages, len(pdf), pdf.get_metadata_dict(), hidden, scanned)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ReadError(f"{location}: the PDF is encrypted", "Save a copy without a password.") from None
        raise ReadError(f"{location}: the PDF is damaged and cannot be opened", "Get the file again.") from None


def _lines_of_page(pdf: Any, index: int, room: int) -> tuple[list[Line], int, bool]:
    """The lines of a page, how many of its characters nobody sees, and whether it is a scan."""
    page = pdf[index]
    text_page = page.get_textpage()
    try:
        sight = drawn(page) if text_page.count_chars() else None
        blind = unseen(page, text_page, min(text_page.count_chars(), room), sight)
        shown, outside = _pieces(text_page, page.get_bbox(), room, blind)
        pieces = seen(shown, sight, blind.scanned)
        faint = sum(len(piece.text) for piece in shown) - sum(len(piece.text) for piece in pieces)
        if has_caption(pieces):
            pieces = with_tables(pieces, rules_of(page), index + 1, lambda k: _is_bold(text_page, k))
    finally:
        text_page.close()
        page.close()
    lines = [line for flow in reading_order(pieces) for line in lines_of(flow, index + 1)]
    return lines, len(blind.places) + outside + faint, blind.scanned


def _pieces(text_page: Any, visible: _Box, room: int, blind: Unseen) -> tuple[list[Piece], int]:
    """The characters of a page within ``visible``, ``room`` of them at most, as pieces; and how many lie outside.

    A piece ends at a line's end and at a wide space. Raised characters stand between marks.
    """
    pieces: list[Piece] = []
    letters: list[str] = []
    boxes: list[_Box] = []
    places: list[int] = []  # of what has a box, among the letters
    spaces: list[Space] = []
    first = 0  # number of the first letter
    accent, loose = "", False  # an accent before its letter; whether spaces may come from an accent
    raised = turned = False
    base = (0.0, 0.0, 0.0, 0.0)  # box of the letter that shows the height of the line
    size = 0.0  # of its font
    box, handle = raw.FS_RECTF(), text_page.raw

    def flush() -> None:
        nonlocal raised, turned
        text = "".join(letters) + (LOWERED if raised else "")
        if boxes and text.strip():
            lefts, bottoms, rights, tops = zip(*boxes, strict=True)
            edges = (min(lefts), min(bottoms), max(rights), max(tops))
            pieces.append(Piece(text, *edges, 0.0 if turned else size, first, tuple(spaces)))
        letters.clear()
        boxes.clear()
        spaces.clear()
        places.clear()
        raised = turned = False

    unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox  # looked up once: this is the inner loop
    left, bottom, right, top = visible
    outside = 0
    for k in range(min(text_page.count_chars(), room)):
        code = unicode_of(handle, k)
        if code in (10, 13):
            flush()
            continue
        if code in _RESERVED or k in blind.places:
            continue
        letter = chr(code) if code <= 0x10FFFF else "\ufffd"
        if letter.isspace():
            if letters:
                letters.append(" ")
            continue
        if not box_of(handle, k, box):
            letters.append(letter)
            continue
        now = (box.left, box.bottom, box.right, box.top)
        if now[2] < left or now[0] > right or now[3] < bottom or now[1] > top:
            outside += 1  # of what a viewer shows
            continue
        if letter in ACCENTS:
            under = letter_under(now, boxes)
            made = accented(letters[places[under]], letter) if under is not None else None
            if under is not None and made:
                letters[places[under]] = made
                loose = True
                continue
            if _is_over_next(handle, k, now):
                accent = letter
                continue
        if accent:
            letter, accent, loose = accented(letter, accent) or letter + accent, "", True
        last = boxes[-1] if boxes else now
        # Most letters stand right behind the last, at its height.
        if not boxes or now[1] != last[1] or now[3] != last[3] or not -1 < now[0] - last[2] < 0.4 * (now[3] - now[1]):
            if boxes and not turned and _is_elsewhere(now, last, base):
                flush()
            if not boxes:
                angle = raw.FPDFText_GetCharAngle(text_page, k)
                turned = abs((angle + 0.5) % math.pi - 0.5) > 0.2
                base, size, first = now, _font_size(text_page, k), k
            elif now[3] - now[1] > 1.25 * (base[3] - base[1]):
                base, size = now, _font_size(text_page, k)
            if not turned and raised != _is_raised(now, base):
                space = raised and letters[-1] == " "
                if space:
                    letters.pop()
                letters += (LOWERED if raised else RAISED, *(" " * space))
                raised = not raised
        if loose:
            while boxes and letters[-1] == " " and now[0] - boxes[-1][2] < _WITHIN * (base[3] - base[1]):
                letters.pop()  # PDFium sets spaces about an accent
            loose = False
        if boxes and letters[-1] == " ":
            spaces.append(Space(len(letters), boxes[-1][2], now[0], k))
        places.append(len(letters))
        letters.append(letter)
        boxes.append(now)
    flush()
    return pieces, outside


def _is_over_next(handle: Any, index: int, accent: _Box) -> bool:
    """Whether an accent stands over the letter that comes after it, beyond a space or two."""
    box = raw.FS_RECTF()
    for k in range(index + 1, index + 4):
        letter = chr(min(raw.FPDFText_GetUnicode(handle, k), 0x10FFFF))
        if not letter.isspace():
            found = letter.isalpha() and raw.FPDFText_GetLooseCharBox(handle, k, box)
            return bool(found) and is_over(accent, (box.left, box.bottom, box.right, box.top))
    return False


def _font_size(text_page: Any, index: int) -> float:
    """Size in points of the font of a character, as printed."""
    matrix = raw.FS_MATRIX()
    scale = math.hypot(matrix.b, matrix.d) if raw.FPDFText_GetMatrix(text_page, index, matrix) else 1.0
    return max(1.0, float(raw.FPDFText_GetFontSize(text_page, index)) * scale)


def _is_bold(text_page: Any, index: int) -> bool:
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    if weight > 0:
        return bool(weight >= _BOLD)
    name = create_string_buffer(64)  # fonts that are not in the file have no weight
    raw.FPDFText_GetFontInfo(text_page, index, name, len(name), byref(c_int()))
    return b"bold" in name.value.lower()


def _is_elsewhere(now: _Box, last: _Box, base: _Box) -> bool:
    """Whether a character does not stand beside ``last``, in the line of ``base``."""
    height = max(base[3] - base[1], 1.0)
    if not base[1] <= (now[1] + now[3]) / 2 <= base[3] or not -2 * height < now[0] - last[2] < _WIDE * height:
        return True
    # The mark of a footnote begins a line; the footnote's words are larger and lower.
    return now[3] - now[1] > 1.25 * height and now[1] < base[1] - 0.1 * height


def _is_raised(now: _Box, base: _Box) -> bool:
    """Whether a character is small and stands above the line of ``base``."""
    height = base[3] - base[1]
    return now[3] - now[1] < 0.8 * height and now[1] > base[1] + 0.2 * height
