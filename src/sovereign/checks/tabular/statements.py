"""A claim as statements that a table can decide: who is compared with whom, which way, and whether it is denied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sovereign.language.words import any_of, normalize

Kind = Literal["compare", "best", "equal", "change"]
Sense = Literal["better", "worse", "more", "less", "fast", "slow"]

_REFERENCE = re.compile(r"\([^()]*\b(?:19|20)\d\d[a-z]?\)|\(\s*(?:see |cf\.? |in )?(?:Table|Tab\.|Figure|Fig\.|Section|Sec\.)[^()]*\)?|\(cf\.?\s*$|\b(?:Table|Tab\.|Figure|Section)s?\s+\d+(?:\s*(?:and|,)\s*\d+)*", re.I)
_SPLIT = re.compile(
    r"(?<=[a-z)%\d])[.;:](?:\s+|$)|,?\s+\b(?:but|while|whereas|although|though|however|despite)\b|,\s+(?:and|with|yet|we also)\b(?=\s+(?:\w+\s+){0,4}?(?:is|are|achiev|outperform|yield|show|perform|improv|obtain|benefit|has|have)\w*)"
    r"|(?=,?\s+(?:showing|indicating|suggesting|demonstrating|confirming|implying|proving|revealing|highlighting|which\s+(?:shows?|suggests?|indicates?|confirms?|means|demonstrates?|gives)|thus|hence|due to|because|since|thanks to)\b)"
)
_TAIL = re.compile(r"^,?\s*(?:showing|indicating|suggesting|demonstrating|confirming|implying|proving|revealing|highlighting|which\s+\w+|thus|hence|due to|because|since|thanks to)\b")
_CHANGES = {
    "better": r"improv(?:e|es|ed|ing|ements?) boost(?:s|ed|ing)? enhanc(?:e|es|ed|ing) help(?:s|ed|ful)? benefit(?:s|ed|ial)? gains? positive_(?:impacts?|effects?|influence)",
    "worse": r"hurt(?:s|ing)? degrad(?:e|es|ed|ing|ation) harm(?:s|ed|ing|ful)? worsen(?:s|ed|ing)? deteriorat\w+ negative_(?:impacts?|effects?|influence)",
    "more": r"increas(?:e|es|ed|ing) rais(?:e|es|ed) ris(?:e|es|ing) rose grow(?:s|n)? grew",
    "less": r"decreas(?:e|es|ed|ing) reduc(?:e|es|ed|ing|tions?) drop(?:s|ped|ping)? lower(?:s|ed|ing) declin(?:e|es|ed|ing) fall(?:s|ing)? fell",
    "fast": r"accelerat(?:e|es|ed|ing) speed(?:s)?_up",
    "slow": r"slow(?:s|ed)?_down",
}
_BEATS = r"(?:out-?perform|surpass|exceed|beat|outrank|top)(?:s|ed|ing|en)?"
_QUALIFIED = r"(?:\s+[\w/-]+(?:\s*\([^()]*\))?){0,7}?"
_PATTERNS: tuple[tuple[Kind, Sense, str], ...] = (
    ("compare", "better", rf"\b{_BEATS}\b"),
    ("compare", "worse", r"\b(?:under-?perform(?:s|ed|ing)?|lag(?:s|ged)?\s+behind|fall(?:s)?\s+behind|trail(?:s)?)\b"),
    ("compare", "better", rf"\b(?:better|superior|stronger|more\s+(?:accurate|effective|robust|precise|efficient))\b(?={_QUALIFIED}\s+(?:than|to|over|compared|when\s+compared)\b)"),
    ("compare", "worse", rf"\b(?:worse|inferior|weaker|poorer|less\s+(?:accurate|effective|robust|precise))\b(?={_QUALIFIED}\s+(?:than|to|compared|when\s+compared)\b)"),
    ("compare", "fast", r"\bfaster\b"),
    ("compare", "slow", r"\bslower\b"),
    ("compare", "more", rf"\b(?:higher|larger|greater|bigger|more|above)\b(?={_QUALIFIED}\s+(?:than|compared)\b)|\bgreater than\b"),
    ("compare", "less", rf"\b(?:lower|smaller|less|fewer|shorter|below)\b(?={_QUALIFIED}\s+(?:than|compared)\b)"),
    ("equal", "better", r"\b(?:comparable|similar|on par|competitive|equivalent|the same|match(?:es|ed)?|(?:performs?\s+)?comparably|similarly)\b(?=(?:\s+[\w-]+){0,4}?\s+(?:to|with|as|that|than)\b)"),
    ("best", "better", r"\b(?:best|highest[\s-](?:performing|scoring|quality)|top[\s-](?:performing|scoring)|state-of-the-art|outstanding|strongest|most\s+(?:effective|accurate|robust|efficient|successful|beneficial))\b"),
    ("best", "worse", r"\b(?:worst|poorest|weakest|least\s+(?:effective|accurate|robust|efficient|beneficial))\b"),
    ("best", "more", r"\b(?:highest|largest|greatest|biggest|maximum|peaks?\s+(?:at|on|with))\b|\bmost\b(?!\s+(?:of|models|cases|tasks|datasets|metrics|\w+ly\b))"),
    ("best", "less", r"\b(?:lowest|smallest|fewest|least|minimum|minimal)\b"),
    ("best", "fast", r"\bfastest\b"),
    ("best", "slow", r"\bslowest\b"),
    *((("change"), sense, rf"\b{any_of(words)}\b") for sense, words in _CHANGES.items()),  # type: ignore[misc]
)  # fmt: skip
_CUES = tuple((kind, sense, re.compile(pattern, re.I)) for kind, sense, pattern in _PATTERNS)
DENIED = re.compile(
    r"\b(?:not|n't|no|never|neither|nor|fail(?:s|ed)?\s+to|cannot|can't|unable|hardly|rather than|instead of|without|nothing)\b|n['’]t\b", re.I
)
_NOT_ALL = re.compile(r"\s*(?:always|all|every|consistently|necessarily|uniformly)\b", re.I)
_DENIED_AFTER = re.compile(r"[^,;]{0,60}?\b(?:is|are|was|were)\s+(?:not|neither|hardly)\b", re.I)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being)\s+(?:\w+ly\s+)?$", re.I)
_EVERY = re.compile(r"\b(?:all|every|each|both|consistently|always|across the board|any|uniformly|regardless)\b", re.I)
_MOST = re.compile(r"\b(?:most|mostly|overall|generally|in general|on average|majority|usually|typically|often|almost|nearly)\b", re.I)
_NTH = re.compile(r"\b(?P<n>second|third|fourth|2nd|3rd|4th)[\s-]+$", re.I)
_ORDER = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_AMONG = re.compile(r"\b(?:among|one of|some of)\s+(?:the\s+)?(?:top\s+|very\s+)?$", re.I)
THAN = re.compile(r"\b(?:than|compared\s+(?:to|with|against)|in comparison (?:to|with)|relative to|over|against|versus|vs\.?|upon|with respect to|to that of|to|that of|with|as)\b", re.I)
_HEDGED = re.compile(r"\b(?:might|could|would|should|expect(?:ed)?|hypothes\w+|believe|if)\b", re.I)


@dataclass(frozen=True)
class Clause:
    """A part of the claim. ``tail`` is true for what explains or concludes ("showing that …")."""

    start: int
    end: int
    text: str
    tail: bool = False


@dataclass(frozen=True)
class Cue:
    """Words that compare, ``start`` to ``end`` in the claim. ``denied``: they are said not to hold; ``nth`` is 2 for "second best"."""

    kind: Kind
    sense: Sense
    start: int
    end: int
    denied: bool = False
    passive: bool = False
    not_all: bool = False
    nth: int = 1
    hedged: bool = False
    among: bool = False


def plain_claim(claim: str) -> str:
    """A claim without the places it points to ("(Table 3, top half)"), normalised."""
    return " ".join(_REFERENCE.sub(" ", normalize(claim)).split())


def clauses_of(claim: str) -> list[Clause]:
    """The clauses of a plain claim, in order."""
    ends = [m for m in _SPLIT.finditer(claim)]
    starts = [0, *(m.start() for m in ends)]
    stops = [*starts[1:], len(claim)]
    found = []
    for start, stop in zip(starts, stops, strict=True):
        if (text := claim[start:stop]).strip(" .,;:"):
            found.append(Clause(start, stop, text, _TAIL.match(text.lstrip(" .;:")) is not None))
    return found


def cues_of(clause: Clause) -> list[Cue]:
    """What a clause says of more and less, left to right, none overlapping; earlier patterns win."""
    found: list[Cue] = []
    for kind, sense, pattern in _CUES:
        for match in pattern.finditer(clause.text):
            start, end = clause.start + match.start(), clause.start + match.end()
            if any(c.start < end and start < c.end for c in found):
                continue
            before = clause.text[: match.start()]
            no = [m for m in DENIED.finditer(before) if len(before[m.end() :].split()) <= 7 and "," not in before[m.end() :]]
            if kind == "change" and _DENIED_AFTER.match(clause.text, match.end()):
                no.append(match)
            nth = _NTH.search(before)
            found.append(
                Cue(
                    kind, sense, start, end, len(no) % 2 == 1, bool(_PASSIVE.search(before)) and bool(re.search(r"(?:ed|en)$", match[0])),
                    any(_NOT_ALL.match(before, m.end()) for m in no), _ORDER[nth["n"].lower()] if nth else 1,
                    bool(_HEDGED.search(before)), bool(_AMONG.search(before)),
                )
            )  # fmt: skip
    return sorted(found, key=lambda c: c.start)


def every(text: str) -> bool:
    """Whether a clause speaks of all: "on all tasks", "consistently"."""
    return _EVERY.search(text) is not None


def mostly(text: str) -> bool:
    """Whether a clause speaks of most: "overall", "in most cases"."""
    return _MOST.search(text) is not None
