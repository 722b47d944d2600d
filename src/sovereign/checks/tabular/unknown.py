"""Names in a claim that a table does not know: the claim is then of something else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sovereign.language.words import normalize

from .grid import Grid
from .statements import clauses_of

_NAME = re.compile(r"(?<![\w-])(?:[A-Z]{2,}\w*|[A-Z]?[a-z]+[A-Z]\w*|[A-Za-z]+-?\d+\w*|[A-Z]\w*(?:-[A-Z]\w*)+)(?!\w)")
_TAG = re.compile(r"</?[a-z]{1,10}>")
_LONG = 4  # letters of a name that may also stand inside a longer one


def unknown_names(claim: str, grid: Grid) -> list[str]:
    """Names in the statements of a plain claim that neither headers, nor cells, nor the caption have, nor make by initials."""
    texts = [normalize(_TAG.sub("", t)) for t in texts_of(grid)]
    said = {w.lower() for t in texts for w in re.findall(r"[^\W_]+", t)}
    joined, short = " ".join(sorted(said)), initials(texts)
    stated = " ".join(c.text for c in clauses_of(claim) if not c.tail)
    missing = []
    for match in _NAME.finditer(re.sub(r"\([^()]*\)", " ", stated)):
        parts = [p.lower() for p in re.findall(r"[^\W_]+", match[0])]
        whole = "".join(parts)
        known = any(p in said or p.removesuffix("s") in said or (len(p) >= _LONG and p in joined) for p in parts)
        if not known and whole not in said and whole not in short:
            missing.append(match[0])
    return missing


def initials(texts: Iterable[str]) -> set[str]:
    """The first letters of up to five words that follow one another: "em" for "exact match"."""
    found: set[str] = set()
    for text in texts:
        letters = [w[0].lower() for w in re.findall(r"[^\W\d_]+", text)]
        found.update("".join(letters[i : i + n]) for n in range(2, 6) for i in range(len(letters) - n + 1))
    return found


def texts_of(grid: Grid) -> list[str]:
    headers = {h for c in grid.cells for h in (*c.row_headers, *c.column_headers)}
    words = [c.text for c in grid.cells if any(ch.isalpha() for ch in c.text)]
    return [*headers, *grid.corners, grid.caption, grid.label, *words]
