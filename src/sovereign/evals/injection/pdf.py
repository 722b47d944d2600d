"""PDF files of a page or two, written by hand: text as it is printed, and text that is there and not seen.

The file is the simplest that the standard allows (ISO 32000-1, 7.5): objects in order, Helvetica, one content stream for a page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal

Hiding = Literal["", "invisible", "white", "tiny", "outside", "behind", "clear"]
"""How words are kept from a reader's eye: no ink, ink in the colour of paper, letters of half a point, beyond the edge of the
page, under a white box, or with no opacity."""

_WIDTH, _HEIGHT, _MARGIN, _LEADING, _SIZE = 612, 792, 72, 14, 10
_COLUMN = 88  # letters to a line
_BEFORE: dict[Hiding, str] = {"invisible": "3 Tr", "white": "1 1 1 rg", "clear": "/Clear gs"}


def paper(title: str, paragraphs: Sequence[str], author: str = "", hidden: str = "", hiding: Hiding = "") -> bytes:
    """A page with a title and paragraphs; ``hidden`` are further words, set at its end and kept from sight by ``hiding``."""
    y = _HEIGHT - _MARGIN
    lines = [_text(_MARGIN, y, 16, title)]
    for paragraph in paragraphs:
        y -= _LEADING
        for line in textwrap.wrap(paragraph, _COLUMN):
            y -= _LEADING
            lines.append(_text(_MARGIN, y, _SIZE, line))
    if hidden:
        lines += _hidden(hidden, y - 2 * _LEADING, hiding)
    return _file("\n".join(lines).encode("cp1252", "replace"), title, author)


def _hidden(words: str, y: int, hiding: Hiding) -> list[str]:
    size = 0.5 if hiding == "tiny" else _SIZE
    x = _WIDTH + 50 if hiding == "outside" else _MARGIN
    wrapped = textwrap.wrap(words, _COLUMN)
    shown = [_text(x, y - _LEADING * k, size, line) for k, line in enumerate(wrapped)]
    cover = []
    if hiding == "behind":
        low = y - _LEADING * len(wrapped)
        cover = [f"1 1 1 rg {_MARGIN - 10} {low} {_WIDTH - 2 * _MARGIN + 20} {y + _LEADING - low} re f"]
    return ["q", _BEFORE.get(hiding, ""), *shown, *cover, "Q"]


def _text(x: float, y: float, size: float, words: str) -> str:
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET"


def _file(content: bytes, title: str, author: str) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >>"
        b" /ExtGState << /Clear << /ca 0 /CA 0 >> >> >> >>" % (_WIDTH, _HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title %s /Author %s >>" % (_string(title), _string(author)),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + end


def _string(text: str) -> bytes:
    """A text string in hexadecimal, which needs no escapes: UTF-16 with its mark."""
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()
