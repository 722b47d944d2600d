"""Columns of a table from the places of its words.

The lines with the most cells tell the columns; words over several of them span these. `pdf_rows` tells which lines are
one row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from .pdf_rules import Rule
from .pdf_words import Words, is_figure, joined, together

Edges = tuple[float, float]

_MOST_COLUMNS = 60
_LEAN = 0.35  # of the size of the letters: how far a word may stand out of its column, towards the next
_CENTRED = 0.7  # likewise: how far the middle of words may be from the middle of the columns that they head


def columns_of(lines: Sequence[Sequence[Words]]) -> list[Edges]:
    """Left and right edge of each column; none if there are too many for a table."""
    columns: list[Edges] = []
    for line in sorted(lines, key=len, reverse=True):
        hits = [_hits(words, columns) for words in line]
        taken = {k for hit in hits for k in hit}
        new: list[Edges] = []
        for words, hit in zip(line, hits, strict=True):
            if len(hit) == 1:
                left, right = columns[hit[0]]
                columns[hit[0]] = (min(left, words.left), max(right, words.right))
            elif not hit and not any(
                _gap(words, columns[k]) < 1.2 * words.size and k not in taken for k in range(len(columns))
            ):
                new.append((words.left, words.right))
        columns = sorted((*columns, *new))
        if len(columns) > 3 * _MOST_COLUMNS:
            return []
    columns = _without_rivers(lines, columns)
    return columns if len(columns) <= _MOST_COLUMNS else []


def _without_rivers(lines: Sequence[Sequence[Words]], columns: list[Edges]) -> list[Edges]:
    """Columns without those that wide spaces in the prose of a cell make: more lines cross these than have them."""
    crossed, kept = [0] * len(columns), [0] * len(columns)
    for line in lines:
        hits = [hit for words in line if (hit := _hits(words, columns, 0.3))]
        for hit in hits:
            for k in range(hit[0], hit[-1]):
                crossed[k] += 1
        for one, other in pairwise(hits):
            if other[0] == one[-1] + 1:
                kept[one[-1]] += 1
    merged = columns[:1]
    for k, column in enumerate(columns[1:]):
        if crossed[k] > kept[k]:
            merged[-1] = (merged[-1][0], column[1])
        else:
            merged.append(column)
    return merged


def placed(line: Sequence[Words], columns: Sequence[Edges], rules: Sequence[Rule] | None) -> list[Words]:
    """The words of a line with the columns that they stand over; those in one column are joined.

    ``rules`` are short ones that may stand under group headers; None for lines below the header.
    """
    line = [part for words in line for part in _by_columns(words, columns)]
    hits = [_hits(words, columns, 0.0 if rules is not None else 0.3) for words in line]
    for k, (one, other) in enumerate(pairwise(hits)):
        if one and other and one[-1] == other[0] and len(one) + len(other) > 2:
            if len(one) > len(other):
                hits[k] = one[:-1]
            else:
                hits[k + 1] = other[1:]
    taken = {k for hit in hits for k in hit}
    made: list[Words] = []
    for words, hit in zip(line, hits, strict=True):
        free = [k for k in range(len(columns)) if k not in taken] or list(range(len(columns)))
        hit = hit or [min(free, key=lambda k: _gap(words, columns[k]))]
        first, last = hit[0], hit[-1]
        if rules is not None:
            first, last = _headed(words, first, last, columns, taken - set(hit), _own_rules(words, line, rules))
        taken |= set(range(first, last + 1))
        if made and made[-1].last >= first:
            made[-1] = joined(made[-1], words)._replace(right=words.right, last=max(last, made[-1].last))
        else:
            made.append(words._replace(first=first, last=last))
    return made


def _by_columns(words: Words, columns: Sequence[Edges]) -> Iterator[Words]:
    """Words in one, or those of each column that they are over, if no word is over two and none leans to the next."""
    hits = [_hits(part, columns) for part in words.parts]
    if any(len(hit) != 1 for hit in hits) or len({hit[0] for hit in hits}) < 2:
        yield words
        return
    ends = [
        (one, other, k[0], m[0]) for (one, k), (other, m) in pairwise(zip(words.parts, hits, strict=True)) if k != m
    ]
    # A title over two columns may have its space above the one between them; with three columns that is no chance.
    slack = _LEAN * words.size if len(ends) == 1 else float("inf")
    for one, other, k, m in ends:
        apart = one.right < columns[k][1] + slack and other.left > columns[m][0] - slack
        if not (apart or is_figure(one.text) or is_figure(other.text)):
            yield words
            return
    for _, group in groupby(zip(hits, words.parts, strict=True), key=itemgetter(0)):
        yield together([part for _, part in group])


def _own_rules(words: Words, line: Sequence[Words], rules: Sequence[Rule]) -> list[Rule]:
    """The rules under a line of group headers, those that touch and so became one cut into equal parts."""
    made = []
    for rule in rules:
        if words.bottom - words.size < rule.y < words.bottom + 1:
            over = [w for w in line if rule.left < (w.left + w.right) / 2 < rule.right]
            step = (rule.right - rule.left) / max(1, len(over))
            edges = [rule.left + k * step for k in range(len(over) + 1)]
            made += [Rule(left, right, rule.y) for left, right in pairwise(edges)]
    return made


def _headed(
    words: Words, first: int, last: int, columns: Sequence[Edges], taken: set[int], rules: Sequence[Rule]
) -> tuple[int, int]:
    """The columns that words in the header head: those over the rule beneath, else those that they are centred over."""
    middle = (words.left + words.right) / 2
    for rule in rules:
        if rule.left < middle < rule.right:
            under = [
                k for k, (left, right) in enumerate(columns) if rule.left - 2 < (left + right) / 2 < rule.right + 2
            ]
            return (under[0], under[-1]) if under else (first, last)

    def off(one: int, other: int) -> float:
        return abs((columns[one][0] + columns[other][1]) / 2 - middle)

    if off(first, last) > _CENTRED * words.size and words.left > columns[first][0] + words.size:
        for one, other in ((first, last + 1), (first - 1, last)):
            may = one >= 0 and other < len(columns) and not taken & set(range(one, other + 1))
            if may and off(one, other) < 0.5 * off(first, last) and off(one, other) <= _CENTRED * words.size:
                return one, other
    return first, last


def widened(row: Sequence[Words], columns: Sequence[Edges]) -> list[Words]:
    """A row of the header whose words over several columns take those to both sides that they are centred over too."""
    made = list(row)
    for k, words in enumerate(made):
        first, last = words.first, words.last
        low = made[k - 1].last if k else 0
        high = made[k + 1].first if k + 1 < len(made) else len(columns)
        while first < last and low < first - 1 and last + 1 < high:
            middle = (columns[first - 1][0] + columns[last + 1][1]) / 2
            if abs(middle - (words.left + words.right) / 2) > _CENTRED * words.size:
                break
            first, last = first - 1, last + 1
        made[k] = words._replace(first=first, last=last)
    return made


def _hits(words: Words, columns: Sequence[Edges], share: float = 0.0) -> list[int]:
    """Columns that words stand over by more than a share of their size, or the one that they are over most."""
    over = [(min(words.right, right) - max(words.left, left), k) for k, (left, right) in enumerate(columns)]
    enough = [k for shared, k in over if shared > share * words.size]
    best = max(over, default=(0.0, 0))
    return enough or ([best[1]] if best[0] > 0 else [])


def _gap(words: Words, column: Edges) -> float:
    return max(words.left - column[1], column[0] - words.right)
