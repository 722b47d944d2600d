"""One sentence as the checks see it: words in order, content stems, words of change, pieces between its joints.

Every check asks for the view of its two texts; a view is made once. It reads English by word forms and knows no
grammar. Nothing here compares.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from sovereign.language.comparisons import Parsed, parse
from sovereign.language.numerals import in_digits
from sovereign.language.quantities import find_quantities
from sovereign.language.words import STOP, TOKEN, normalize, stem, stems, word_set
from sovereign.records import Quantity

from .ways import Way, way_of

# Words that carry no statement of their own: verbs of having or taking, talk of the study, words that join sentences.
_LIGHT_WORDS = """
    require need take consume occupy use have achieve reach attain obtain yield give provide deliver make get run
    show find observe demonstrate report indicate reveal note see conclude confirm study experiment result paper work
    usage footprint consumption requirement demand percent percentage percentages fold times point points
    also moreover furthermore additionally therefore hence overall finally notably interestingly importantly indeed
"""
_LIGHT = frozenset(map(stem, _LIGHT_WORDS.split()))
# Words of one sense and one strength in statements of results, and forms of one word that stemming keeps apart.
_GROUPS_OF_ONE_SENSE = (
    "associate correlate link relate",
    "regulate modulate control",
    "patient participant",
    "tumor tumour tumors tumours",
    "cancer carcinoma carcinomas",
    "mouse mice murine",
    "virus viral viruses",
    "bacteria bacterial bacterium",
    "child children",
    "affect influence effect",
    "medication drug",
    "mean average",
)
_ONE_SENSE = {stem(word): stem(group.split()[0]) for group in _GROUPS_OF_ONE_SENSE for word in group.split()}
_NUMBER_WORDS = word_set(
    "zero two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million"
)

# Names that only their capitals tell from function words.
_CAPITALS = word_set("US IT WHO")

# Where a sentence may turn to another thing: punctuation, conjunctions, and words that open a comparison.
_JOINT = re.compile(
    r"[,;:]\s|\s(?:and|but|or|while|whereas|although|though|however|yet|than|versus|vs\.?|against|compared (?:with|to)"
    r"|relative to)(?=\s)"
)
# "1 200" with a thin or no-break space is one number.
_DIGIT_GROUPS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FACTOR = re.compile(r"\ba factor of (\d+(?:\.\d+)?)(?![\w%]|[.,]\d)")
_BOUND = re.compile(
    r"\b(?:(?P<above>more than|over|above|exceed(?:s|ing)?)|(?P<least>at least|as much as)"
    r"|(?P<below>less than|under|below|fewer than)|at most|up to|as little as|within)\s+$",
    re.IGNORECASE,
)
_LONGEST_BOUND = 16  # characters
DIGIT = re.compile(r"\d")


class Word(NamedTuple):
    """One token. ``stems`` are its content stems: none for function words, light words, numbers and words of change.

    ``start`` and ``end`` are offsets in the view's text, ``piece`` counts the joints before it; ``figure`` is true
    inside a figure with its unit and its "more than". ``keys`` are the stems, but one key for a name with digits
    ("NGC-1290"), which is one thing.
    """

    text: str
    start: int
    end: int
    piece: int
    stems: tuple[str, ...]
    keys: tuple[str, ...]
    way: Way | None
    figure: bool


class Figure(NamedTuple):
    """A quantity in its place: its piece, and the indices of the words before and after it.

    ``strict`` marks "more than" and "less than", which leave out the value itself.
    """

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
        """Content stems, and the stems of words of change: where a content word may be found."""
        return self.content.union(*(stems(word.text) for word in self.words if word.way))

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
    """The view of a text; white space, compatibility forms and counts in words or digits make no difference."""
    text = in_digits(" ".join(normalize(_DIGIT_GROUPS.sub("", text)).split()))
    text = _FACTOR.sub(r"\1x", text)
    mentions = find_quantities(text)
    bounds = [_BOUND.search(text, max(0, m.start - _LONGEST_BOUND), m.start) for m in mentions]
    spans = [(b.start() if b else m.start, m.end) for b, m in zip(bounds, mentions, strict=True)]
    words = _words(text, spans)
    figures = [_placed(m.quantity, b, s, words) for m, b, s in zip(mentions, bounds, spans, strict=True)]
    return View(text, tuple(words), tuple(figures))


def _words(text: str, spans: list[tuple[int, int]]) -> list[Word]:
    """The tokens of a text, in order; ``spans`` are those of its figures."""
    joints = [match.start() + 1 for match in _JOINT.finditer(text)]
    words: list[Word] = []
    span = piece = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        while piece < len(joints) and joints[piece] <= start:
            piece += 1
        while span < len(spans) and spans[span][1] <= start:
            span += 1
        inside = span < len(spans) and spans[span][0] <= start and end <= spans[span][1]
        if inside and not (match[0][0].isalpha() and DIGIT.search(match[0])):  # "A100" in "3,456 A100 hours" is a name
            words.append(Word(match[0].lower(), start, end, piece, (), (), None, True))
            continue
        # "CD4+" is not CD4.
        plus = text[end : end + 1] == "+" and not text[end + 1 : end + 2].isalnum()
        lower, way, found, keys = _read(match[0] + "+" * plus, not words)
        if found == ("tune",) and words and words[-1].text == "fine":
            words[-1] = words[-1]._replace(stems=(), keys=())
        words.append(Word(lower, start, end, piece, found, keys, way, False))
    return words


def _placed(quantity: Quantity, bound: re.Match[str] | None, span: tuple[int, int], words: list[Word]) -> Figure:
    first = bisect_left(words, span[0], key=lambda w: w.end)
    after = bisect_left(words, span[1], key=lambda w: w.start)
    if bound and quantity.bound == "exact":
        quantity = quantity.model_copy(update={"bound": "at_least" if bound["above"] or bound["least"] else "at_most"})
    strict = bound is not None and bool(bound["above"] or bound["below"])
    return Figure(quantity, words[after - 1].piece if words else 0, strict, first - 1, after)


@lru_cache(maxsize=65536)
def _read(token: str, first: bool) -> tuple[str, Way | None, tuple[str, ...], tuple[str, ...]]:
    """A token in lower case, its way, stems and keys; "high-dose" is a word of change and a word."""
    lower = token.lower()
    way = way_of(lower)
    if way is not None:
        return lower, way, (), ()
    found = _content(token, first)
    if found and lower.startswith("non-"):  # what is no user is no kind of user
        found = (squeezed(lower),)
    if "-" in lower and (way := way_of(parts(lower)[0])):
        found = found[1:]
    return lower, way, found, (squeezed(lower),) if found and DIGIT.search(lower) else found


def _content(token: str, first: bool) -> tuple[str, ...]:
    """Content stems of one token; single capitals are names ("vitamin D"), number words count, light words do not."""
    lower = token.lower()
    if token.endswith("+"):
        return (lower,)
    if is_compound_name(token):
        return (squeezed(lower),)
    if len(token) == 1:
        named = not token.isascii() or (token.isupper() and not (first and token == "A") and token != "I")
        return (lower,) if named and not token.isdigit() else ()
    if lower in _NUMBER_WORDS:
        return (lower,)
    if lower in STOP:
        return (lower,) if token in _CAPITALS else ()
    return tuple(
        _ONE_SENSE.get(p, p)
        for p in stems(token)
        if p not in STOP and p not in _LIGHT and not DIGIT.match(p) and (len(p) > 1 or not p.isascii())
    )


_PART = re.compile(r"(?:[^\W_]|(?<=\d)\.(?=\d))+")


def parts(token: str) -> list[str]:
    """Parts of one token, cut at hyphens and slashes; a decimal number stays whole."""
    return _PART.findall(token)


def squeezed(token: str) -> str:
    """A token without hyphens and slashes: "GPT-3.5" and "GPT3.5" are one name."""
    return "".join(parts(token))


def is_compound_name(token: str) -> bool:
    """Whether a token with hyphens is one name: "DNA-PK", "TGF-B", not "DNA-based" and not "Low-Rank"."""
    if token.isalnum():  # most tokens have one part
        return False
    pieces = [p for p in parts(token) if any(c.isalpha() for c in p)]
    capitals = all(any(c.isupper() for c in p) for p in pieces)
    return len(pieces) > 1 and capitals and any(len(p) == 1 or any(c.isupper() for c in p[1:]) for p in pieces)
