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
from .statements import Clause, cues_of
from .unknown import initials, texts_of

_WHOLE = 0.99  # share of a header that a phrase must say to be a name by itself
_NEAR = 25  # characters between a step's number and the comparative that belongs to it
_COMPARING = ("comparison", "ranking", "best", "compare", "equal", "change", "trend")
# Words that carry a statement and narrow nothing: of presenting, of judging, and for what any table holds.
_PLAIN = word_set(
    """table tables tab result results work works comparison comparisons terms case cases however moreover furthermore clearly again
    namely particular example whereas able though although despite perhaps therefore see seen follow follows following shown showing presented
    listed given demonstrate demonstrates demonstrated indicate indicates suggest suggests suggesting confirm confirms reveal reveals
    paper clear evident significant significantly substantially considerably dramatically greatly largely slightly marginally notably
    strong strongly consistently exactly precisely only even still already far well always generally mostly actually indeed others
    model models method methods system systems approach approaches network networks baseline baselines architecture architectures
    framework frameworks algorithm algorithms dataset datasets set sets task tasks subtask subtasks metric metrics measure measures
    score scores quality performance number numbers value values figure figures s i e g t don doesn didn isn aren wasn weren"""
)
# What came earlier, of no one: "the previous results", but "the previous A" is another A.
_EARLIER = word_set("previous prior existing published proposed current last best state art competing")
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
_SUBJECTS = word_set("we they it this these those that which who both all each also not t only and")
_LEADS = AUXILIARIES | {"and", "by", "as", "still", "despite", "best", "while", "only"}
_BREAKS = re.compile(r"[;:]|\b(?:and|that|which|who|as|when|while|to)\b")
_AGAINST = re.compile(r"\b(?:compar\w+|contrast\w*|relative|than|versus|vs|against|over)\b", re.IGNORECASE)
_SPELT = range(2, 6)  # words that a short form may stand for
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
        self.short = {t.text.lower() for text in texts for t in tokens_of(text) if t.text.isupper() and len(t.text) > 1}
        self.initials = initials(map(normalize, texts_of(sheet.grid)))
        given = {m[-1] for m in metrics_in(" ; ".join(texts))}
        # Measures of quality ("F1", "recall") are one metric there, but no two are one figure.
        self.metrics = [
            (clause.start + start, clause.start + end)
            for start, end, metric in metrics_in(clause.text)
            if not given or (metric in given and metric != "accuracy")
        ]
        self.metrics += self._written_out()
        here = [s for s in statements if clause.start <= s.start < clause.end]
        self.spans = [(s.start, s.end) for s in here]
        self.steps = [(s.start, s.end) for s in here if s.operation not in (*_COMPARING, "lookup", "mean")]
        self.compares = any(s.operation in _COMPARING for s in here)
        if self.compares:
            self.spans += [(c.start, c.end) for c in cues_of(clause)]
        self.apart = self.compares or bool(self.steps) or _AGAINST.search(clause.text) is not None
        self.averages = self.compares or any(s.operation == "mean" for s in here)
        numbers = [(n.start, n.end) for n in numbers_of(claim, clause, names)]
        self.numbers = [(start, max(end, read_unit(claim, end).end)) for start, end in numbers]
        self.units = {dimension(e.unit) for s in statements for e in s.finding.cells if e.unit}
        self.numbers += [(clause.start + m.start(), clause.start + m.end()) for m in _COUNTED.finditer(clause.text)]

    def _written_out(self) -> list[tuple[int, int]]:
        """Where words that follow one another are what a short form of the table stands for: "exact match" for "EM"."""
        words = self.tokens
        runs = (words[i : i + n] for n in _SPELT for i in range(len(words) - n + 1))
        return [(run[0].start, run[-1].end) for run in runs if "".join(t.text[0].lower() for t in run) in self.short]

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
        if any(m.own or (m.share >= _WHOLE and self.apart) or m.lines & self.lines[m.axis] for m in held):
            return True
        return token.text.isupper() and len(token.text) > 1 and token.text.lower() in self.initials

    def _states(self, i: int) -> bool:
        """Whether a word is one that a statement is made of, where it stands."""
        token, word = self.tokens[i], self.tokens[i].text.lower()
        before, after = self._word(i - 1), self._word(i + 1)
        if any(c.isdigit() for c in word):
            return False
        read, attribute = _in(token, self.spans), self._names_a_thing(i + 1) and "," not in self._joint(i)
        if word in _OTHER and (attribute or self._in_name(i + 1)) and not read:
            return False
        if word in AUXILIARIES or word in MODALS:
            return True
        if word in _ORDINALS:
            return after in ("best", "highest", "lowest", "worst", "fastest", "slowest")
        if word in _NUMERALS:
            return not attribute and before not in ("with", "without", "after")
        if word == "without":
            return self.compares
        if word in ("ahead", "behind"):
            return self.compares or bool(self.steps)
        if word == "strong" or (word == "proposed" and before == "our"):
            return True
        if word in ("clear", "evident", "significant") and attribute:
            return False
        if word in _EARLIER and (after in _EARLIER | _PLAIN or self._is_state_of_the_art(i)):
            return not attribute
        if word in _QUANTITIES or (way_of(word) and word not in STOP | FINITE | BASE | PARTICIPLES):
            return self._compares(i) or (word in _STEPS and bool(self.steps))
        if word in STOP or word in _PLAIN:
            return True
        if word in _MEANS and self.averages:
            placed = before in _PREPOSITIONS and self._in_name(i + 1) and "," not in self._joint(i)
            return not attribute and not placed and after != "of"
        if word in _STEPS and (self.steps or self.compares):
            return True
        if word in _KIND:
            return self._in_name(i - 1) or after in ("set", "sets")
        if word in ("base", "lines") and f"{before} {word} {after}".find("base lines") >= 0:
            return True
        if (unit := read_unit(word, 0).name) and dimension(unit) in self.units:
            return True
        if read and not attribute and before not in _PREPOSITIONS and (after != "of" or not self._names_a_thing(i + 2)):
            return True
        return self._is_verb(i) or (way_of(word) is not None and self._compares(i))

    def _compares(self, i: int) -> bool:
        """Whether a comparative was read, or belongs to a step; before a name, "the larger A", it narrows."""
        token, after = self.tokens[i], self._word(i + 1)
        if self._names_a_thing(i + 1) or (after == "of" and self._names_a_thing(i + 2)):
            return False
        if after == "than" or (self._word(i - 1) == "at" and after[:1].isdigit()):
            return True
        if self._word(i - 1) in _PREPOSITIONS and not _AGAINST.search(self.claim[token.end : self.clause.end]):
            return token.text.lower() == "most" and self.compares and not self._in_name(i + 1)
        if _in(token, self.spans):
            return True
        if self.compares and (way := way_of(token.text.lower())) and way.axis == "same":
            return True
        return any(min(abs(token.start - end), abs(start - token.end)) <= _NEAR for start, end in self.steps)

    def _is_verb(self, i: int) -> bool:
        """Whether a word is the verb of a predicate; before a name, or where another verb follows, it is an attribute."""
        word, before = self.tokens[i].text.lower(), self._word(i - 1)
        if word in BASE and (before in MODALS or before in {"do", "does", "did", "we", "they"}):
            return True
        if word in BASE and before in _SUBJECTS:
            return not self._names_a_thing(i + 1) or (before not in ("and", "that") and _in(self.tokens[i], self.spans))
        if word in BASE:
            return i > 0 and self._plural_before(i)
        if word in PARTICIPLES:
            leads = "," in self._joint(i - 1) or before in _LEADS or before.endswith("ly")
            return (
                leads
                and "," not in self._joint(i)
                and (_in(self.tokens[i], self.spans) or not self._names_a_thing(i + 1))
            )
        if word not in FINITE:
            return False
        if word not in PASTS:
            return before not in _PREPOSITIONS and (i > 0 or not self._names_a_thing(i + 1))
        if before in AUXILIARIES or before == "as":
            return True
        subject = self._in_name(i - 1) or before in _SUBJECTS | _PLAIN
        return subject and "," not in self._joint(i - 1) and not self._other_verb(i)

    def _plural_before(self, i: int) -> bool:
        """Whether a base form has several things before it, of which the last stands right there: "A and B reach"."""
        before = self._word(i - 1)
        if before.endswith("s") and before in _PLAIN and len(before) > 1:
            return True
        ahead = self.claim[self.clause.start : self.tokens[i].start]
        return self._in_name(i - 1) and re.search(r"\b(?:and|both|all|two|three)\b|/", ahead) is not None

    def _other_verb(self, i: int) -> bool:
        """Whether the clause has another verb with no joint between: "A reduced … reaches", "reaches … reduced"."""
        mine = self.tokens[i]
        for other in (t for t in self.tokens if t is not mine and t.text.lower() in FINITE):
            first, second = sorted((mine, other), key=lambda t: t.start)
            if not _BREAKS.search(self.claim[first.end : second.start]):
                return True
        return False

    def _joint(self, i: int) -> str:
        """What stands between a word and the next."""
        inside = 0 <= i < len(self.tokens) - 1
        return self.claim[self.tokens[i].end : self.tokens[i + 1].start] if inside else ""

    def _is_state_of_the_art(self, i: int) -> bool:
        return "state of the art" in " ".join(self._word(k) for k in range(i - 3, i + 4))

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
