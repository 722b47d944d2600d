"""What a document must hold before a score may say that it supports a claim: figures, denial, direction, names, strength, scope.

A veto never contradicts; it only takes support away, and says why. Each sees word forms in the sentences that the score
rests on (names and scopes: in their neighbours and the title too). None can see that another word means the same, so a
veto loses true support; the score alone would give false support.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sovereign.language.stance import words
from sovereign.language.verbs import FINITE
from sovereign.records import CheckOutcome

from .changes import changes_of, denied_words, opposites_of, sign_of
from .figures import equal_figure
from .outcome import checked
from .overlap import found_in, gram_share, share, terms_of
from .roles import check_roles
from .stance import beside, shares_of_denial
from .view import DIGIT, View, view

VETOES = ("figures", "denial", "direction", "subject", "strength", "scope", "cause", "comparison", "kind", "opposite")
_DENIED = 0.3  # share of a denying claim's words that the evidence must deny
_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w/-])(?:\s?(?:thousand|million|billion|trillion)\b)?")
_SIZE = re.compile(r"\d+(?:\.\d+)?[bm]")  # of a model: "7B", "350M"
_NO_LETTER = re.compile(r"[^a-z]+")
_FEW = 3  # content words of a claim that leaves no room for another wording: all must be there
_NAMED, _GRAMS = 0.25, 0.5  # share of the subject's words that must be there


def vetoes(claim: str, best: Sequence[str], around: str) -> tuple[CheckOutcome, ...]:
    """One outcome per veto, "fail" where support is barred. ``around`` is the title, the best sentences and those beside them."""
    return (
        _figures(claim, best),
        _denial(claim, best),
        _direction(claim, best),
        _subject(claim, around),
        _strength(claim, best),
        _scope(claim, around),
        _cause(claim, best),
        _comparison(claim, best),
        _kind(claim, best),
        _opposite(claim, best),
    )


def _barred(name: str, reason: str) -> CheckOutcome:
    return checked(name, "fail", reason)


def _figures(claim: str, best: Sequence[str]) -> CheckOutcome:
    """Every figure with its unit; a number that is read as no figure ("$5 million") must stand there as it is printed."""
    mine = view(claim)
    bare = [n for n in _printed(mine.text) if not any(_same_digits(n, f.quantity.text) for f in mine.figures)]
    if not mine.figures and not bare:
        return checked("figures", "not_applicable", "the claim has no figure")
    there = {n for text in best for n in _printed(view(text).text)}
    missing = [
        f.quantity.text
        for f in mine.figures
        if not any(equal_figure(f, g, mine, view(t)) for t in best for g in view(t).figures)
    ]
    missing += [n for n in bare if n not in there]
    if missing:
        return _barred("figures", f"not in the nearest sentences: {', '.join(missing[:3])}")
    return checked("figures", "pass", "every figure of the claim stands there")


def _printed(text: str) -> list[str]:
    return [" ".join(m[0].replace(",", "").lower().split()) for m in _NUMBER.finditer(text)]


def _same_digits(number: str, figure: str) -> bool:
    return number.split()[0] in figure.replace(",", "")


def _denial(claim: str, best: Sequence[str]) -> CheckOutcome:
    shares = [shares_of_denial(claim, text) for text in best]
    if denied_words(claim):
        if max(behind for behind, _ in shares) < _DENIED and not _no_change(best):
            return _barred("denial", "the claim denies what the nearest sentences do not deny")
    elif shares[0][0] > 0.5:
        return _barred("denial", "the nearest sentence denies what the claim states")
    return checked("denial", "pass", "denied by both, or by neither")


def _no_change(best: Sequence[str]) -> bool:
    return any(c.sign == 0 and c.axis == "same" for c in changes_of(best[0]))


def _direction(claim: str, best: Sequence[str]) -> CheckOutcome:
    mine = [c for c in changes_of(claim) if view(claim).words[c.at].way]
    if not mine:
        return checked("direction", "not_applicable", "the claim names no change")
    theirs = [c for text in best for c in changes_of(text)]
    for change in mine:
        near = [(beside(change, o), o.sign == change.sign) for o in theirs]
        same, other = (max((b for b, s in near if s is side), default=0.0) for side in (True, False))
        if same <= 0.15 or other > same:
            return _barred(
                "direction", f"no change the same way as “{view(claim).words[change.at].text}” beside the same words"
            )
    return checked("direction", "pass", "every change points the same way")


def _subject(claim: str, around: str) -> CheckOutcome:
    """The words before the claim's verb must be there, most of them, and every name with a digit."""
    seen = view(claim)
    verb = _verb(seen)
    subject = [k for w in seen.words if w.start < verb for k in w.keys]
    for word in seen.words:
        if (
            word.keys
            and DIGIT.search(word.text)
            and not found_in(word.keys, around)
            and (rival := _rival(word.text, around))
        ):
            return _barred("subject", f"{word.text} is not named there, but {rival} is")
    terms = terms_of(claim)
    gone = [t for t in terms if t not in found_in(terms, around) and gram_share(t, around) < _GRAMS]
    if gone and len(terms) <= _FEW:
        return _barred("subject", f"not named there: {', '.join(sorted(gone))}")
    if subject and share(found_in(subject, around), subject) < _NAMED and gram_share(seen.text[:verb], around) < _GRAMS:
        return _barred("subject", "the claim's subject is not named there")
    return checked("subject", "pass", "the claim's subject is named there")


