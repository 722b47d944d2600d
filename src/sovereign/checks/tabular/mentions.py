"""Which rows and columns the words of a claim mean: by stems of their headers, short forms, and words for "ours"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sovereign.language.words import STOP, normalize, stem, word_set

from .sheet import Axis, Sheet

_TOKEN = re.compile(r"[^\W\d_]+\+(?!\w)|\(\+\)|[^\W_]+(?:\.\d+)?")
_TAG = re.compile(r"</?[a-z]{1,10}>|\[[A-Z]+\]")
_LONGEST = 6  # words of a header that are looked for together
_SHORT = {
    "acc": "accuraci", "prec": "precis", "rec": "recal", "recall": "recal", "param": "paramet", "avg": "averag", "err": "error",
    "ppl": "perplex", "dev": "develop", "val": "valid", "exp": "experi", "temp": "tempor", "att": "attent", "attn": "attent",
    "num": "number", "seq": "sequenc", "emb": "embed", "pretrain": "pretrain", "f": "f1", "init": "initi", "w/o": "without",
    "ft": "tune", "sup": "supervis", "unsup": "unsupervis", "mult": "multi", "sec": "second", "mem": "memori",
}  # fmt: skip
_LETTER = {"P": "precis", "R": "recal", "F": "f1"}  # as a header prints them
# Alone, these mean no row and no column.
GENERIC = word_set(
    """model method system approach data dataset set result baselin number perform task test train score measur valu averag all
    total other feature featur base network neural languag learn best differ our propos one two type name full sampl word
    class size time line level group domain sentenc mean use setting set no yes on more most architectur framework with
    without in of the to variant version standard over under evalu experi high low good present work ms attent layer error"""
)
_SPLITS = word_set("train test develop valid infer train")  # narrow a statement, and name nothing
_OURS = re.compile(
    r"\b(?:our(?:s)?|the proposed|proposed)\b(?:\s+[\w-]+){0,3}?\s*(?:model|approach|method|system|framework|network|architecture|technique|algorithm)s?\b|\bours\b",
    re.I,
)
_OWN_HEADER = re.compile(r"\b(?:ours?|proposed|this work|this paper)\b", re.I)


@dataclass(frozen=True)
class Mention:
    """A phrase of the claim, ``start`` to ``end``, that means lines of an axis. ``share`` is how much of their header it says.

    ``specific`` is false for words that any table may hold ("model", "accuracy").
    """

    start: int
    end: int
    axis: Axis
    lines: frozenset[int]
    share: float
    specific: bool
    own: bool = False


@dataclass(frozen=True)
class Token:
    """A word of a text: its stem with short forms written out, as it was printed, and its span."""

    root: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The words of a normalised text."""
    found = [Token(_root(m[0]), m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]
    merged: list[Token] = []
    for token in found:
        # "F-measure", "F 1" and "F1 score" are one measure.
        if (
            merged
            and merged[-1].root == "f1"
            and token.root in ("1", "measur", "score")
            and token.start - merged[-1].end <= 1
        ):
            merged[-1] = Token("f1", merged[-1].text, merged[-1].start, token.end)
        else:
            merged.append(token)
    return merged


@lru_cache(maxsize=16384)
def _root(word: str) -> str:
    lower = word.lower()
    if lower == "(+)":
        return "+"
    root = _SHORT.get(lower) or stem(lower)
    return _SHORT.get(root, root)


@lru_cache(maxsize=16384)
def header_words(header: str) -> tuple[tuple[str, bool], ...]:
    """The words of a header as (stem, whether it is cut short with a point)."""
    plain = normalize(_TAG.sub(" ", header))
    found = [
        (_LETTER.get(t.text, t.root), plain[t.end : t.end + 1] == "." and len(t.text) > 2) for t in tokens_of(plain)
    ]
    return tuple(found)


def find_mentions(claim: str, sheet: Sheet) -> list[Mention]:
    """Every phrase of a normalised claim that means rows or columns, longest first, none overlapping on one axis."""
    words = tokens_of(claim)
    found: list[Mention] = []
    axes: tuple[Axis, Axis] = ("row", "column")
    for axis in axes:
        found += _on_axis(words, sheet, axis)
        found += _ours(claim, sheet, axis)
    return sorted(found, key=lambda m: (m.start, m.end))


def _ours(claim: str, sheet: Sheet, axis: Axis) -> list[Mention]:
    lines = frozenset(n for n, headers in sheet.headers[axis].items() if any(_OWN_HEADER.search(h) for h in headers))
    if not lines:
        return []
    return [Mention(m.start(), m.end(), axis, lines, 1.0, False, True) for m in _OURS.finditer(claim)]


def _on_axis(words: Sequence[Token], sheet: Sheet, axis: Axis) -> list[Mention]:
    index = _index(sheet, axis, {t.root: t.text.lower() for t in words})
    corners = frozenset(w for c in sheet.grid.corners for w, _ in header_words(c))
    count, taken, found = len(sheet.lines(axis)), [False] * len(words), list[Mention]()
    for length in range(min(_LONGEST, len(words)), 0, -1):
        for i in range(len(words) - length + 1):
            if any(taken[i : i + length]):
                continue
            key = tuple(w.root for w in words[i : i + length])
            held = index.get(key)
            if not held:
                continue
            best = max(held.values())
            content = [w for w in key if w not in GENERIC and w not in STOP]
            numbers = all(w.replace(".", "").isdigit() for w in key)
            if numbers and (best < 1 or axis != "row" or not _keyed(words, i, corners)):
                continue
            split = all(w in _SPLITS for w in key)
            if (
                not numbers
                and not split
                and (not content or all(len(w) == 1 for w in key))
                and (best < 1 or _idle(words[i : i + length]))
            ):
                continue
            lines = frozenset(n for n, share in held.items() if share == best or (best < 1 and share > 0))
            taken[i : i + length] = [True] * length
            specific = bool(content) and len(lines) < max(2, count)
            found.append(Mention(words[i].start, words[i + length - 1].end, axis, lines, best, specific))
    return found


def _idle(words: Sequence[Token]) -> bool:
    """Whether a phrase of general words is too common to be a header, unless it is printed as a name ("P", "All")."""
    return all(t.root in STOP or (len(t.root) < 2 and not t.text[:1].isupper()) for t in words)


def _keyed(words: Sequence[Token], at: int, corners: frozenset[str]) -> bool:
    """Whether the column of row headers is named beside a number: "m = 4", "batch size of 10", "4 heads"."""
    near = {t.root for t in (*words[max(0, at - 4) : at], *words[at + 1 : at + 4])}
    return bool(near & {c for c in corners if c not in STOP})


def _index(sheet: Sheet, axis: Axis, said: dict[str, str]) -> dict[tuple[str, ...], dict[int, float]]:
    """For each run of words of a header, the lines that have it, each with the share of the header's words that it is."""
    held: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
    for line, headers in sheet.headers[axis].items():
        for header in headers:
            for run, share in _runs(header, frozenset(said.items())):
                held[run][line] = max(share, held[run].get(line, 0.0))
    return held


@lru_cache(maxsize=8192)
def _runs(header: str, said: frozenset[tuple[str, str]]) -> tuple[tuple[tuple[str, ...], float], ...]:
    words = [_meant(root, cut, said) for root, cut in header_words(header)]
    if len(words) > 1 and words[0].isdigit():  # "7. Name": the number of a line
        words = words[1:]
    if len(words) > 3 * _LONGEST:
        words = words[: 3 * _LONGEST]
    runs = [
        (tuple(words[i:j]), (j - i) / len(words))
        for i in range(len(words))
        for j in range(i + 1, min(i + _LONGEST, len(words)) + 1)
    ]
    # What stands before a bracket names the line as well as the whole does.
    bare = [w for w, _ in header_words(re.sub(r"\s*\(.*", "", header))]
    if 0 < len(bare) < len(words):
        runs.append((tuple(bare), 0.99))
    return tuple(runs)


def _meant(root: str, cut: bool, said: Iterable[tuple[str, str]]) -> str:
    """A word of a header that is cut short, as the claim writes it out: "Disfl" is "disfluencies" there."""
    if len(root) < (3 if cut else 5) or not root.isalpha():
        return root
    roots = [r for r, text in said if text.startswith(root) and len(text) >= len(root)]
    return roots[0] if len(roots) == 1 else root
