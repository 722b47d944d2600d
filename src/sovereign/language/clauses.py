"""The frame of a claim's sentence: opening conditions, subject, predicate, and the phrase that opens a comparison.

A small grammar of the English that papers use for results. It reads words, not meaning: where the frame is not
recognised, parts stay empty and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENERS = r"(?:On|At|In|For|With|Without|During|When|While|Under|After|Before|From|Across|Averaged over|Among|By|Using|Per|Given|Over|Once|If|Because|Although)"
_LEAD = re.compile(rf"^{_OPENERS}\b[^,]*?(?:\([^)]*\)[^,]*?)?,\s+(?=\S)")
_PLACE_LEAD = re.compile(
    r"^In (?:the|an?|our|their|this) [\w\s,'-]{2,48}?\b(?:papers?|experiments?|comparison|study|tests?|evaluation|benchmarks?|setting|measurements?|table|work)\b(?:\s+(?:on|with|of|in|for)\s[^,]*,|,)?\s+(?=\S)"
)
_BASELINE_LEAD = re.compile(
    r"^(?:Against|Compared (?:with|to)|Relative to|In comparison (?:with|to)|Unlike|Versus)\s+(?P<name>[^,]+),\s+"
)

_VERBS = """take use need require reach achieve score average run process serve train generate decode perform lower reduce cut
decrease raise increase improve add save cost drop fall rise grow gain lose exceed outperform beat match equal keep make give
get have peak occupy consume slow speed bring yield show obtain deliver shorten double halve surpass hold attain state update
trail lead come lie stand range span fit spend pay demand account introduce incur eliminate avoid remove preserve retain
maintain provide offer enable allow accelerate boost degrade hurt help shrink compress trim report claim find learn forget
store drop sit remain stay suffer benefit converge win offset double triple activate finish complete respond return detect credit attribute trace
ascribe count estimate measure observe note quote rate print read predict accept reject cover include contain fail succeed work limit affect depend
determine cause mean inhibit promote suppress induce""".split()
_IRREGULAR = """is are was were has had took ran fell rose grew gave got kept made brought held led came lost found learnt won
spent paid stood lay does do did reached achieved scored averaged improved reduced increased decreased outperformed exceeded matched
lowered raised required needed showed performed saved dropped gained obtained yielded""".split()


def _third_person(verb: str) -> str:
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s")


# A base form ("use", "cost") is as often a noun: it opens a predicate only after a plural subject.
BASE = frozenset(_VERBS)
FINITE = frozenset(map(_third_person, _VERBS)) | frozenset(_IRREGULAR)
VERBS = BASE | FINITE
_FINITE_PATTERN = "|".join(sorted(FINITE))
_DETERMINER = frozenset(
    "the a an of in for with by and or its their this that each no as to at on per more less lower higher from".split()
)
_WORD = re.compile(r"[A-Za-z][\w'’-]*")

MARKER = re.compile(
    r"(?:,\s*)?\b(?P<word>against|versus|vs\.?|compared (?:with|to|against)|as compared to|relative to|in comparison (?:with|to)|rather than|instead of|than(?!\s+(?:about\s+|half\b|twice\b|~)?\d))\s+"
)
BREAK = re.compile(
    r"(?:;\s+|,?\s+\b(?:where|while|whereas|although|but|though|and that)\s+|,\s+(?:which|because|so that|so)\s+)"
)


@dataclass(frozen=True)
class Frame:
    """A sentence in parts. ``conditions`` are the opening phrases, ``baseline`` an opening "Against X", ``clauses`` the rest."""

    conditions: tuple[str, ...]
    baseline: str | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Clause:
    """One clause: ``subject`` before its verb, ``verb``, ``predicate`` after it. ``opener`` is the word that opened it."""

    subject: str
    verb: str
    predicate: str
    opener: str = ""


def frame(sentence: str) -> Frame:
    """The parts of one sentence; ``sentence`` is normalised text."""
    rest = sentence.strip().rstrip(".").strip()
    conditions: list[str] = []
    baseline = None
    while len(conditions) < 3:
        if match := _BASELINE_LEAD.match(rest):
            baseline, rest = match["name"].strip(), rest[match.end() :]
        elif (match := _PLACE_LEAD.match(rest) or _LEAD.match(rest)) and _has_verb(rest[match.end() :]):
            conditions.append(match[0].strip().rstrip(","))
            rest = rest[match.end() :]
        else:
            break
    return Frame(tuple(conditions), baseline, tuple(_clauses(rest)))


def _has_verb(text: str) -> bool:
    return any(w.lower() in VERBS for w in _WORD.findall(text))


def _clauses(text: str) -> list[Clause]:
    found, start, opener = [], 0, ""
    for match in [*BREAK.finditer(text), None]:
        part = text[start : match.start() if match else len(text)]
        for piece in _coordinated(part):
            clause = _clause(piece, opener)
            if not clause.subject and found and clause.verb:
                clause = Clause(found[-1].subject, clause.verb, clause.predicate, opener)
            found.append(clause)
        if match:
            start, opener = match.end(), match[0].strip(" ,;")
    return found


_AND = re.compile(r",?\s+and\s+")


def _coordinated(text: str) -> list[str]:
    """Split "S does A than B and does C" and "S needs A, and T needs C"; keep together what shares one comparison."""
    pieces, start = [], 0
    for match in _AND.finditer(text):
        rest, before = text[match.end() :], text[start : match.start()]
        first = _WORD.match(rest)
        verbal = first is not None and first[0].lower() in FINITE | {"are", "have"}
        own_subject = match[0].startswith(",") and re.match(
            rf"(?:an?|the|[A-Z])\b[^,\d]*?\b(?:{_FINITE_PATTERN})\b", rest
        )
        if (verbal and (MARKER.search(before) or not MARKER.search(rest)) and _has_verb(before)) or own_subject:
            pieces.append(before)
            start = match.end()
    pieces.append(text[start:])
    return [p.strip() for p in pieces if p.strip()]


def _clause(text: str, opener: str) -> Clause:
    """Split at the first finite verb that can be one here."""
    previous = ""
    for match in _WORD.finditer(text):
        word = match[0].lower()
        elided = opener != "" or match.start() == 0
        if word in VERBS and previous not in _DETERMINER and (previous or (elided and word in FINITE)):
            before = text[: match.start()]
            plural = previous.endswith("s") or " and " in before
            if (word in FINITE or plural) and not MARKER.search(before):
                return Clause(before.strip(), word, text[match.end() :].strip(), opener)
        previous = word
    return Clause("", "", text, opener)


_TAIL = re.compile(
    r"\s+(?:on|in|at|under|during|when|for|after|across|with only|over|from|using|and|although|though|but|is|are|was|were|has|have|while|because|since)\s.*$|\s*(?:[;(]|,\s).*$|\s+(?:with|to|of|by|against|than)$"
)
_HEAD = re.compile(
    r"^(?:the|a|an|this|that|these|our|their|its|plain|existing|earlier|previous|other|those of|that of|all|only|just|both|either|about|with|for|of|by|under|using|when)\s+",
    re.IGNORECASE,
)


def core_name(phrase: str) -> str:
    """The name in a noun phrase: no article, no trailing condition ("unmerged LoRA on GSM8K" -> "unmerged LoRA")."""
    name = phrase.strip(" ,.;:")
    while (shorter := _HEAD.sub("", name)) != name:
        name = shorter
    return _TAIL.sub("", name).strip(" ,.;:'’")
