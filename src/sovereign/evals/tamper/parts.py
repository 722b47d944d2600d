"""Claims that a sentence makes by itself: its own words in another order, or a part of it that stands alone.

"On X, A does Y." supports "A does Y on X."; "A does X, while B does Y." and "We show that A does X." support "A does X."; "A (B)
does X." supports it too. Nothing is put in, and only sentences of a plain shape are used, so that a claim says nothing that
its sentence does not say. What does not fit gives no claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .words import ANY_VERB, capital, finite_verb

_CUT = re.compile(r"(?:; |, (?:and|but|while|whereas|so|which|where|of which) )")
# "…, outperforming B": what follows adds to a whole statement. "Including", "depending" and their like may narrow it.
_ADDED = re.compile(
    r", (?:thereby |thus |hence |while )?(?!(?:us|includ|exceed|rang|depend|accord|follow|assum|giv|regard|compar)ing\b)[a-z]+ing "
)
# A condition that comes later, or a claim that points elsewhere, would change what the first part says.
_LATER = re.compile(r"\b(?:if|unless|only|except|without|not|no|than)\b")
_OPENING = re.compile(
    r"(?P<phrase>(?:In|On|At|For|With|During|Under|Across|Among|Compared with|Relative to) [^,;:]+), (?P<rest>[^,;:]+)\."
)
_POINTS = re.compile(
    r"^(?:it|this|these|they|its|both|here|because|although|while|when|if|since|once|that|each|one|and|but|so)\b",
    re.IGNORECASE,
)
_LONGEST = 40  # words of a claim
_LINK = re.compile(
    r"(?:However|Moreover|Furthermore|Additionally|In addition|Notably|Specifically|Overall|Finally|Interestingly|Importantly|"
    r"In particular|Remarkably|Surprisingly|Consequently|Therefore|Thus|Indeed|Further|Nevertheless|As a result), "
)
_SHOWN = re.compile(
    r"(?:(?:We|(?:(?:Our|The|These|Extensive|Experimental|Empirical|Numerical) )?(?:\w+ )?(?:results|experiments|findings|evaluations?|analys[ei]s))"
    r"(?: also| further)? (?:show(?:s|ed)?|find|found|observed?|demonstrate[ds]?|report(?:ed)?|prove[ds]?|reveal(?:s|ed)?|confirm(?:s|ed)?) that) ",
    re.IGNORECASE,
)
_ASIDE = re.compile(r" \([^()]*\)")
_ITEM = re.compile(r"\((?:\d|[a-z]|i+|i?v)\)")
# Part of a list, of a pair of conjunctions or of a colon's announcement; words that point out of the sentence; no plain text.
_NO_CLAIM = re.compile(
    r"[:;\\$?`{}\[\]~]|--|^in contrast|\b(?:whether|this|these|such|we|our|ours|us|i|not only|either|neither|former|latter|and that|respectively)\b",
    re.IGNORECASE,
)
_IDIOM = re.compile(
    r"(?:in (?:all|total|addition|contrast|general|particular|fact|turn|short|summary|conclusion|order|other)|on (?:the other|the contrary|average)"
    r"|for (?:example|instance)|at the same)\b",
    re.IGNORECASE,
)


def claims(text: str) -> Iterator[str]:
    """Claims of a sentence of an abstract, none of them the sentence itself.

    First its parts, then the whole of it without its linking word, without "we show that", without what stands in brackets.
    """
    core = _without(_SHOWN, _without(_LINK, text))
    parts = [p for p in (_shortened(core, _ADDED), _shortened(core, _CUT), moved(core), core) if p]
    asides = [] if _ITEM.search(core) else [_ASIDE.sub("", p) for p in parts]
    for claim in dict.fromkeys([*parts, *asides]):
        if claim != text and claim.endswith(".") and stands(claim) and not _NO_CLAIM.search(claim) and _plain(claim):
            yield claim


def _without(opening: re.Pattern[str], text: str) -> str:
    match = opening.match(text)
    return capital(text[match.end() :]) if match else text


def _plain(claim: str) -> bool:
    """Whether a finite verb comes before anything that opens another clause, and the claim begins like a sentence."""
    if claim.startswith("To "):
        return False
    begins = claim[0].isdigit() or any(c.isupper() for c in claim.split()[0])
    return begins and finite_verb(claim) is not None


def stands(claim: str) -> bool:
    """Whether a claim points at nothing before it, and is short enough."""
    return len(claim.split()) <= _LONGEST and not _POINTS.match(claim)


def moved(text: str) -> str:
    """The sentence with its opening phrase at its end; "" where it has none, or more than one clause."""
    match = _OPENING.fullmatch(text)
    if (
        match is None
        or ANY_VERB.search(match["phrase"])
        or not ANY_VERB.search(match["rest"])
        or _POINTS.match(match["rest"])
        or _IDIOM.match(match["phrase"])
    ):
        return ""
    return f"{capital(match['rest'])} {match['phrase'][0].lower()}{match['phrase'][1:]}."


def shortened(text: str) -> str:
    """The sentence up to the end of its first statement; "" where that cannot be told."""
    return _shortened(text, _CUT)


def _shortened(text: str, cut: re.Pattern[str]) -> str:
    found = cut.search(text)
    if found is None:
        return ""
    first, rest = text[: found.start()], text[found.end() :]
    whole = first.count("(") == first.count(")") and "," not in first and len(first.split()) >= 5
    return f"{first}." if whole and ANY_VERB.search(first) and _states(rest, cut) and not _LATER.search(rest) else ""


def _states(rest: str, cut: re.Pattern[str]) -> bool:
    """Whether what is cut off is a statement of its own or an addition, not the next item of a list."""
    return ANY_VERB.search(rest) is not None if cut is _CUT else not re.search(r", (?:and|or) ", rest)
