"""What the benches of extraction share: halves of a set, documents as the readers make them, ROUGE, and figures of counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from sovereign.reading import read_bytes
from sovereign.records import Document, Paper

from .folds import fold_key
from .metrics import Counts, Figures, intervals, share

Half = Literal["seen", "held_out"]
HALVES: tuple[Half, ...] = ("seen", "held_out")


def half_of(group: str) -> Half:
    """The half of a document: ``seen`` while the rules were written and the weights fitted, or ``held_out``."""
    return HALVES[fold_key(f"half:{group}") % 2]


def markdown(title: str, parts: Sequence[tuple[str, int, str]], location: str) -> Document:
    """A text as the product reads it: title, then parts of (heading, level from 1, prose); an empty heading opens nothing.

    Raises:
        SovereignError: if it holds no text.
    """
    lines = [f"# {_line(title)}"]
    for heading, level, prose in parts:
        lines += [*([f"{'#' * (level + 1)} {_line(heading)}"] if heading else []), prose]
    document = read_bytes("\n\n".join(lines).encode(), f"{location}.md")
    return document.model_copy(update={"paper": document.paper.model_copy(update={"title": title})})


def abstract(title: str, text: str, location: str) -> Document:
    """An abstract alone, as a provider gives it.

    Raises:
        SovereignError: if it holds no text.
    """
    document = read_bytes(f"## Abstract\n\n{text}".encode(), f"{location}.md")
    paper = Paper(id=f"title:{location}", title=title, location=location)
    return document.model_copy(update={"paper": paper, "depth": "abstract"})


def _line(text: str) -> str:
    return " ".join(text.split()).lstrip("# ")


def words(text: str) -> list[str]:
    """Words and numbers in lower case."""
    return re.findall(r"[a-z0-9]+", text.lower())


def same_words(one: str, other: str) -> bool:
    """Whether four fifths of the words of the shorter stand in the longer: readers cut sentences differently."""
    a, b = Counter(words(one)), Counter(words(other))
    least = min(a.total(), b.total())
    return least > 0 and (a & b).total() >= 0.8 * least


def rouge_1(one: str, other: str) -> float:
    """ROUGE-1: F1 of the words of two texts (Lin 2004), without stemming."""
    a, b = Counter(words(one)), Counter(words(other))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def rouge_l(one: str, other: str) -> float:
    """ROUGE-L: F1 of the longest common subsequence of words (Lin 2004), without stemming."""
    a, b = words(one), words(other)
    row = [0] * (len(b) + 1)
    for x in a:
        before, row = row, [0]
        for i, y in enumerate(b):
            row.append(before[i] + 1 if x == y else max(before[i + 1], row[i]))
    return 2 * row[-1] / max(1, len(a) + len(b))


def shares(**named: tuple[str, str]) -> Callable[[Counts], Figures]:
    """Figures that are one count over another, by name: ``shares(recall=("found", "gold"))``."""
    return lambda counts: {name: share(counts[part], counts[whole]) for name, (part, whole) in named.items()}


def by_half(groups: Mapping[str, Counts], make: Callable[[Counts], Figures]) -> dict[str, Any]:
    """Figures with intervals by document, of all and of each half."""

    def of(some: Mapping[str, Counts]) -> dict[str, Any]:
        whole = sum(some.values(), Counter[str]())
        return {"documents": len(some), **make(whole), "intervals": intervals(some, make)}

    halves = {half: of({g: c for g, c in groups.items() if half_of(g) == half}) for half in HALVES}
    return {**of(groups), "halves": halves}