def _verb(seen: View) -> int:
    """Where the claim's verb stands, as far as a list of verbs tells; else the middle of the claim."""
    verbs = (w for w in seen.words[1:] if w.text in FINITE or (w.text.endswith(("s", "ed")) and sign_of(w) is not None))
    return next((w.start for w in verbs), len(seen.text) // 2)


def _rival(name: str, around: str) -> str:
    """A name of the same letters and other digits: "GPT-4" for "GPT-3"."""
    letters = _NO_LETTER.sub("", name)
    same = (
        w.text for w in view(around).words if w.keys and DIGIT.search(w.text) and _NO_LETTER.sub("", w.text) == letters
    )
    return next(same, "")


def _strength(claim: str, best: Sequence[str]) -> CheckOutcome:
    lost = _lost(claim, " ".join(best), words().absolutes)
    if lost:
        return _barred("strength", f"the nearest sentences do not say {lost}")
    return checked("strength", "pass", "no word is stronger than the evidence's")


def _scope(claim: str, around: str) -> CheckOutcome:
    there = _forms(around)
    for word in _forms(claim):
        for said, meant in words().scopes:
            if said.fullmatch(word) and not any(meant.fullmatch(t) for t in there):
                return _barred("scope", f"nothing is said of {word}")
    return checked("scope", "pass", "no group or setting that the evidence does not name")


def _forms(text: str) -> list[str]:
    """Every word in lower case and as it is printed: "US" is a country."""
    seen = view(text)
    return list(dict.fromkeys(form for w in seen.words for form in (w.text, seen.text[w.start : w.end])))


def _kind(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A number right after a word ("type 2") or a model's size ("7B"), where the evidence has only others."""
    sizes = {w.text for text in best for w in view(text).words if _SIZE.fullmatch(w.text)}
    lost = [w.text for w in view(claim).words if _SIZE.fullmatch(w.text) and w.text not in sizes and not w.figure]
    if sizes and lost:
        return _barred("kind", f"the evidence names {min(sizes)}, not {lost[0]}")
    theirs: dict[str, set[str]] = {}
    for text in best:
        for head, number in _numbered(text):
            theirs.setdefault(head, set()).add(number)
    for head, number in _numbered(claim):
        if head in theirs and number not in theirs[head]:
            return _barred("kind", f"the evidence names {head} {min(theirs[head])}, not {number}")
    return checked("kind", "pass", "no other kind of the same thing is named instead")


def _numbered(text: str) -> list[tuple[str, str]]:
    seen = view(text)
    return [
        (left.text, right.text)
        for left, right in pairwise(seen.words)
        if right.text.isdigit() and left.keys and seen.text[left.end : right.start] == " "
    ]


def _opposite(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A word whose opposite the nearest sentence has, and not the word itself."""
    ours, theirs = opposites_of(claim), opposites_of(best[0])
    all_sides = frozenset().union(*(opposites_of(t) for t in best))
    if any((n, -side) in theirs and (n, side) not in all_sides and (n, -side) not in ours for n, side in ours):
        return _barred("opposite", "the nearest sentence has the opposite of a word of the claim")
    return checked("opposite", "pass", "no word of the claim stands there as its opposite")


def _lost(claim: str, text: str, table: Sequence[re.Pattern[str]]) -> str:
    there = {w.text for w in view(text).words}
    for word in view(claim).words:
        lines = [p for p in table if p.fullmatch(word.text)]
        if lines and word.text not in there and not any(p.fullmatch(t) for p in lines for t in there):
            return word.text
    return ""


def _cause(claim: str, best: Sequence[str]) -> CheckOutcome:
    if not any(words().causal.fullmatch(w.text) for w in view(claim).words):
        return checked("cause", "not_applicable", "the claim names no cause")
    if any(words().causes.fullmatch(w.text) for text in best for w in view(text).words):
        return checked("cause", "pass", "the evidence names a cause too")
    return _barred("cause", "the evidence names no cause")


def _comparison(claim: str, best: Sequence[str]) -> CheckOutcome:
    turned = [o for text in best if (o := check_roles(claim, text)).outcome == "fail"]
    return (
        _barred("comparison", turned[0].reason)
        if turned
        else checked("comparison", "pass", "no comparison is turned round")
    )
