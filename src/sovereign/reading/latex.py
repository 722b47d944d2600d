"""LaTeX: title, authors, headings, prose and tables of a paper's source."""

from __future__ import annotations

import re

from sovereign.records import Document, Paper

from .document import Builder
from .frontmatter import title_without_front_matter
from .identity import paper_id
from .latex_inline import AUTHOR
from .latex_inputs import is_main
from .latex_tables import ROW
from .latex_text import Text
from .limits import Limits
from .parts import add
from .text import clean, one_line

_PARTICLE = r"(?:van|von|der|den|de|da|di|do|dos|del|della|la|le|el|al|bin|ibn|ter|ten|du|y|e)"
_NAME = re.compile(rf"[^\W\d_][\w.'’‐-]*(?: (?:{_PARTICLE}|[^\W\d_a-z][\w.'’‐-]*)){{1,5}}")
_PLACE = re.compile(
    r"\b(?:univ\w*|institut\w*|dep\w*|school|college|lab\w*|cent(?:er|re)|academy|research|inc|corp\w*|ltd|gmbh|google|"
    r"microsoft|meta|facebook|openai|deepmind|amazon|nvidia|ibm|apple|ai|equal|contribution|team|group|faculty|usa?|uk)\b",
    re.IGNORECASE,
)


def read_latex(text: str, location: str, limits: Limits) -> Document:
    """The document of a LaTeX text whose inputs are in it already. Without ``\\begin{document}`` all of it is body."""
    source = Text(clean(text), has_preamble=is_main(text))
    builder = Builder(limits)
    builder.notices += source.notices
    if source.abstract:
        builder.heading("Abstract", 1)
    add(builder, (*source.abstract, *source.parts))
    title = key = source.title
    if not title:
        heading = next((part.text for part in source.parts if part.kind == "heading"), None)
        title, key, notice = title_without_front_matter(heading, location)
        builder.notices.append(notice)
    authors = _authors(source.authors)
    return builder.document(Paper(id=paper_id(None, None, key), title=title, authors=authors, location=location))


def _authors(given: list[str]) -> tuple[str, ...]:
    """The names in the author commands; none if anything but names stands where names should.

    Names are on the first line of each author's part; a line after it counts if all of it is two names or more.
    """
    names: list[str] = []
    for part in AUTHOR.join(given).split(AUTHOR):
        lines = [_pieces(line) for line in part.split(ROW)]
        lines = [pieces for pieces in lines if pieces]
        for number, pieces in enumerate(lines):
            if not all(_NAME.fullmatch(piece) and not _PLACE.search(piece) for piece in pieces):
                if number == 0:
                    return ()
                break
            if number and len(pieces) < 2:
                break
            names += pieces
    return tuple(dict.fromkeys(names))


def _pieces(line: str) -> list[str]:
    """The names of one line, which commas or the word "and" separate."""
    bare = (one_line(piece).strip(" *†‡§¶") for piece in re.split(r",|\band\b|&", line))
    return [piece for piece in bare if piece]
