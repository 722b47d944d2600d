"""HTML: headings and prose, without scripts, styles and navigation; formulas as their alternative text."""

from __future__ import annotations

import re
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sovereign.records import Document, Paper

from .document import Builder
from .errors import ReadError
from .frontmatter import title_without_front_matter
from .html_hidden import hidden_text
from .html_tables import is_table_node, numbered, table_of
from .html_text import DROPPED, children, formula, raised, words
from .identity import arxiv_of_doi, find_arxiv, find_doi, find_version, paper_id
from .limits import Limits
from .parts import Part, add
from .text import one_line, word_set

_BLOCKS = word_set(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure header hr html "
    "li main ol p section summary tbody td tfoot th thead tr ul"
)
_HEADING = re.compile(r"h([1-6])")
# Elements that stay open until they are closed; the parser takes "<div/>" for "<div>". Of foreign ones "/>" is the end.
_NESTING = re.compile(
    r"<(/?)(?:(?:a|article|aside|b|blockquote|button|center|code|details|div|dl|em|font|form|i|label|main|ol|section|small"
    r"|span|strong|sub|sup|table|u|ul)(?![\w-])"
    r"|(?!(?:area|base|body|br|caption|col|colgroup|dd|dt|embed|head|hr|html|img|input|li|link|meta|option|p|param|rp|rt"
    r"|source|tbody|td|tfoot|th|thead|tr|track|wbr)(?![\w-]))[a-z][\w:-]*+(?![^<>]*/>))",
    re.IGNORECASE,
)
_DEEPEST = 5_000  # open elements; the parser's time grows with the square of the depth
_YEAR = re.compile(r"(?:19|20)\d\d")


def read_html(text: str, location: str, limits: Limits) -> Document:
    """The document of an HTML page. Identifiers come only from the page's own ``citation_*`` meta tags.

    Raises:
        ReadError: if elements nest deeper than any page made to be read.
    """
    if _deepest(text) > _DEEPEST:
        raise ReadError(f"{location}: the page nests more than {_DEEPEST} elements", "Save it again, or as plain text.")
    tree = LexborHTMLParser(text)
    builder = Builder(limits)
    parts = [*_hidden(tree), *_parts(tree.body or tree.root)]
    add(builder, parts)
    first_heading = next((part.text for part in parts if part.kind == "heading"), None)
    paper, notices = _paper(tree, first_heading, location)
    builder.notices[:0] = notices
    return builder.document(paper)


def text_of_fragment(html: str) -> str:
    """The words of a piece of HTML, on one line."""
    return " ".join(part.text for part in _fragment(html) if part.kind != "hidden") if "<" in html else html


def parts_of_fragment(html: str) -> list[Part]:
    """A piece of HTML as prose, and its tables."""
    parts = _fragment(html)
    if any(part.kind == "table" for part in parts):
        return [part._replace(kind="prose") if part.kind == "heading" else part for part in parts]
    unseen = [part for part in parts if part.kind == "hidden"]
    return [*unseen, Part("prose", " ".join(part.text for part in parts if part.kind != "hidden"))]


def _fragment(html: str) -> list[Part]:
    tree = LexborHTMLParser(html)
    return [*_hidden(tree), *_parts(tree.body or tree.root)]


def _hidden(tree: LexborHTMLParser) -> list[Part]:
    """What nobody sees, taken out of a page."""
    text = hidden_text(tree)
    return [Part("hidden", text)] if text else []


def _parts(root: LexborNode | None) -> list[Part]:
    """The parts of a page in order. A stack and not recursion, since pages may nest without bound."""
    found: list[Part] = []
    line: list[str] = []
    ends: list[str] = []  # tags of the open blocks
    captions: dict[int, tuple[str, str]] = {}

    def flush() -> None:
        text = one_line("".join(line))
        line.clear()
        level = _HEADING.fullmatch(ends[-1]) if ends else None
        if text:
            found.append(Part("heading", text, int(level[1])) if level else Part("prose", text))

    # A node is visited; None is where a block ends.
    stack: list[LexborNode | None] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if node is None:
            flush()
            ends.pop()
            continue
        tag = node.tag or ""
        if tag == "-text":
            line.append(node.text_content or "")
        elif tag == "math":
            line.append(f" {formula(node)} ")
        elif tag == "pre":
            flush()
            found.append(Part("verbatim", node.text(separator=" ")))
        elif tag == "br":
            line.append(" ")
        elif is_table_node(node):
            part = table_of(node, captions)
            if part.kind == "table" or tag == "table":
                flush()
                own = (Part("prose", one_line(words(inner))) for inner in children(node) if inner.tag == "caption")
                found += (*own, part)
            else:
                line.append(f" {part.text} ")  # two lines stacked within a line, as in a list of authors
        elif tag not in DROPPED and not tag.startswith("-"):
            if mark := raised(node, line[-1] if line else ""):
                line.append(mark)
            if tag in _BLOCKS or _HEADING.fullmatch(tag):
                flush()
                ends.append(tag)
                stack.append(None)
            stack.extend(reversed(children(node)))
    flush()
    return numbered([part for part in found if part.text])


def _deepest(text: str) -> int:
    """The largest number of elements that may be open at one point."""
    steps = (-1 if tag[1] else 1 for tag in _NESTING.finditer(text))
    return max(accumulate(steps, lambda depth, step: max(0, depth + step)), default=0)


def _paper(tree: LexborHTMLParser, first_heading: str | None, location: str) -> tuple[Paper, list[str]]:
    """The paper that a page's meta tags describe, and notices."""
    meta: dict[str, list[str]] = {}
    for node in tree.css("meta"):
        name, content = node.attributes.get("name"), node.attributes.get("content")
        if name and content:
            meta.setdefault(name.lower(), []).append(one_line(content))

    def first(*names: str) -> str:
        return next((meta[name][0] for name in names if name in meta), "")

    doi = find_doi(first("citation_doi"))
    arxiv_id = find_arxiv(first("citation_arxiv_id")) or arxiv_of_doi(doi)
    year = _YEAR.search(first("citation_publication_date", "citation_date", "citation_online_date"))
    notices: list[str] = []
    title = first("citation_title", "dc.title")
    key = title
    if not title:
        title_tag = tree.css_first("title")
        title, key, notice = title_without_front_matter(
            first_heading or (one_line(title_tag.text()) if title_tag else None), location
        )
        notices.append(notice)
    paper = Paper(
        id=paper_id(doi, arxiv_id, key),
        title=title,
        authors=tuple(meta.get("citation_author", ())),
        year=int(year.group()) if year else None,
        venue=first("citation_journal_title", "citation_conference_title") or None,
        doi=doi,
        arxiv_id=arxiv_id,
        version=find_version(first("citation_arxiv_id")),
        location=location,
    )
    return paper, notices
