"""PDF: the text layer, page by page, with headings, paragraphs and tables, and without running headers.

Tables come from the places of words and rules that PDFium gives (`pdf_tables`), since pdfplumber, which was tried for
them, put a quarter of the cells where they belong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import dropwhile, islice, takewhile
from statistics import median

from sovereign.records import Document, Paper

from .document import Builder
from .errors import ReadError
from .frontmatter import title_without_front_matter
from .headings import PlainHeadings
from .identity import paper_id
from .limits import Limits
from .pdf_flow import Flow
from .pdf_parts import HYPHEN, Line
from .pdf_text import read_pages
from .plain import own_arxiv
from .text import one_line, said_of_hiding

_FEWEST_LETTERS = 20  # in a whole file; fewer means that pages are pictures
_NO_TITLE = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|dvi|pdf)$|^\W*$", re.IGNORECASE)
_NOT_THE_TITLE = re.compile(
    r"arxiv:|proceedings|published|preprint|under review|conference|journal|copyright|licen[cs]e|©|https?:"
    r"|\bdoi\b|\bvol\b",
    re.IGNORECASE,
)


def read_pdf(data: bytes, location: str, limits: Limits) -> Document:
    """The document of a PDF's text layer.

    Raises:
        ReadError: if the file is damaged, cut off, encrypted or made to exhaust memory, or has no text layer.
    """
    pages, count, metadata, hidden, scanned = read_pages(data, location, limits)
    letters = (c for page in pages for line in page for c in line.text if c.isalpha())
    if len(list(islice(letters, _FEWEST_LETTERS))) < _FEWEST_LETTERS:
        reason = f"{location}: the PDF has no text layer; its pages are pictures"
        raise ReadError(reason, "Run text recognition (OCR) over it and use the result.")
    builder = Builder(limits)
    if count > len(pages):
        builder.notices.append(f"the PDF has {count} pages; those after page {len(pages)} were left out")
    empty = [number for number, page in enumerate(pages, 1) if not page]
    if empty:
        builder.notices.append(f"no text on {_pages(empty)}")
    if unseen := sum(hidden):
        where = _pages([number for number, some in enumerate(hidden, 1) if some])
        builder.notices.append(f"{unseen} characters that nobody sees on {where} were left out")
    builder.notices += said_of_hiding("".join(line.text for page in pages for line in page))
    if scanned:
        builder.notices.append(
            f"the words of {_pages(scanned)} are those of text recognition, which lie unseen over a scan"
        )
    lines = _without_running_heads(pages)
    _fill(builder, lines)
    paper, notice = _paper(pages, metadata, lines, location)
    if notice:
        builder.notices.append(notice)
    return builder.document(paper)


def _pages(numbers: Sequence[int]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {', '.join(map(str, numbers))}"


def _without_running_heads(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Lines of all pages, without page numbers and lines that return at the edge of many pages."""
    edges = Counter(key for page in pages for key in {_edge_key(line.text) for line in (*page[:2], *page[-2:])})
    often = max(3, len(pages) // 3)
    kept = []
    for page in pages:
        for index, line in enumerate(page):
            at_edge = index < 2 or index >= len(page) - 2
            if not (at_edge and (line.text.isdigit() or edges[_edge_key(line.text)] >= often)):
                kept.append(line)
    return kept


def _edge_key(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _fill(builder: Builder, lines: Sequence[Line]) -> None:
    """Group lines to headings and paragraphs. What stands before the abstract is stored without sentences."""
    titles = _titles(lines)
    first = min(titles, default=0)
    if lines and lines[first].page > 2:
        first = 0
    builder.block("\n".join(line.text.replace(HYPHEN, "-") for line in lines[:first] if not line.cells))
    flow = Flow(builder, lines)
    title_ends = first
    for at, line in enumerate(lines):
        if at in titles:
            level, count = titles[at]
            title_ends = at + count
            flow.close()
            parts = (part.text.removesuffix(HYPHEN) + " " * (HYPHEN not in part.text) for part in lines[at:title_ends])
            builder.heading("".join(parts), level)
        elif line.cells or at >= title_ends:
            flow.add(line)
    flow.close()


def _titles(lines: Sequence[Line]) -> dict[int, tuple[int, int]]:
    """The level of each heading and the number of its lines, by the index of its first line."""
    headings = PlainHeadings()
    texts = [line.text.replace(HYPHEN, "-") for line in lines]
    sizes = [line.size for line in lines]
    # Larger than the text and what follows; "A Background" before citations is so, and a reference that begins with "A" is not.
    usual = median(sizes or [0.0])
    large = [size > 1.04 * max(usual, median(sizes[i + 1 : i + 6] or [size])) for i, size in enumerate(sizes)]
    titles: dict[int, tuple[int, int]] = {}
    for at, line in enumerate(lines):
        if line.cells or not (level := headings.level(texts[at], () if large[at] else texts[at + 1 : at + 6])):
            continue
        end = at + 1
        while large[at] and end < len(lines) and end < at + 3 and large[end] and _goes_on(line, lines[end]):
            end += 1
        titles[at] = (level, end - at)
    return titles


def _goes_on(title: Line, line: Line) -> bool:
    """Whether a line that stands out is a further line of a heading."""
    same = abs(title.size - line.size) < 0.02 * title.size and title.page == line.page
    return same and not line.gap and not line.cells and not re.match(r"[\dA-Z][\d.]*\s", line.text)


def _paper(
    pages: Sequence[Sequence[Line]], metadata: dict[str, str], lines: Sequence[Line], location: str
) -> tuple[Paper, str | None]:
    """The paper that a PDF's metadata describes, or whose first lines its first page shows; and a notice."""
    title = one_line(metadata.get("Title", ""))
    notice = None
    key = title
    if _NO_TITLE.search(title) or len(title.split()) < 2:
        guess = _printed_title(lines)
        title, key, notice = title_without_front_matter(guess, location)
        notice = notice.replace("heading", "line of the first page") if guess else notice
    arxiv_id, version = own_arxiv("\n".join(line.text for line in pages[0])) if pages else (None, None)
    authors = tuple(filter(None, (one_line(name) for name in re.split(r";", metadata.get("Author", "")))))
    paper = Paper(
        id=paper_id(None, arxiv_id, key),
        title=title,
        authors=authors,
        arxiv_id=arxiv_id,
        version=version,
        location=location,
    )
    return paper, notice


def _printed_title(lines: Sequence[Line]) -> str | None:
    """The title as the first page shows it: the lines in the largest letters; else the first that may be one."""
    first = [line for line in lines if line.page == 1]
    largest = max((line.size for line in first), default=0.0)
    if largest > 1.15 * median([line.size for line in first] or [0.0]):
        shown = takewhile(lambda line: line.size > 0.95 * largest, dropwhile(lambda line: line.size < largest, first))
        title = "".join(line.text.removesuffix(HYPHEN) + " " * (not line.text.endswith(HYPHEN)) for line in shown)
        if _may_be_title(title):
            return title
    return next((line.text for line in first[:10] if _may_be_title(line.text)), None)


def _may_be_title(text: str) -> bool:
    return 3 <= len(text.split()) <= 40 and not _NOT_THE_TITLE.search(text)
