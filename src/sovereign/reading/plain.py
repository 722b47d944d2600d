"""Plain text: paragraphs at blank lines, headings where a bare line is one."""

from __future__ import annotations

import re

from sovereign.records import Document, Paper

from .document import Builder
from .frontmatter import title_without_front_matter
from .headings import PlainHeadings, is_structural
from .identity import find_arxiv, find_version, paper_id
from .limits import Limits
from .text import clean

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
# The stamp that arXiv prints on a paper's own first page; references do not have it in this form.
_STAMP = re.compile(r"arXiv:\s?(?P<id>[\w./-]+?v\d+)\s+\[[\w.-]+\]")
_OWN_PART = 3_000  # characters at the start that may carry the document's own stamp
_LONGEST_TITLE = 200


def read_plain(text: str, location: str, limits: Limits) -> Document:
    """The document of a plain text file."""
    blocks = [block for block in _PARAGRAPHS.split(clean(text).strip()) if block.strip()]
    builder, headings = Builder(limits), PlainHeadings()
    title = _title(blocks)
    if title:
        builder.heading(title, 1)
    for index, block in enumerate(blocks[1:] if title else blocks):
        first, _, rest = block.partition("\n")
        level = headings.level(first, blocks[index + 2 : index + 4])
        if level:
            builder.heading(first, level)
            block = rest
        builder.paragraph(block)
    shown, key, notice = title_without_front_matter(title, location)
    arxiv_id, version = own_arxiv(text)
    builder.notices.append(notice)
    paper = Paper(id=paper_id(None, arxiv_id, key), title=shown, arxiv_id=arxiv_id, version=version, location=location)
    return builder.document(paper)


def own_arxiv(text: str) -> tuple[str | None, int | None]:
    """The arXiv id stamped on the start of a document's text, and its version."""
    found = _STAMP.search(text[:_OWN_PART])
    return (find_arxiv(found["id"]), find_version(found["id"])) if found else (None, None)


def _title(blocks: list[str]) -> str | None:
    """The first block if it is one short line that does not end as a sentence does."""
    first = blocks[0].strip() if blocks else ""
    fits = (
        len(blocks) > 1 and "\n" not in first and len(first) <= _LONGEST_TITLE and not first.endswith((".", ":", ";"))
    )
    return first if fits and not is_structural(first) else None
