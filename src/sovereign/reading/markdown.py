"""Markdown: headings, paragraphs and list items, without code, tables and raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sovereign.records import Document

from .document import Builder
from .frontmatter import Facts, paper_of
from .html import text_of_fragment
from .limits import Limits

_TAG = re.compile(
    r"<!--.*?-->|</?(?:a|b|i|u|s|em|strong|small|sub|sup|br|hr|span|img|p|div|code|kbd|font|center|details|summary"
    r"|picture|source|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|video|figure)"
    r"(?:\s+(?:[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s>]+)|open|controls|hidden))*\s*/?>",
    re.IGNORECASE | re.DOTALL,
)
_COMMONMARK = MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")


class Part(NamedTuple):
    """One block of a Markdown text. ``kind`` is ``heading``, ``item``, ``prose`` or ``verbatim``."""

    kind: str
    text: str
    level: int = 0


def parts(body: str) -> Iterator[Part]:
    """The blocks of a Markdown text, in order, as plain text."""
    tokens = _COMMONMARK.parse(body)
    lines = body.split("\n")
    items = tables = 0
    heading: str | None = None
    for token in tokens:
        if token.type in ("list_item_open", "list_item_close"):
            items += token.nesting
        elif token.type in ("table_open", "table_close"):
            tables += token.nesting
            if token.nesting == 1 and token.map:
                yield Part("verbatim", "\n".join(lines[token.map[0] : token.map[1]]))
        elif token.type in ("heading_open", "heading_close"):
            heading = token.tag if token.nesting == 1 else None
        elif token.type in ("fence", "code_block"):
            yield Part("verbatim", token.content)
        elif token.type == "html_block":
            yield Part("prose", text_of_fragment(token.content))
        elif token.type == "inline" and not tables:
            formula = token.content.startswith("$$") and token.content.rstrip().endswith("$$")
            kind = "heading" if heading else "verbatim" if formula else "item" if items else "prose"
            yield Part(kind, inline_text(token.children or ()), int(heading[1]) if heading else 0)


def inline_text(tokens: Sequence[Token]) -> str:
    """The words of a run of text: link texts and code are kept, pictures and tags are not."""
    words = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            words.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type == "html_inline" and not _TAG.fullmatch(token.content):
            words.append(token.content)  # "a <b and c> d" is a comparison, no tag
    return "".join(words)


def read_markdown(data: dict[Any, Any], body: str, location: str, limits: Limits) -> Document:
    """The document of a Markdown file, from its front matter and its body."""
    facts, builder = Facts(data), Builder(limits)
    blocks = list(parts(body))
    abstract = facts.prose("abstract")
    if abstract:
        builder.heading("Abstract", 1)
        for piece in abstract.split("\n\n"):
            builder.paragraph(piece)
    for block in blocks:
        if block.kind == "heading":
            builder.heading(block.text, block.level)
        elif block.kind == "verbatim":
            builder.block(block.text)
        else:
            builder.paragraph(block.text)
    first_heading = next((block.text for block in blocks if block.kind == "heading"), None)
    paper = paper_of(facts, first_heading, location)
    builder.notices += facts.notices
    bare = all(block.kind == "heading" for block in blocks)
    return builder.document(paper, "abstract" if abstract and bare else None)
