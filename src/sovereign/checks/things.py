"""Vetoes on what a claim speaks of: its figures, its subject, names, kinds and sizes, and what it compares with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sovereign.language.stance import words
from sovereign.language.verbs import FINITE, MODALS
from sovereign.language.words import stem
from sovereign.records import CheckOutcome

from .changes import sign_of
from .counted import equal_figure, is_unit, noun_of
from .number import same_value
from .outcome import checked
from .overlap import found_in, gram_share, share, terms_of
from .printed import misprinted, printed
from .roles import roles
from .swaps import restates
from .view import DIGIT, Figure, View, Word, parts, view

_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w/-])(?:\s?(?:thousand|million|billion|trillion)\b)?")
_SIZE = re.compile(r"\d+(?:\.\d+)?[bm]")  # of a model: "7B", "350M"
_NAME = re.compile(r"(?P<head>[a-z]*)-?(?P<number>\d+(?:\.\d+)?)-?(?P<tail>[a-z]*)")
_NO_LETTER = re.compile(r"[^a-z]+")
FEW = 3  # content words of a claim that leaves no room for another wording: all must be there
_NAMED, _GRAMS = 0.25, 0.5  # share of the subject's words that must be there


def veto_figures(claim: str, best: Sequence[str]) -> CheckOutcome:
    """Every figure with its unit; a number that is read as no figure ("$5 million") must stand there as it is printed."""
    mine = view(claim)
    bare = [n for n in _printed(mine.text) if not any(_same_digits(n, f.quantity.text) for f in mine.figures)]
    if not mine.figures and not bare and not printed(claim):
        return checked("figures", "not_applicable", "the claim has no figure")
    there = {n for text in best for n in _printed(view(text).text)}
    missing = [
        f.quantity.text
        for f in mine.figures
        if not any(equal_figure(f, g, mine, view(t)) for t in best for g in view(t).figures)
        and not (f.quantity.unit == "" and _counted(f, mine, best))
    ]
    missing += [n for n in bare if n not in there]
    if other := misprinted(claim, best):
        missing.append(other)
    if missing:
        return checked("figures", "fail", f"not in the nearest sentences: {', '.join(missing[:3])}")
    return checked("figures", "pass", "every figure of the claim stands there")


def _counted(figure: Figure, mine: View, best: Sequence[str]) -> bool:
    """Whether a bare number counts the same thing there ("18-month"), or a thing that is not counted otherwise there."""
    kind, noun = _kind_of(figure, mine), noun_of(figure, mine)
    there = {k for t in best for k in _kinds(t)}
    if kind in there:
        return True
    same = any(f.quantity.unit == "" and same_value(figure.quantity, f.quantity) for t in best for f in view(t).figures)
    return same and noun is not None and not is_unit(noun) and not any(head == noun for head, _ in there)


def _printed(text: str) -> list[str]:
    return [" ".join(m[0].replace(",", "").lower().split()) for m in _NUMBER.finditer(text)]


def _same_digits(number: str, figure: str) -> bool:
    return number.split()[0] in figure.replace(",", "")


def veto_subject(claim: str, around: str) -> CheckOutcome:
    """The words before the claim's verb must be there, most of them, and every name with a digit."""
    seen = view(claim)
    verb = _verb(seen)
    subject = [w for w in seen.words if w.start < verb and w.keys]
    for word in seen.words:
        if (
            word.keys
            and DIGIT.search(word.text)
            and not found_in(word.keys, around)
            and (rival := _rival(word.text, around))
        ):
            return checked("subject", "fail", f"{word.text} is not named there, but {rival} is")
    terms = terms_of(claim)
    gone = [t for t in terms if t not in found_in(terms, around) and gram_share(t, around) < _GRAMS]
    if gone and len(terms) <= FEW:
        return checked("subject", "fail", f"not named there: {', '.join(sorted(gone))}")
    keys = [k for w in subject for k in w.keys]
    here = [k for w in subject for k in w.keys if _found(w, around)]
    if subject and share(here, keys) < _NAMED and gram_share(seen.text[:verb], around) < _GRAMS:
        return checked("subject", "fail", "the claim's subject is not named there")
    return checked("subject", "pass", "the claim's subject is named there")


