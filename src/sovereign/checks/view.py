"""One sentence as the checks see it: words in order, content stems, words of change, pieces between its joints.

Every check asks for the view of its two texts; a view is made once. It reads English by word forms and knows no grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sovereign.language.comparisons import Parsed, parse
from sovereign.language.quantities import find_quantities
from sovereign.language.words import STOP, TOKEN, normalize, stem, stems
from sovereign.records import Quantity

from .ways import Way, way_of

# Words that carry no statement of their own: any verb of having or taking, talk of the study, words that join sentences.
LIGHT = frozenset(
    stem(word)
    for word in """require need take consume occupy use have achieve reach attain obtain yield give provide deliver make get run
    show find observe demonstrate report indicate reveal note see conclude confirm study experiment result paper work
    usage footprint consumption requirement demand percent percentage percentages fold times point points
    also moreover furthermore additionally therefore hence overall finally notably interestingly importantly indeed""".split()
)
_NUMBER_WORDS = frozenset(
    "zero two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million both".split()
)

# Where a sentence may turn to another thing: punctuation, conjunctions, and words that open a comparison.
_JOINT = re.compile(
    r"[,;:]\s|\s(?:and|but|or|while|whereas|although|though|however|yet|than|versus|vs\.?|against|compared (?:with|to)|relative to)(?=\s)"
)
# "1 200" with a thin or no-break space is one number.
_GROUPS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_BOUND = re.compile(
    r"\b(?:(?P<strict>more than|over|above|exceed(?:s|ing)?|less than|under|below|fewer than)|at least|at most|up to|as little as|as much as|within)\s+$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Word:
    """One token. ``stems`` are its content stems: none for function words, light words, numbers and words of change.

    ``start`` and ``end`` are offsets in the view's text; ``figure`` is true inside a figure with its unit and its "more than".
    """

    text: str
    start: int
    end: int
    piece: int
    stems: tuple[str, ...]
    way: Way | None
    figure: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity in its place. ``strict`` marks "more than" and "less than"; ``index`` is the word that follows it."""

    quantity: Quantity
    piece: int
    strict: bool
    before: int
    after: int


@dataclass(frozen=True)
class View:
    """A sentence in parts. ``text`` is its normal form; offsets of words point into it."""

    text: str
    words: tuple[Word, ...]
    figures: tuple[Figure, ...]

    @cached_property
    def content(self) -> frozenset[str]:
        """All content stems."""
        return frozenset(s for word in self.words for s in word.stems)

    @cached_property
    def all_stems(self) -> frozenset[str]:
        """Stems of all words, function words too: where a content word may be found."""
        return frozenset(s for word in self.words for s in stems(word.text)) | self.content

    @cached_property
    def pieces(self) -> tuple[frozenset[str], ...]:
        """Content stems of each piece."""
        found: list[set[str]] = [set() for _ in range(1 + max((w.piece for w in self.words), default=0))]
        for word in self.words:
            found[word.piece].update(word.stems)
        return tuple(map(frozenset, found))

    @cached_property
    def parsed(self) -> Parsed:
        """Results and comparisons, as the language module reads them."""
        return parse(self.text)


@lru_cache(maxsize=4096)
def view(text: str) -> View:
    """The view of a text; white space and compatibility forms make no difference."""
    text = " ".join(normalize(_GROUPS.sub("", text)).split())
    mentions = find_quantities(text)
    spans: list[tuple[int, int, bool]] = []
    for mention in mentions:
        bound = _BOUND.search(text[: mention.start])
        spans.append((bound.start() if bound else mention.start, mention.end, bool(bound and bound["strict"])))
    joints = [match.start() + 1 for match in _JOINT.finditer(text)]
    words: list[Word] = []
    at = piece = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        while piece < len(joints) and joints[piece] <= start:
            piece += 1
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        figure = at < len(spans) and spans[at][0] <= start
        lower = match[0].lower()
        way = None if figure else way_of(lower)
        content = () if figure or way else _content(match[0], not words)
        if content == ("tune",) and words and words[-1].text == "fine":
            words[-1] = Word("fine", words[-1].start, words[-1].end, words[-1].piece, (), None, False)
        words.append(Word(lower, start, end, piece, content, way, figure))
    return View(text, tuple(words), tuple(_placed(m.quantity, span, words) for m, span in zip(mentions, spans, strict=True)))


def _placed(quantity: Quantity, span: tuple[int, int, bool], words: list[Word]) -> Figure:
    start, end, strict = span
    inside = [i for i, word in enumerate(words) if word.start < end and start < word.end]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    return Figure(quantity, words[last].piece if words else 0, strict, first - 1, last + 1)


@lru_cache(maxsize=65536)
def _content(token: str, first: bool) -> tuple[str, ...]:
    """Content stems of one token; single capitals are names ("vitamin D"), number words count, light words do not."""
    lower = token.lower()
    if len(token) == 1:
        named = not token.isascii() or (token.isupper() and not (first and token == "A") and token != "I")
        return (lower,) if named and not token.isdigit() else ()
    if lower in _NUMBER_WORDS:
        return (lower,)
    if lower in STOP:
        return ()
    parts = stems(token)
    return tuple(p for p in parts if p not in STOP and p not in LIGHT and not _DIGIT.match(p) and (len(p) > 1 or not p.isascii()))


_PART = re.compile(r"(?:[^\W_]|(?<=\d)\.(?=\d))+")


def parts(token: str) -> list[str]:
    """Parts of one token, cut at hyphens and slashes; a decimal number stays whole."""
    return _PART.findall(token)


def squeezed(token: str) -> str:
    """A token without hyphens and slashes: "GPT-3.5" and "GPT3.5" are one name."""
    return "".join(parts(token))
