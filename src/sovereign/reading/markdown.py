"""Markdown: headings, paragraphs, list items and tables, without code and raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sovereign.records import Document

from .document import Builder
from .frontmatter import Facts, paper_of
from .grid import Slot, place
from .html import parts_of_fragment
from .html_hidden import still_hidden
from .limits import Limits
from .parts import Part, add, captioned, table_part

_TAG = re.compile(
    r"<!--.*?-->|</?(?:a|b|i|u|s|em|strong|small|sub|sup|br|hr|span|img|p|div|code|kbd|font|center|details|summary"
    r"|picture|source|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|video|figure|template|noscript|section|article|aside|label|mark|main)"
    r"(?:\s+(?:[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s>]+)|open|controls|hidden))*\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_COMMONMARK = MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")


def parts(body: str) -> Iterator[Part]:
    """The blocks of a Markdown text, in order, as plain text."""
    tokens = _COMMONMARK.parse(body)
    lines = body.split("\n")
    items = 0
    heading: str | None = None
    unseen: tuple[str, ...] = ()  # elements of HTML that are open and hide what is in them
    coming = iter(tokens)
    for token in coming:
        within, unseen = unseen, still_hidden(token.content, unseen) if token.type == "html_block" else unseen
        if within:
            yield Part("hidden", token.content)
        elif token.type in ("list_item_open", "list_item_close"):
            items += token.nesting
        elif token.type == "table_open":
            table = table_part(place(_rows(takewhile(lambda token: token.type != "table_close", coming))))
            first, end = token.map or (0, 0)
            yield table if table.kind == "table" else Part("verbatim", "\n".join(lines[first:end]))
        elif token.type in ("heading_open", "heading_close"):
            heading = token.tag if token.nesting == 1 else None
        elif token.type in ("fence", "code_block"):
            yield Part("verbatim", token.content)
        elif token.type == "html_block":
            yield from parts_of_fragment(token.content)
        elif token.type == "inline":
            formula = token.content.startswith("$$") and token.content.rstrip().endswith("$$")
            kind = "heading" if heading else "verbatim" if formula else "item" if items else "prose"
            text, left_out = seen_and_hidden(token.children or ())
            yield Part(kind, text, int(heading[1]) if heading else 0)
            if left_out:
                yield Part("hidden", left_out)


def _rows(tokens: Iterable[Token]) -> list[list[Slot]]:
    """The rows of a table's tokens."""
    rows: list[list[Slot]] = []
    header = False
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            header = token.type == "th_open"
        elif token.type == "inline" and rows:
            children = token.children or ()
            rows[-1].append(Slot(inline_text(children), header=header, bold=_bold(children)))
    return rows


def _bold(tokens: Sequence[Token]) -> bool:
    """Whether the first letter or digit of a run of text is set in bold."""
    strong = 0
    for token in tokens:
        strong += token.nesting if token.tag == "strong" else 0
        if token.type in ("text", "code_inline") and any(character.isalnum() for character in token.content):
            return strong > 0
    return False


def inline_text(tokens: Sequence[Token]) -> str:
    """The words of a run of text: link texts and code are kept; pictures, tags and what tags hide are not."""
    return seen_and_hidden(tokens)[0]


def seen_and_hidden(tokens: Sequence[Token]) -> tuple[str, str]:
    """The words of a run of text that are seen, and those that tags in it hide."""
    words: list[str] = []
    left_out: list[str] = []
    unseen: tuple[str, ...] = ()
    for token in tokens:
        to = left_out if unseen else words
        if token.type in ("text", "code_inline"):
            to.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            to.append(" ")
        elif token.type == "html_inline" and _TAG.fullmatch(token.content):
            unseen = still_hidden(token.content, unseen)
        elif token.type == "html_inline":
            to.append(token.content)  # "a <b and c> d" is a comparison, no tag
    return "".join(words), "".join(left_out)


def read_markdown(data: dict[Any, Any], body: str, location: str, limits: Limits) -> Document:
    """The document of a Markdown file, from its front matter and its body."""
    facts, builder = Facts(data), Builder(limits)
    blocks = captioned(list(parts(body)))
    abstract = facts.prose("abstract")
    if abstract:
        builder.heading("Abstract", 1)
        for piece in abstract.split("\n\n"):
            builder.paragraph(piece)
    add(builder, blocks)
    first_heading = next((block.text for block in blocks if block.kind == "heading"), None)
    paper = paper_of(facts, first_heading, location)
    builder.notices += facts.notices
    bare = all(block.kind == "heading" for block in blocks)
    return builder.document(paper, "abstract" if abstract and bare else None)