def _found(word: Word, around: str) -> bool:
    """Whether a word, or a part of a compound name ("MUC1-C", "RANK-RANKL"), is there."""
    return bool(found_in((*word.keys, *(stem(p) for p in parts(word.text) if len(p) > 2)), around))


def _verb(seen: View) -> int:
    """Where the claim's verb stands, as far as lists of verbs tell; else the middle of the claim."""
    return next((w.start for w in seen.words[1:] if _verbal(w)), len(seen.text) // 2)


def _verbal(word: Word) -> bool:
    changes = word.text.endswith(("s", "ed")) and sign_of(word) is not None
    return changes or word.text in FINITE or word.text in MODALS or words().verbs.fullmatch(word.text) is not None


def _rival(name: str, around: str) -> str:
    """A name of the same letters and other digits: "GPT-4" for "GPT-3"."""
    letters = _NO_LETTER.sub("", name)
    same = (
        w.text for w in view(around).words if w.keys and DIGIT.search(w.text) and _NO_LETTER.sub("", w.text) == letters
    )
    return next(same, "")


def veto_kind(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A number right after a word ("type 2") or a model's size ("7B"), where the evidence has only others.

    In a sentence that restates the claim, so too with any name with a number ("top-1", "A100", "4-bit" for "4 bits").
    """
    sizes = {w.text for text in best for w in view(text).words if _SIZE.fullmatch(w.text)}
    lost = [w.text for w in view(claim).words if _SIZE.fullmatch(w.text) and w.text not in sizes and not w.figure]
    if sizes and lost:
        return checked("kind", "fail", f"the evidence names {min(sizes)}, not {lost[0]}")
    numbered = {kind for text in best for kind in _numbered(text)}
    restated = {kind for text in best if restates(text, claim) for kind in _kinds(text)}
    for mine, theirs in ((_numbered(claim), numbered), (_names(claim), restated)):
        for head, number in mine:
            others = sorted(n for h, n in theirs if h == head)
            if others and number not in others:
                return checked("kind", "fail", f"the evidence names {head} {others[0]}, not {number}")
    return checked("kind", "pass", "no other kind of the same thing is named instead")


def _kinds(text: str) -> frozenset[tuple[str, str]]:
    """Names with a number, and counted things: "top-2" is (top, 2), "4 bits" is (bit, 4)."""
    seen = view(text)
    return _names(text) | {kind for f in seen.figures if f.quantity.unit == "" and (kind := _kind_of(f, seen))}


def _kind_of(figure: Figure, seen: View) -> tuple[str, str] | None:
    noun = noun_of(figure, seen)
    value, upper = figure.quantity.value, figure.quantity.upper
    return (noun, f"{value:g}" if upper is None else f"{value:g}-{upper:g}") if noun else None


def _names(text: str) -> frozenset[tuple[str, str]]:
    found = (_NAME.fullmatch(w.text) for w in view(text).words if not w.figure)
    return frozenset((stem(m["head"] or m["tail"]), m["number"]) for m in found if m and (m["head"] or m["tail"]))


def _numbered(text: str) -> list[tuple[str, str]]:
    """Words with a number right behind them: "type 2"."""
    seen = view(text)
    return [
        (left.text, right.text)
        for left, right in pairwise(seen.words)
        if right.text.isdigit() and left.keys and seen.text[left.end : right.start] == " "
    ]


def veto_comparator(claim: str, best: Sequence[str], around: str) -> CheckOutcome:
    """What the claim compares with must be named, where a sentence says nearly all else of it."""
    compared = roles(claim).compared
    gone = compared - found_in(compared, around)
    if gone and any(restates(text, claim) for text in best):
        return checked("comparator", "fail", f"no comparison with {', '.join(sorted(gone))}")
    return checked("comparator", "pass", "what the claim compares with is named")
