"""True pairs without any data: the starter library's own sentences, each said in another order or without its end.

"On X, A does Y." supports "A does Y on X."; "A does X, while B does Y." supports "A does X.". Claim and evidence are never the
same string. Only sentences of one plain shape are used, so that the claim says nothing that its sentence does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from sovereign.language.clauses import FINITE
from sovereign.reading import read_file

from .words import BASE, Source, capital

_CUT = re.compile(r"(?:; |, (?:and|but|while|whereas|so|which|where|of which) )")
_VERB = re.compile(rf"\b(?:is|are|was|were|has|have|can|does|do|did|{'|'.join(sorted({*BASE, *FINITE}))})\b")
# A condition that comes later, or a claim that points elsewhere, would change what the first part says.
_LATER = re.compile(r"\b(?:if|unless|only|except|without|not|no|than)\b")
_OPENING = re.compile(
    r"(?P<phrase>(?:In|On|At|For|With|During|Under|Across|Among|Compared with|Relative to) [^,;:]+), (?P<rest>[^,;:]+)\."
)
_POINTS = re.compile(
    r"^(?:it|this|these|they|its|both|here|because|although|while|when|if|since|once|that|each|one|and|but|so)\b",
    re.IGNORECASE,
)
_LONGEST = 40  # words of a claim


def files() -> list[Path]:
    """The notes of the starter library."""
    folder = Path(str(resources.files("sovereign") / "data" / "starter_library"))
    return sorted(p for p in folder.glob("*.md") if p.name != "README.md")


def sources() -> list[Source]:
    """Every pair of first part and whole sentence, in the order of the notes."""
    return [source for path in files() for source in _of(path)]


def _of(path: Path) -> Iterator[Source]:
    document = read_file(path, path.name)
    for sentence in document.evidence():
        text = document.slice(sentence)
        for claim in (_moved(text), _shortened(text)):
            if claim and len(claim.split()) <= _LONGEST and not _POINTS.match(claim):
                yield Source(claim, (text,), document.paper.title, document.paper.id)


def _moved(text: str) -> str:
    """The sentence with its opening phrase at its end; "" where it has none, or more than one clause."""
    match = _OPENING.fullmatch(text)
    if (
        match is None
        or _VERB.search(match["phrase"])
        or not _VERB.search(match["rest"])
        or _POINTS.match(match["rest"])
    ):
        return ""
    return f"{capital(match['rest'])} {match['phrase'][0].lower()}{match['phrase'][1:]}."


def _shortened(text: str) -> str:
    """The sentence up to the end of its first statement; "" where that cannot be told."""
    cut = _CUT.search(text)
    if cut is None:
        return ""
    first, rest = text[: cut.start()], text[cut.end() :]
    whole = first.count("(") == first.count(")") and "," not in first and len(first.split()) >= 5
    return f"{first}." if whole and _VERB.search(first) and _VERB.search(rest) and not _LATER.search(rest) else ""
