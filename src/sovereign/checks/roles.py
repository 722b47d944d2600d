"""Check ``roles``: who does it to whom, and who is compared with whom?

Sees: a comparison turned round ("A than B" and "B than A"), a subject that the evidence names only as what it compares
with ("Unlike A, …"), and a subject and an object that have changed places. Knows the passive with "by" and the fronted
"Compared with B, …". Cannot see: roles that only grammar tells, as in "inhibition of B by A".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sovereign.language.clauses import FINITE
from sovereign.language.words import word_set
from sovereign.records import CheckOutcome

from .outcome import checked
from .view import View, Word, view

_MARKER = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:with|to|against)|relative to|in comparison (?:with|to)|rather than"
    r"|instead of|in contrast (?:to|with)|unlike|outperform\w*|exceed\w*|surpass\w*|beat(?:s|en)?"
    r"|(?:improv|gain|advantage|speed-?up|overhead|increas|reduc)\w*(?: \S+)? over)\s(?!(?:about )?\d(?!\w*-[A-Za-z])(?!\S*(?: percent| %)?\s(?:of|in|for|with|among|on|at)\s))"
    r"|\b(?:times|half|twice|double|a third) (?:that|those|as \w+ as that) of\s",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:]\s|\s(?:while|whereas|but|and|because|which|if|although|though)\s|[.]?$")
_LEAD = re.compile(
    r"(?:In|On|At|For|With|During|When|While|Under|After|Before|From|Across|Among|By|Using|Per|Given|Over|Once|If|Here"
    r"|Overall|Compared|Relative|Unlike|Against|Versus|However|Moreover|Furthermore|Additionally|Notably|Importantly"
    r"|Finally|Thus|Therefore|Interestingly)\b[^,]*,\s+",
    re.IGNORECASE,
)
_AS_AS = re.compile(
    r"(?<!times )(?<!twice )(?<!half )\bas (?!well|much as|many as|long as|soon)\w+ as\b", re.IGNORECASE
)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_AUXILIARY = word_set("is are was were be been has have had can could may might will would must do does did")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\b(?:\s\w+)?\s\w+(?:ed|en|wn|ld|nt)\s(?:\w+\s)?by\b", re.IGNORECASE
)
# "B is outperformed by A" says that A outperforms B.
_BEATEN = re.compile(
    r"\b(?:is|are|was|were|be|been|being) (?:\w+ )?(?:outperformed|exceeded|surpassed|beaten)\s$", re.IGNORECASE
)
_BY_WHOM = re.compile(r"by (?!\d|an? \w+ of\b|more\b|up\b|over\b|about\b)")
_LONGEST_ITEM = 4  # words of an item of a list
_PREPOSITION = word_set("in on at for during with after when by from to through via under while because before than")


@dataclass(frozen=True)
class Roles:
    """Who is who in a sentence, as keys of words.

    ``compared`` is what the subject is compared with, up to a preposition, and ``tail`` what follows it. ``main`` is
    all else, ``stated`` the part of it behind opening phrases, ``order`` the first place of each of its keys.
    """

    subject: frozenset[str]
    object: frozenset[str]
    compared: frozenset[str]
    tail: frozenset[str]
    main: frozenset[str]
    stated: frozenset[str]
    order: dict[str, int]
    passive: bool


@lru_cache(maxsize=4096)
def roles(text: str) -> Roles:
    """The roles in a sentence, as far as word forms and order tell."""
    seen = view(text)
    start = _start(seen.text)
    compared: list[int] = []
    tail: list[int] = []
    beaten = False
    for match in _MARKER.finditer(seen.text):
        stop = _end_of_clause(seen, match.end())
        phrase = [i for i, w in enumerate(seen.words) if match.end() <= w.start < stop]
        # "against 41 % in the other arm on the same day" is compared with the other arm.
        named = next((n for n, i in enumerate(phrase) if seen.words[i].keys), 0)
        head = named + _until_preposition(seen, phrase[named:])
        if _BEATEN.search(seen.text, 0, match.end()) and _BY_WHOM.match(seen.text, match.end()):
            beaten = True
            head = 1 + _until_preposition(seen, phrase[1:])
            compared += [i for i, w in enumerate(seen.words) if start <= w.start < match.start()]
        else:
            compared += phrase[:head]
        tail += phrase[head:]
    apart = {*compared, *tail}
    outside = [i for i in range(len(seen.words)) if i not in apart]
    main = [i for i in outside if seen.words[i].start >= start]
    verb = _verb(seen, main)
    behind = [i for i in main if i >= verb]
    order: dict[str, int] = {}
    for i in [*main, *outside]:
        for key in seen.words[i].keys:
            order.setdefault(key, len(order))
    return Roles(
        subject=_all_keys(seen, [i for i in main if i < verb]),
        object=_all_keys(seen, behind[: _until_preposition(seen, behind)]) or _all_keys(seen, behind),
        compared=_all_keys(seen, compared),
        tail=_all_keys(seen, tail),
        main=frozenset(order),
        stated=_all_keys(seen, main),
        order=order,
        passive=not beaten and _PASSIVE.search(seen.text) is not None,
    )


def _end_of_clause(seen: View, at: int) -> int:
    """Where the clause ends; an "and" before a short item without a verb or a figure joins a list ("than A and B")."""
    for end in _CLAUSE_END.finditer(seen.text, at):
        item = [w for w in seen.words if w.start >= end.end()]
        stop = _CLAUSE_END.search(seen.text, end.end())
        item = [w for w in item if stop is None or w.start < stop.start()]
        size = next((n for n, w in enumerate(item) if w.text in _PREPOSITION), len(item))
        listed = 0 < size <= _LONGEST_ITEM and not any(_verbal(w) or w.figure for w in item[:size])
        if end[0].lower() != " and " or not listed:
            return end.start()
    return len(seen.text)


def _until_preposition(seen: View, indices: list[int]) -> int:
    """How many of the words come before a preposition that is not the first of them."""
    return next((n for n, i in enumerate(indices) if n and seen.words[i].text in _PREPOSITION), len(indices))


def _all_keys(seen: View, indices: Iterable[int]) -> frozenset[str]:
    return frozenset(key for i in indices for key in seen.words[i].keys)


def _start(text: str) -> int:
    """Where the main clause starts, behind opening phrases."""
    start = 0
    while (lead := _LEAD.match(text, start)) is not None:
        start = lead.end()
    return start


def _verb(seen: View, main: list[int]) -> int:
    """Index of the first word after a content word that can be a verb; if none, of the one after the content word."""
    first = next((i for i in main if seen.words[i].stems), None)
    if first is None:
        return main[0] if main else 0
    return next((i for i in main if i > first and _verbal(seen.words[i])), first + 1)


def _verbal(word: Word) -> bool:
    changes = word.way is not None and word.text.endswith("s")
    return changes or word.text in _AUXILIARY or word.text in FINITE or word.text.endswith("ed")


def check_roles(claim: str, evidence: str, anaphoric: bool = False) -> CheckOutcome:
    """Fails when a comparison is turned round. ``anaphoric``: the evidence's subject stands in a sentence before it."""
    mine, theirs = roles(claim), roles(evidence)
    known = theirs.main | theirs.compared | theirs.tail
    if _AS_AS.search(view(evidence).text) and _THAN.search(view(claim).text) and not _THAN.search(view(evidence).text):
        return checked("roles", "unclear", "the evidence says that one is as much as the other")
    if mine.compared and theirs.compared:
        compared = theirs.compared | theirs.tail
        only = (mine.stated & known) - theirs.main
        # What stands only in the tail ("than drugs in rats") may be where it is measured, unless our tail is stated there.
        back = ((mine.compared | mine.tail) & theirs.stated) - mine.stated - compared
        if only - theirs.tail or (only and back) or (mine.compared & known) - compared:
            return checked("roles", "fail", "who is compared with whom is turned round")
        return checked("roles", "pass", "compared in the same order")
    if (mine.subject & known) - theirs.main:
        reason = "the evidence only compares with the claim's subject"
        return checked("roles", "unclear", reason)
    others = mine.compared or mine.object
    first = [theirs.order[s] for s in (mine.subject - others) & theirs.order.keys()] or [-1] * anaphoric
    later = [theirs.order[s] for s in (others - mine.subject) & theirs.order.keys()]
    if not first or not later:
        return checked("roles", "not_applicable", "no two roles to compare")
    ordered = min(first) > max(later) if mine.passive != theirs.passive else max(first) < min(later)
    if not ordered:
        return checked("roles", "unclear", "subject and object may have changed places")
    return checked("roles", "pass", "subject and object stand in the same order")
