"""PDF: the text layer, page by page, with headings, running headers and hyphens at line ends undone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import pypdfium2

from sovereign.records import Document, Paper

from .document import Builder
from .errors import ReadError
from .frontmatter import title_without_front_matter
from .headings import PlainHeadings
from .identity import paper_id
from .limits import Limits
from .plain import own_arxiv_id
from .text import clean, one_line

_HYPHEN = "\x02"  # how PDFium marks a hyphen at the end of a line
_FEWEST_LETTERS = 20  # in a whole file; fewer means that pages are pictures
_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|Algorithm)\s+\d+\s*[:.]")
_BULLET = re.compile(r"[•▪‣◦*]\s+|\(\w\)\s+")
_NO_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|dvi|pdf)$|^\W*$", re.IGNORECASE)
_NOT_THE_TITLE = re.compile(
    r"arxiv:|proceedings|published|preprint|under review|conference|journal|copyright|licen[cs]e|©|https?:"
    r"|\bdoi\b|\bvol\b",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """One printed line and its page, counted from 1."""

    text: str
    page: int


def read_pdf(data: bytes, location: str, limits: Limits) -> Document:
    """The document of a PDF's text layer.

    Raises:
        ReadError: if the file is damaged, cut off or encrypted, or has no text layer.
    """
    pages, metadata, count = _extract(data, location, limits)
    letters = sum(c.isalpha() for page in pages for c in page)
    if letters < _FEWEST_LETTERS:
        reason = f"{location}: the PDF has no text layer; its pages are pictures"
        raise ReadError(reason, "Run text recognition (OCR) over it and use the result.")
    builder = Builder(limits)
    if count > len(pages):
        builder.notices.append(f"the PDF has {count} pages; those after page {len(pages)} were left out")
    empty = [str(i) for i, page in enumerate(pages, 1) if not page.strip()]
    if empty:
        builder.notices.append(f"no text on {'page' if len(empty) == 1 else 'pages'} {', '.join(empty)}")
    lines = _join_hyphens(_without_running_heads(pages))
    _fill(builder, lines)
    paper, notice = _paper(pages, metadata, lines, location)
    if notice:
        builder.notices.append(notice)
    return builder.document(paper)


def _extract(data: bytes, location: str, limits: Limits) -> tuple[list[str], dict[str, str], int]:
    """Text of the pages within the limit, the metadata, and the number of all pages."""
    if b"%PDF-" not in data[:1024]:
        raise ReadError(f"{location}: this is not a PDF file", "Check what the file is and name it accordingly.")
    if b"%%EOF" not in data[-2048:]:
        raise ReadError(f"{location}: the PDF is cut off; its end is missing", "Get the whole file again.")
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            pages = []
            for index in range(min(len(pdf), limits.max_pdf_pages)):
                page = pdf[index]
                text_page = page.get_textpage()
                pages.append(text_page.get_text_bounded())
                text_page.close()
                page.close()
            return pages, pdf.get_metadata_dict(), len(pdf)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ReadError(f"{location}: the PDF is encrypted", "Save a copy without a password.") from None
        raise ReadError(f"{location}: the PDF is damaged and cannot be opened", "Get the file again.") from None


def _without_running_heads(pages: Sequence[str]) -> list[Line]:
    """Lines of all pages, without page numbers and lines that return at the edge of many pages."""
    split = [[line.strip() for line in _lines(page) if line.strip()] for page in pages]
    edges = Counter(key for lines in split for key in {_edge_key(line) for line in (*lines[:2], *lines[-2:])})
    often = max(3, len(pages) // 3)
    kept = []
    for number, lines in enumerate(split, 1):
        for index, line in enumerate(lines):
            at_edge = index < 2 or index >= len(lines) - 2
            if not (at_edge and (line.isdigit() or edges[_edge_key(line)] >= often)):
                kept.append(Line(line, number))
    return kept


def _lines(page: str) -> list[str]:
    """Lines of a page in the stored form; the mark of a hyphen at a line's end is kept."""
    # PDFium puts no line end after the mark: "cor\\x02pus".
    return [
        clean(part) + (_HYPHEN if last < len(parts) - 1 else "")
        for line in page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for parts in [line.split(_HYPHEN)]
        for last, part in enumerate(parts)
    ]


