"""Check ``roles``: who does it to whom, and who is compared with whom?

Sees: a comparison turned round ("A than B" and "B than A"), a subject that the evidence names only as what it compares with
("Unlike A, …"), and a subject and an object that have changed places. Knows the passive with "by" and the fronted "Compared
with B, …". Cannot see: roles that only grammar tells, such as those in a noun phrase ("inhibition of B by A").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sovereign.language.clauses import FINITE
from sovereign.records import CheckOutcome

from .view import View, Word, squeezed, view

_MARKER = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:with|to|against)|relative to|in comparison (?:with|to)|rather than|instead of|in contrast (?:to|with)|"
    r"unlike|outperform\w*|exceed\w*|surpass\w*|beats?|(?:improv|gain|advantage|speed-?up|overhead|increas|reduc)\w*(?: \S+)? over)\s(?!(?:about )?\d)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:]\s|\s(?:while|whereas|but|and|because|which|if|although|though)\s|[.]?$")
_LEAD = re.compile(
    r"(?:In|On|At|For|With|During|When|While|Under|After|Before|From|Across|Among|By|Using|Per|Given|Over|Once|If|Here|Overall|Compared|Relative|Unlike|"
    r"Against|Versus|However|Moreover|Furthermore|Additionally|Notably|Importantly|Finally|Thus|Therefore|Interestingly)\b[^,]*,\s+",
    re.IGNORECASE,
)
_AUXILIARY = frozenset("is are was were be been has have had can could may might will would must do does did".split())
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?:\s\w+)?\s\w+(?:ed|en|wn|ld|nt)\s(?:\w+\s)?by\b", re.IGNORECASE)
_PREPOSITION = frozenset("in on at for during with after when by from to through via under while because before than".split())


@dataclass(frozen=True)
class Roles:
    """Who is who in a sentence, as keys of words.

    ``compared`` is what the subject is compared with, up to a preposition, and ``tail`` what follows it. ``main`` is all
    else, ``stated`` the part of it behind opening phrases, ``order`` the first place of each of its keys.
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
    compared: set[int] = set()
    tail: set[int] = set()
    for match in _MARKER.finditer(seen.text):
        end = _CLAUSE_END.search(seen.text, match.end())
        stop = end.start() if end else len(seen.text)
        phrase = [i for i, w in enumerate(seen.words) if match.end() <= w.start < stop]
        head = next((n for n, i in enumerate(phrase) if seen.words[i].text in _PREPOSITION and n), len(phrase))
        compared |= set(phrase[:head])
        tail |= set(phrase[head:])
    outside = [i for i in range(len(seen.words)) if i not in compared and i not in tail]
    main = [i for i in outside if seen.words[i].start >= start]
    verb = _verb(seen, main)
    behind = [i for i in main if i >= verb]
    cut = next((n for n, i in enumerate(behind) if seen.words[i].text in _PREPOSITION and n), len(behind))
    order: dict[str, int] = {}
    for i in [*main, *outside]:
        for key in _keys(seen.words[i]):
            order.setdefault(key, len(order))
    return Roles(
        subject=_all_keys(seen, [i for i in main if i < verb]),
        object=_all_keys(seen, behind[:cut]) or _all_keys(seen, behind),
        compared=_all_keys(seen, compared),
        tail=_all_keys(seen, tail),
        main=_all_keys(seen, outside),
        stated=_all_keys(seen, main),
        order=order,
        passive=_PASSIVE.search(seen.text) is not None,
    )


def _keys(word: Word) -> tuple[str, ...]:
    """A name with digits is one thing ("NGC-1290"); other words go by their stems."""
    return (squeezed(word.text),) if word.stems and any(c.isdigit() for c in word.text) else word.stems


def _all_keys(seen: View, indices: Iterable[int]) -> frozenset[str]:
    return frozenset(key for i in indices for key in _keys(seen.words[i]))


def _start(text: str) -> int:
    """Where the main clause starts, behind opening phrases."""
    start = 0
    while (lead := _LEAD.match(text, start)) is not None:
        start = lead.end()
    return start


def _verb(seen: View, main: list[int]) -> int:
    """Index of the first word after a content word that can be a verb; the word after the first content word if none."""
    first = next((i for i in main if seen.words[i].stems), None)
    if first is None:
        return main[0] if main else 0
    return next((i for i in main if i > first and _verbal(seen.words[i])), first + 1)


def _verbal(word: Word) -> bool:
    text = word.text
    return text in _AUXILIARY or text in FINITE or (word.way is not None and text.endswith(("s", "ed"))) or text.endswith("ed")


def check_roles(claim: str, evidence: str, anaphoric: bool = False) -> CheckOutcome:
    """Fails when a comparison is turned round. ``anaphoric``: the evidence's subject stands in a sentence before it."""
    mine, theirs = roles(claim), roles(evidence)
    known = theirs.main | theirs.compared | theirs.tail
    if mine.compared and theirs.compared:
        if (mine.stated & known) - theirs.main or (mine.compared & known) - theirs.compared - theirs.tail:
            return CheckOutcome(check="roles", outcome="fail", reason="who is compared with whom is turned round")
        return CheckOutcome(check="roles", outcome="pass", reason="compared in the same order")
    if (mine.subject & known) - theirs.main:
        return CheckOutcome(check="roles", outcome="unclear", reason="the evidence only compares with the claim's subject")
    others = mine.compared or mine.object
    first = [theirs.order[s] for s in (mine.subject - others) & theirs.order.keys()] or [-1] * anaphoric
    later = [theirs.order[s] for s in (others - mine.subject) & theirs.order.keys()]
    if not first or not later:
        return CheckOutcome(check="roles", outcome="not_applicable", reason="no two roles to compare")
    ordered = min(first) > max(later) if mine.passive != theirs.passive else max(first) < min(later)
    if not ordered:
        return CheckOutcome(check="roles", outcome="unclear", reason="subject and object may have changed places")
    return CheckOutcome(check="roles", outcome="pass", reason="subject and object stand in the same order")
