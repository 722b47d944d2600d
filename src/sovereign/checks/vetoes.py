"""What a document must hold before a score may say that it supports a claim: figures, denial, direction, names, strength, scope.

A veto never contradicts; it only takes support away, and says why. Each sees word forms in the sentences that the score
rests on (names and scopes: in their neighbours and the title too). None can see that another word means the same, so a
veto loses true support; the score alone would give false support.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sovereign.language.words import stem
from sovereign.records import CheckOutcome

from .changes import changes_of, denied_by_word, denied_words, modifies, no_differences, opposites_of
from .direction import check_direction
from .marked import DENIALS, unmarked
from .outcome import checked
from .owners import mixed, owner, turned_figure
from .roles import check_roles, roles
from .stance import beside, shares_of_denial
from .stronger import NEAR, veto_cause, veto_hedge, veto_scope, veto_strength
from .swaps import attribute, exchanged, replaced, restates
from .things import veto_comparator, veto_figures, veto_kind, veto_subject
from .view import view

VETOES = (
    "figures", "denial", "direction", "subject", "strength", "scope", "cause", "comparison", "kind", "opposite",
    "hedge", "owner", "slot", "doer", "attribute", "comparator",
)  # fmt: skip
_DENIED = 0.3  # share of a denying claim's words that the evidence must deny
_DENYING_FRAME = re.compile(
    r"it (?:is|was) (?:not (?:true|the case|so)|false|untrue|wrong|incorrect)(?: to say)? that\b"
)
_ASIDE = re.compile(r"\s?\([^()]*\)")
_WEAK = 0.15  # of two words of change: they stand beside no word that says anything


def vetoes(claim: str, best: Sequence[str], around: str) -> tuple[CheckOutcome, ...]:
    """One outcome per veto, "fail" where support is barred. ``around`` is the title, the best sentences and those beside them."""
    return (
        _without_asides(veto_figures, claim, best),
        _denial(claim, best),
        _direction(claim, best),
        veto_subject(claim, around),
        veto_strength(claim, best),
        veto_scope(claim, around),
        veto_cause(claim, best),
        _without_asides(_comparison, claim, best),
        veto_kind(claim, best),
        _opposite(claim, best),
        veto_hedge(claim, best),
        _without_asides(_owner, claim, best),
        _exchange("slot", replaced(claim, best)),
        _exchange("doer", exchanged(claim, best)),
        _exchange("attribute", attribute(claim, best)),
        veto_comparator(claim, best, around),
    )


def _without_asides(
    veto: Callable[[str, Sequence[str]], CheckOutcome], claim: str, best: Sequence[str]
) -> CheckOutcome:
    """The veto; where it bars, once more with the sentences as they read without what stands in brackets.

    "Rose in 37 (33.9 %) patients" counts patients, and a list in brackets divides no sentence. Not where the claim's own
    figures stand in them.
    """
    found = veto(claim, best)
    plain = [_ASIDE.sub("", text) for text in best]
    if found.outcome != "fail" or plain == [*best] or veto_figures(claim, plain).outcome == "fail":
        return found
    return veto(claim, plain)


def _owner(claim: str, best: Sequence[str]) -> CheckOutcome:
    return _exchange("owner", owner(claim, best) or _mixed(claim, best))


def _exchange(name: str, found: str) -> CheckOutcome:
    return (
        checked(name, "fail", found) if found else checked(name, "pass", "nothing stands in the place of another thing")
    )


def _mixed(claim: str, best: Sequence[str]) -> str:
    near = [text for text in best if restates(text, claim)]
    return "mixes the two sides of a contrast" if near and all(mixed(claim, text) for text in near) else ""


def _denial(claim: str, best: Sequence[str]) -> CheckOutcome:
    if _DENYING_FRAME.match(claim.strip().lower()):
        return checked("denial", "fail", "the claim only says that something else is not so")
    shares = [shares_of_denial(claim, text) for text in best]
    if denied_words(claim):
        if max(behind for behind, _ in shares) < _DENIED and not _no_change(best):
            return checked("denial", "fail", "the claim denies what the nearest sentences do not deny")
    elif shares[0][0] > 0.5:
        return checked("denial", "fail", "the nearest sentence denies what the claim states")
    elif only := _only_denied(claim, best):
        return checked("denial", "fail", f"stated only with a denial: {', '.join(only)}")
    if word := _flat(claim, best):
        return checked("denial", "fail", f"the sentence that says it denies {word}")
    return checked("denial", "pass", "denied by both, or by neither")


def _only_denied(claim: str, best: Sequence[str]) -> list[str]:
    """Words of the claim that the nearest sentences hold only behind a denial: two of them, or its significance."""
    free: set[str] = set()
    denied: set[str] = set()
    for text in best:
        governed: frozenset[int] = frozenset().union(*denied_words(text))
        for i, word in enumerate(view(text).words):
            (denied if i in governed else free).update((*word.keys, *word.stems, *((word.text,) if word.way else ())))
    only = [t for w in view(claim).words for t in (w.keys or ((w.text,) if w.way else ())) if t in denied - free]
    return only if len(only) > 1 or any(t.startswith("signific") for t in only) else []


def _flat(claim: str, best: Sequence[str]) -> str:
    """A word that the claim states, and that all sentences which say the same have right behind "not"."""
    near = [text for text in best if restates(text, claim, NEAR)]
    word = unmarked(claim, near, DENIALS) if near else ""
    governed: frozenset[int] = frozenset().union(*denied_by_word(claim))
    return "" if any(stem(view(claim).words[i].text) == word for i in governed) else word


def _no_change(best: Sequence[str]) -> bool:
    return any(c.sign == 0 and c.axis == "same" for c in changes_of(best[0]))


def _direction(claim: str, best: Sequence[str]) -> CheckOutcome:
    """Every word of change of the claim must stand beside the same words, the same way; and so must that of a figure.

    Evidence that names no change at all bars nothing here: it may say it in words that no list holds, and the scores are there.
    """
    seen = view(claim)
    mine = [c for c in changes_of(claim) if seen.words[c.at].way and not modifies(seen, c.at)]
    if not mine:
        return checked("direction", "not_applicable", "the claim names no change")
    if found := turned_figure(claim, best):
        return checked("direction", "fail", found)
    if any(restates(t, claim) and check_direction(claim, t).outcome == "pass" for t in best):
        return checked("direction", "pass", "every change points the same way in one sentence")
    theirs = [c for text in best for c in (*changes_of(text), *no_differences(text))]
    for change in mine:
        near = [(beside(change, o), o.sign == change.sign) for o in theirs]
        same, other = (max((b for b, s in near if s is side), default=0.0) for side in (True, False))
        if other > same or (theirs and same <= _WEAK):
            reason = f"no change the same way as “{seen.words[change.at].text}” beside the same words"
            return checked("direction", "fail", reason)
    return checked("direction", "pass", "every change points the same way")


def _opposite(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A word whose opposite the nearest sentence has, and not the word itself."""
    ours, theirs = opposites_of(claim), opposites_of(best[0])
    all_sides = frozenset().union(*(opposites_of(t) for t in best))
    if any((n, -side) in theirs and (n, side) not in all_sides and (n, -side) not in ours for n, side in ours):
        return checked("opposite", "fail", "the nearest sentence has the opposite of a word of the claim")
    return checked("opposite", "pass", "no word of the claim stands there as its opposite")


def _comparison(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A comparison turned round in one of the nearest sentences, and stated as it is in none."""
    found = [check_roles(claim, text) for text in best]
    turned = [o for o in found if o.outcome == "fail"]
    compared = roles(claim).compared
    same = any(o.outcome == "pass" and compared and roles(t).compared for o, t in zip(found, best, strict=True))
    if turned and not same:
        return checked("comparison", "fail", turned[0].reason)
    near = [roles(t) for t in best if restates(t, claim)]
    if near and not compared and all((roles(claim).subject & (t.compared | t.tail)) - t.main for t in near):
        return checked("comparison", "fail", "the evidence only compares with the claim's subject")
    return checked("comparison", "pass", "no comparison is turned round")
