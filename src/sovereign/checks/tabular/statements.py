"""A claim as clauses, and the words in them that compare: which way, and whether it is denied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sovereign.language.numerals import in_digits
from sovereign.language.words import any_of, normalize

from .phrases import CUES, Kind, Sense

# Where a claim says it can be seen, and whom it cites: no part of what it states.
_REFERENCE = re.compile(
    r"\([^()]*\b(?:19|20)\d\d[a-z]?\)"
    r"|\(\s*(?:see |cf\.? |in )?(?:Table|Tab\.|Figure|Fig\.|Section|Sec\.)[^()]*\)?|\(cf\.?\s*$"
    r"|\b(?:Table|Tab\.|Figure|Section)s?\s+\d+(?:\s*(?:and|,)\s*\d+)*",
    re.IGNORECASE,
)
_EXPLAINS = any_of(
    r"""showing indicating suggesting demonstrating confirming implying proving revealing highlighting thus hence due_to
    because since thanks_to"""
)
_STATES = "is|are|achiev|outperform|yield|show|perform|improv|obtain|benefit|has|have"
_SPLIT = re.compile(
    r"(?<=[a-z)%\d])[.;:](?:\s+|$)"
    r"|,?\s+\b(?:but|while|whereas|although|though|however|despite)\b"
    rf"|,\s+(?:and|with|yet|we also)\b(?=\s+(?:\w+\s+){{0,4}}?(?:{_STATES})\w*)"
    rf"|(?=,?\s+(?:{_EXPLAINS}|which\s+(?:shows?|suggests?|indicates?|confirms?|means|demonstrates?|gives))\b)"
)
# "While A is ahead of B, C ...": the comma ends what is conceded.
_CONCEDED = re.compile(
    r"(?:^|(?<=[.;:] )|(?<=[.;:]))(?:while|although|though|whereas|despite|even though)\b(?:[^,.;()]|\([^()]*\)|\.(?=\d))*(?=,\s)",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"^,?\s*(?:{_EXPLAINS}|which\s+\w+)\b")
DENIED = re.compile(
    r"\b(?:not|n't|no|never|neither|nor|fail(?:s|ed)?\s+to|cannot|can't|unable|hardly|rather than|instead of|without"
    r"|nothing)\b|n['’]t\b",
    re.IGNORECASE,
)
_REACH = 7  # words from a denial to what it denies
_DENIED_AFTER = re.compile(r"[^,;]{0,60}?\b(?:is|are|was|were)\s+(?:not|neither|hardly)\b", re.IGNORECASE)
_NOT_ALL = re.compile(r"\s*(?:always|all|every|consistently|necessarily|uniformly)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"(?:ed|en)$")
_EVERY = re.compile(
    r"\b(?:consistently|always|across the board|uniformly)\b|\b(?:all|every|each|both)\b(?:\s+[\w-]+){0,3}?\s+"
    r"(?:metrics?|measures?|scores?|data\s?sets?|tasks?|sub-?tasks|settings?|languages?|domains?|cases|corpora|categor\w+"
    r"|benchmarks?|conditions?|sizes|splits?|sets?|subsets|types)\b",
    re.IGNORECASE,
)
_MOSTLY = re.compile(
    r"\b(?:most|mostly|overall|generally|in general|on average|majority|usually|typically|often|almost|nearly)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?<![\d.,/])(?P<held>\d{1,3})(?:\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?|/)(?P<all>\d{1,3})(?![\d.,/]\d|%)"
)
_NTH = re.compile(r"\b(?P<n>second|third|fourth|2nd|3rd|4th)[\s-]+$", re.IGNORECASE)
_ORDER = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_HEDGED = re.compile(r"\b(?:might|could|would|should|expect(?:ed)?|hypothes\w+|believe|if)\b", re.IGNORECASE)
_AMONG = re.compile(r"\b(?:among|one of|some of)\s+(?:the\s+)?(?:top\s+|very\s+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """A part of the claim. ``tail`` is true for what explains or concludes ("showing that …")."""

    start: int
    end: int
    text: str
    tail: bool = False


@dataclass(frozen=True)
class Cue:
    """Words that compare, ``start`` to ``end`` in the claim.

    ``denied``: they are said not to hold, with ``not_all`` not everywhere; ``hedged``: they are only supposed; ``nth`` is 2 for
    "second best"; ``among``: "among the best".
    """

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
    splits = {m.start() for m in _SPLIT.finditer(claim)} | {m.end() for m in _CONCEDED.finditer(claim)}
    starts = sorted({0, *splits})
    found = []
    for start, stop in zip(starts, [*starts[1:], len(claim)], strict=True):
        if (text := claim[start:stop]).strip(" .,;:"):
            found.append(Clause(start, stop, text, _TAIL.match(text.lstrip(" .;:")) is not None))
    return found


def cues_of(clause: Clause) -> list[Cue]:
    """What a clause says of more and less, left to right, none overlapping; the first pattern that fits counts."""
    found: list[Cue] = []
    for kind, sense, pattern in CUES:
        for match in pattern.finditer(clause.text):
            cue = _cue(clause, kind, sense, match)
            if not any(c.start < cue.end and cue.start < c.end for c in found):
                found.append(cue)
    return sorted(found, key=lambda c: c.start)


def _cue(clause: Clause, kind: Kind, sense: Sense, match: re.Match[str]) -> Cue:
    before = clause.text[: match.start()]
    denials = [m for m in DENIED.finditer(before) if _reaches(before[m.end() :])]
    after = kind == "change" and _DENIED_AFTER.match(clause.text, match.end()) is not None
    nth = _NTH.search(before)
    return Cue(
        kind=kind,
        sense=sense,
        start=clause.start + match.start(),
        end=clause.start + match.end(),
        denied=(len(denials) + after) % 2 == 1,
        passive=bool(_PASSIVE.search(before) and _PARTICIPLE.search(match[0])),
        not_all=any(_NOT_ALL.match(before, m.end()) for m in denials),
        nth=_ORDER[nth["n"].lower()] if nth else 1,
        hedged=_HEDGED.search(before) is not None,
        among=_AMONG.search(before) is not None,
    )


def _reaches(between: str) -> bool:
    """Whether a denial still denies what stands behind these words."""
    return len(between.split()) <= _REACH and "," not in between


def every(text: str) -> bool:
    """Whether a clause speaks of all: "on all tasks", "consistently"."""
    return _EVERY.search(text) is not None


def counted(text: str) -> tuple[int, int] | None:
    """Of how many of how many a clause speaks: "on three of the five tasks" is (3, 5); None where it does not count."""
    found = _COUNTED.search(in_digits(text))
    return (int(found["held"]), int(found["all"])) if found else None


def mostly(text: str) -> bool:
    """Whether a clause speaks of most: "overall", "in most cases"."""
    return _MOSTLY.search(text) is not None