def _edge_key(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _join_hyphens(lines: Sequence[Line]) -> list[Line]:
    """Put words back together that were split at a line's end.

    Whether the hyphen belongs to the word is asked of the document itself: if it has "machine-readable" or
    "machinereadable" elsewhere, that form is taken; else the hyphen goes, unless a capital or figure is beside it.
    """
    whole = re.sub(rf"[\w-]*{_HYPHEN} \w*", "", " ".join(line.text for line in lines))
    words = Counter(re.findall(r"\w+(?:-\w+)*", whole))
    joined: list[Line] = []
    for line in lines:
        text = line.text
        if joined and joined[-1].text.endswith(_HYPHEN):
            # The rest of the word moves up, so that both lines keep their pages.
            head = joined[-1].text.removesuffix(_HYPHEN)
            rest_of_word, _, text = text.partition(" ")
            hyphen = "-" if _keeps_hyphen(head, rest_of_word, words) else ""
            joined[-1] = Line(head + hyphen + rest_of_word, joined[-1].page)
        if text:
            joined.append(Line(text, line.page))
    return [Line(line.text.replace(_HYPHEN, "-"), line.page) for line in joined]


def _keeps_hyphen(head: str, rest: str, words: Counter[str]) -> bool:
    """Whether the hyphen between ``head``, which ends a line, and ``rest`` belongs to the word."""
    left, right = re.findall(r"[\w-]*\Z", head)[0], re.findall(r"\A\w*", rest)[0]
    hyphened, plain = words[f"{left}-{right}"], words[left + right]
    if hyphened != plain:
        return hyphened > plain
    two_words = min(len(left), len(right)) >= 5 and words[left] and words[right]
    return bool(two_words) or any(c.isupper() or c.isdigit() for c in left[-1:] + right[:1])


def _fill(builder: Builder, lines: Sequence[Line]) -> None:
    """Group lines to headings and paragraphs. What stands before the abstract is stored without sentences."""
    width = median(len(line.text) for line in lines)
    headings = PlainHeadings()
    levels = [headings.level(line.text, [later.text for later in lines[i + 1 : i + 6]]) for i, line in enumerate(lines)]
    first = next((i for i, level in enumerate(levels) if level), 0)
    if lines[first].page > 2:
        first = 0
    builder.block("\n".join(line.text for line in lines[:first]))
    open_lines: list[Line] = []

    def flush() -> None:
        if open_lines:
            _add(builder, open_lines, width)
            open_lines.clear()

    for line, level in zip(lines[first:], levels[first:], strict=True):
        if level or _CAPTION.match(line.text) or _BULLET.match(line.text) or _is_row(line.text):
            flush()
        if level:
            builder.heading(line.text, level)
        elif _is_row(line.text):
            builder.block(line.text)
        else:
            open_lines.append(line)
            if len(line.text) < 0.75 * width and line.text.endswith((".", "!", "?", ":")):
                flush()
    flush()


def _is_row(line: str) -> bool:
    """Whether a line is a row of a table: mostly figures."""
    cells = line.split()
    figures = sum(cell.strip("%±()[],*").replace(".", "").isdigit() for cell in cells)
    return figures >= 3 and figures >= 0.4 * len(cells)


def _add(builder: Builder, lines: Sequence[Line], width: float) -> None:
    """Add a paragraph; rows of a table or labels of a figure are stored without sentences."""
    text, pages = "", []
    for line in lines:
        pages.append((len(text), line.page))
        text += one_line(line.text) + " "
    letters = sum(c.isalpha() for c in text)
    ragged = len(lines) >= 3 and median(len(line.text) for line in lines) < 0.5 * width
    if ragged or letters < 0.5 * len(text.replace(" ", "")):
        builder.block(text)
    else:
        builder.paragraph(text, pages)


def _paper(
    pages: Sequence[str], metadata: dict[str, str], lines: Sequence[Line], location: str
) -> tuple[Paper, str | None]:
    """The paper that a PDF's metadata describes, or whose first lines its first page shows; and a notice."""
    title = one_line(metadata.get("Title", ""))
    notice = None
    key = title
    if _NO_TITLE.search(title) or len(title.split()) < 2:
        top = (line.text for line in lines[:10] if line.page == 1)
        guess = next((t for t in top if 3 <= len(t.split()) <= 30 and not _NOT_THE_TITLE.search(t)), None)
        title, key, notice = title_without_front_matter(guess, location)
        notice = notice.replace("heading", "line of the first page") if guess else notice
    arxiv_id = own_arxiv_id(clean(pages[0])) if pages else None
    authors = tuple(filter(None, (one_line(name) for name in re.split(r";", metadata.get("Author", "")))))
    paper = Paper(id=paper_id(None, arxiv_id, key), title=title, authors=authors, arxiv_id=arxiv_id, location=location)
    return paper, notice
