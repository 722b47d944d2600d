"""Whether every word of what a table decides is accounted for: "a distilled A" is not the row A, nor is "A with adapters".

Cells decide what the words of a claim say of rows and columns. A word that neither the table has nor a statement is made of may
narrow what is spoken of, so that the row is not what is meant. Which words make a statement depends on where they stand: "A improved"
states, "the improved A" narrows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sovereign.checks.ways import way_of
from sovereign.language.metrics import mentions as metrics_in
from sovereign.language.units import dimension, read_unit
from sovereign.language.verbs import AUXILIARIES, BASE, FINITE, MODALS, PARTICIPLES, PASTS
from sovereign.language.words import STOP, normalize, word_set

from .figures import numbers_of
from .mentions import Mention, Token, find_mentions, tokens_of
from .narrowed import narrowed, spoken_of
from .operands import entity_axes
from .reading import Statement
from .sheet import Sheet
from .statements import Clause
from .unknown import initials, texts_of

_WHOLE = 0.99  # share of a header that a phrase must say to be a name by itself
_NEAR = 25  # characters between a step's number and the comparative that belongs to it
_COMPARING = ("comparison", "ranking", "best", "compare", "equal", "change", "trend")
# Words that carry a statement and narrow nothing.
_PLAIN = word_set(
    """table tables tab result results comparison comparisons however moreover furthermore clearly again see seen follow follows
    following paper term terms case cases shown showing demonstrate demonstrates demonstrated indicate indicates suggest suggests
    confirm confirms reveal reveals obtaining clear evident namely particular namely model models method methods system systems approach approaches
    dataset datasets set sets task tasks metric metrics measure measures score scores performance performs number numbers value
    values figure figures baseline baselines network networks architecture architectures framework frameworks algorithm algorithms
    compared test_set significantly substantially considerably dramatically greatly largely slightly marginally notably strongly
    consistently exactly precisely only even still already far well always generally mostly actually indeed therefore
    s a i e g"""
)
# What says of which kind a name is, right behind it: "the SQuAD corpus", but not "with a corpus".
_KIND = word_set("data corpus corpora benchmark benchmarks collection")
_STEPS = word_set(
    """point points percent percentage pp absolute relative margin margins amount gain gains improvement improvements increase
    increases decrease decreases drop drops reduction reductions gap gaps difference differences factor times fold boost decline"""
)
_MEANS = word_set("average averages averaged mean")
_NUMERALS = word_set("two three four five six seven eight nine ten")
_ORDINALS = word_set("second third fourth")
_QUANTITIES = word_set("more most less least few fewer")
# Before a name these make it another thing: "another A", "most A".
_OTHER = word_set("another other others some such any each every same own near almost no non")
_PREPOSITIONS = word_set("with without on of from by for in at after before using given under through via")
_SUBJECTS = word_set("we they it this these those that which who both all each also not only and")
_BREAKS = re.compile(r"[,;:()]|\b(?:and|that|which|who|as|when|while|to)\b")
_COUNTED = re.compile(r"\b\d{1,3}\s*(?:/|(?:out\s+)?of\s+(?:the\s+|all\s+)?)\d{1,3}\b")


def unaccounted(claim: str, sheet: Sheet, statements: Sequence[Statement]) -> list[str]:
    """Words of a plain claim that may narrow what its statements are about, so that the cells that were found are not of it.

    A word is accounted for that stands in the headers of the cells used, beside them in their rows, or in the caption; that names
    another line whole; or that makes the statement: function words, verbs that state, comparatives and numbers that were read,
    units, metrics of the table, and words for what any table holds.
    """
    names = find_mentions(claim, sheet)
    found = list(narrowed(claim, sheet, names))
    for clause in spoken_of(claim, sheet, names, statements):
        found += _Words(claim, sheet, clause, names, statements).left()
    return list(dict.fromkeys(found))


class _Words:
    """The words of one clause, each with what stands beside it."""

    def __init__(
        self, claim: str, sheet: Sheet, clause: Clause, names: Sequence[Mention], statements: Sequence[Statement]
    ) -> None:
        self.claim, self.clause, self.names = claim, clause, names
        self.tokens = [_moved(t, clause.start) for t in tokens_of(claim[clause.start : clause.end])]
        cells = [e.cell for s in statements for e in s.finding.cells]
        self.lines = {"row": {c.row for c in cells}, "column": {c.column for c in cells}}
        self.entity = entity_axes(sheet)[0]
        beside = [c.text for c in sheet.grid.cells if c.row in self.lines["row"] and any(map(str.isalpha, c.text))]
        headers = [h for c in cells for h in (*c.row_headers, *c.column_headers)]
        texts = [normalize(t) for t in (*headers, *sheet.grid.corners, sheet.grid.caption, sheet.grid.label, *beside)]
        self.known = {t.root for text in texts for t in tokens_of(text)}
        self.initials = initials(map(normalize, texts_of(sheet.grid)))
        given = {m[-1] for m in metrics_in(" ; ".join(texts))}
        self.metrics = [
            (clause.start + s, clause.start + e)
            for s, e, metric in metrics_in(clause.text)
            if not given or metric in given
        ]
        here = [s for s in statements if clause.start <= s.start < clause.end]
        self.spans = [(s.start, s.end) for s in here]
        self.steps = [(s.start, s.end) for s in here if s.operation not in (*_COMPARING, "lookup", "mean")]
        self.compares = any(s.operation in _COMPARING for s in here)
        self.averages = self.compares or any(s.operation == "mean" for s in here)
        numbers = [(n.start, n.end) for n in numbers_of(claim, clause, names)]
        self.numbers = [(start, max(end, read_unit(claim, end).end)) for start, end in numbers]
        self.units = {dimension(e.unit) for s in statements for e in s.finding.cells if e.unit}
        self.numbers += [(clause.start + m.start(), clause.start + m.end()) for m in _COUNTED.finditer(clause.text)]

    def left(self) -> Iterator[str]:
        """The words that nothing accounts for."""
        for i, token in enumerate(self.tokens):
            if not self._is_named(token) and not self._states(i):
                yield token.text

    def _is_named(self, token: Token) -> bool:
        """Whether a word stands in the table where the cells are, names another line, or is a number or a metric of it."""
        if token.root in self.known or _in(token, self.numbers) or _in(token, self.metrics):
            return True
        held = [m for m in self.names if m.start <= token.start and token.end <= m.end]
        if any(m.own or m.share >= _WHOLE or m.lines & self.lines[m.axis] for m in held):
            return True
        return token.text.isupper() and len(token.text) > 1 and token.text.lower() in self.initials

    def _states(self, i: int) -> bool:
        """Whether a word is one that a statement is made of, where it stands."""
        token, word = self.tokens[i], self.tokens[i].text.lower()
        before, after = self._word(i - 1), self._word(i + 1)
        if any(c.isdigit() for c in word):
            return False
        if word in _OTHER and self._names_a_thing(i + 1):
            return False
        if word in AUXILIARIES or word in MODALS:
            return True
        if word in _ORDINALS:
            return after in ("best", "highest", "lowest", "worst", "fastest", "slowest")
        if word in _NUMERALS:
            return not self._names_a_thing(i + 1) and before not in ("with", "without", "after")
        if word == "without":
            return self.compares
        if word in _QUANTITIES or (way_of(word) and word not in STOP | FINITE | BASE | PARTICIPLES):
            return self._compares(i) or (word in _STEPS and bool(self.steps))
        if word in STOP or word in _PLAIN:
            return True
        if word in _MEANS and self.averages:
            return True
        if word in _STEPS and (self.steps or self.compares):
            return True
        if word in _KIND:
            return self._in_name(i - 1) or after in ("set", "sets")
        if (unit := read_unit(word, 0).name) and dimension(unit) in self.units:
            return True
        return _in(token, self.spans) or self._is_verb(i)

    def _compares(self, i: int) -> bool:
        """Whether a comparative was read, or belongs to a step; before a name, "the larger A", it narrows."""
        token, after = self.tokens[i], self._word(i + 1)
        if self._names_a_thing(i + 1):
            return False
        if _in(token, self.spans) or after == "than" or (self._word(i - 1) == "at" and after[:1].isdigit()):
            return True
        if self._word(i - 1) in _PREPOSITIONS:
            return token.text.lower() == "most" and self.compares
        return any(min(abs(token.start - end), abs(start - token.end)) <= _NEAR for start, end in self.steps)

    def _is_verb(self, i: int) -> bool:
        """Whether a word is the verb of a predicate; before a name, or where another verb follows, it is an attribute."""
        word, before = self.tokens[i].text.lower(), self._word(i - 1)
        if word in BASE and (before in MODALS or before in _SUBJECTS | {"do", "does", "did"}):
            return not (before in ("and", "all", "both", "each", "only") and self._names_a_thing(i + 1))
        if word in BASE:
            return i > 0 and self._plural_before(i)
        if word in PARTICIPLES:
            joint = self.claim[self.tokens[i - 1].end : self.tokens[i].start] if i else ""
            return not self._names_a_thing(i + 1) and ("," in joint or before in (*AUXILIARIES, "and", "by", "as"))
        if word not in FINITE:
            return False
        if word not in PASTS:
            return before not in _PREPOSITIONS and (i > 0 or not self._names_a_thing(i + 1))
        if before in AUXILIARIES or before == "as":
            return True
        subject = i > 0 and (self._in_name(i - 1) or before in _SUBJECTS | _PLAIN)
        return subject and not self._verb_behind(i)

    def _plural_before(self, i: int) -> bool:
        """Whether a base form has several things before it, of which the last stands right there: "A and B reach"."""
        if not (self._in_name(i - 1) or self._word(i - 1).endswith("s")):
            return False
        ahead = self.claim[self.clause.start : self.tokens[i].start]
        return self._word(i - 1).endswith("s") or re.search(r"\b(?:and|both|all|two|three)\b|/", ahead) is not None

    def _verb_behind(self, i: int) -> bool:
        """Whether another verb follows with no joint between: "A reduced … reaches"."""
        for later in self.tokens[i + 1 :]:
            if _BREAKS.search(self.claim[self.tokens[i].end : later.start]):
                return False
            if later.text.lower() in FINITE:
                return True
        return False

    def _word(self, i: int) -> str:
        return self.tokens[i].text.lower() if 0 <= i < len(self.tokens) else ""

    def _in_name(self, i: int) -> bool:
        """Whether a word is part of a line's name."""
        return 0 <= i < len(self.tokens) and any(
            m.start <= self.tokens[i].start < m.end and m.specific for m in self.names
        )

    def _names_a_thing(self, i: int) -> bool:
        """Whether a word begins the name of one of the things that the table compares."""
        return 0 <= i < len(self.tokens) and any(
            m.start <= self.tokens[i].start < m.end and m.specific and m.axis == self.entity for m in self.names
        )


def _moved(token: Token, by: int) -> Token:
    return Token(token.root, token.text, token.start + by, token.end + by)


def _in(token: Token, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= token.start and token.end <= end for start, end in spans)
