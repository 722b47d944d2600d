"""Whether every word of what a table decides is accounted for: "a distilled A" is not the row A, nor is "A with adapters".

Cells decide what the words of a claim say of rows and columns. A word that neither the table has nor a statement is made of may
narrow what is spoken of, so that the row is not what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from sovereign.language.metrics import mentions as metrics_in
from sovereign.language.units import read_unit
from sovereign.language.words import normalize

from .figures import numbers_of
from .grid import Grid, GridCell
from .mentions import Mention, Token, find_mentions, tokens_of
from .narrowed import narrowed, spoken_of
from .reading import Statement
from .sheet import Sheet
from .stating import AGAINST, states
from .unknown import initials, texts_of
from .worded import Span, Words, covered, words_of

_WHOLE = 0.99  # share of a header that a phrase must say to be a name by itself
_SPELT = range(2, 6)  # words that a short form may stand for
_COUNTED = re.compile(r"\b\d{1,3}\s*(?:/|(?:out\s+)?of\s+(?:the\s+|all\s+)?)\d{1,3}\b")


def unaccounted(claim: str, sheet: Sheet, statements: Sequence[Statement]) -> list[str]:
    """Words of a plain claim that may narrow what its statements are about, so that the cells that were found are not of it.

    A word is accounted for that stands in the headers of the cells used, beside them in their rows, or in the caption; that names
    another line whole, where things are held against each other; or that makes the statement: function words, verbs that state,
    comparatives and numbers that were read, units, metrics of the table, and words for what any table holds.
    """
    names = find_mentions(claim, sheet)
    found = list(narrowed(claim, sheet, names))
    cells = list(dict.fromkeys(e.cell for s in statements for e in s.finding.cells))
    for clause in spoken_of(claim, sheet, names, statements):
        words = words_of(claim, clause, sheet, names, statements)
        is_named = _naming(words, sheet.grid, cells)
        found += (t.text for i, t in enumerate(words.tokens) if not is_named(t) and not states(words, i))
    return list(dict.fromkeys(found))


def _naming(words: Words, grid: Grid, cells: Sequence[GridCell]) -> Callable[[Token], bool]:
    """Whether a word stands in the table where the cells are, names another line, or is a number or a metric of the table."""
    texts = [normalize(text) for text in _beside(grid, cells)]
    known = {t.root for text in texts for t in tokens_of(text)}
    short = {t.text.lower() for text in texts for t in tokens_of(text) if t.text.isupper() and len(t.text) > 1}
    spelt = initials(map(normalize, texts_of(grid)))
    spans = [*_numbers(words), *_metrics(words, texts), *_written_out(words, short)]
    lines = {"row": {c.row for c in cells}, "column": {c.column for c in cells}}
    held_against = words.compares or bool(words.steps) or AGAINST.search(words.clause.text) is not None

    def names_line(mention: Mention) -> bool:
        whole = mention.share >= _WHOLE and held_against
        return mention.own or whole or bool(mention.lines & lines[mention.axis])

    def is_named(token: Token) -> bool:
        if token.root in known or covered(token, spans):
            return True
        if any(names_line(m) for m in words.names if covered(token, [(m.start, m.end)])):
            return True
        return token.text.isupper() and len(token.text) > 1 and token.text.lower() in spelt

    return is_named


def _beside(grid: Grid, cells: Sequence[GridCell]) -> Iterator[str]:
    """What the table says of the cells: headers, caption, label, and texts in their rows."""
    yield from (*grid.corners, grid.caption, grid.label)
    for cell in cells:
        yield from (*cell.row_headers, *cell.column_headers)
    rows = {c.row for c in cells}
    yield from (c.text for c in grid.cells if c.row in rows and any(map(str.isalpha, c.text)))


def _numbers(words: Words) -> Iterator[Span]:
    """Numbers that can be values, with their units, and counts of lines; "3 layers" is neither."""
    start = words.clause.start
    for number in numbers_of(words.claim, words.clause, words.names):
        yield number.start, max(number.end, read_unit(words.claim, number.end).end)
    yield from ((start + m.start(), start + m.end()) for m in _COUNTED.finditer(words.clause.text))


def _metrics(words: Words, texts: Sequence[str]) -> Iterator[Span]:
    """Metrics that the table names. Measures of quality ("F1", "recall") are one metric there, but no two are one figure."""
    given = {m[-1] for m in metrics_in(" ; ".join(texts))}
    for start, end, metric in metrics_in(words.clause.text):
        if not given or (metric in given and metric != "accuracy"):
            yield words.clause.start + start, words.clause.start + end


def _written_out(words: Words, short: set[str]) -> Iterator[Span]:
    """Words that follow one another and are what a short form of the table stands for: "exact match" for "EM"."""
    for length in _SPELT:
        for i in range(len(words.tokens) - length + 1):
            run = words.tokens[i : i + length]
            if "".join(t.text[0].lower() for t in run) in short:
                yield run[0].start, run[-1].end
