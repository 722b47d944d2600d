"""Twins that must stay supported: in another order, with another spelling of a number, with a short form, with words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sovereign.checks.abbreviations import definitions

from .words import TRANSITIVE, Source, capital, denies, inside, main_verb, plural, statement

_AROUND = (
    "In this study, {}",
    "Overall, {}",
    "The authors report that {}",
    "It was found that {}",
    "According to the paper, {}",
)
# A last phrase that says where a statement holds, and may stand first as well.
_PLACE = re.compile(
    r" (?P<phrase>(?:in|among|during|across) (?:[\w-]+ ){0,3}(?:mice|humans|patients|women|men|children|adults|people|vitro|vivo|"
    r"rats|zebrafish|yeast|individuals|infants|UK|US|Africa|adolescents|rodents|mammals|Drosophila|inference|training))$"
)
# Behind one of these "in mice" says what is meant by the word, and cannot leave it.
_BINDS = re.compile(
    r"\b(?:increases?|decreases?|reductions?|changes?|roles?|involved|results?|differences?|loss|deficienc\w+|mutations?|risk|mortality|"
    r"rates?|incidence|prevalence|levels?|expression|development|occurs?|occur|found|present|than|of|years?|months?|weeks?|days?|hours?|minutes?|h|immediately|shortly|soon|resides?|observed|due|of \w+)$"
)
_TWO = re.compile(
    r"(?P<before>\b(?:by|of|in|with|between|both|regulates|promotes|inhibits|reduces|increases|affects|enhances|for|on|to|from|against) )"
    r"(?P<a>[A-Za-z][\w-]+) and (?P<b>[A-Za-z][\w-]+)(?=\.?$| (?:in|by|of|during|through|via|is|are|on|for)\b)"
)
_UNDER = re.compile(r"[,;:]|\b(?:that|which|who|as|because|while|when|where|if)\b")
_TIME = re.compile(r" (?P<phrase>(?:during|upon|after|before|following) (?:[\w-]+ ){0,4}[\w-]+)$")
# "A is associated with B" says the same of B and A. One clause on either side, or the end of one would change sides.
_SIDE = r"(?:(?!(?:in|at|for|among|that|which|who|of patients)\b)[\w/-]+ ?){1,6}"
_LINK = re.compile(
    rf"(?P<a>{_SIDE}) (?P<link>(?:is|are) (?:significantly |positively |negatively |inversely |strongly )?(?:associated|correlated) with|correlates? with) (?P<b>{_SIDE})"
)
_PARTICIPLES = {v: re.sub(r"e?s$", "", v).removesuffix("e") + "ed" for v in TRANSITIVE} | {
    "drives": "driven", "outperforms": "outperformed", "worsens": "worsened", "lowers": "lowered", "triggers": "triggered",
    "inhibits": "inhibited", "contains": "contained",
}  # fmt: skip
_PERCENT = re.compile(r"(?<=\d)\s?%(?!\s?points?|[-–])")
_SHARES = {
    "50": "half", "25": "a quarter", "20": "one fifth", "40": "two fifths", "60": "three fifths", "75": "three quarters",
    "80": "four fifths", "10": "one tenth", "30": "three tenths", "70": "seven tenths", "90": "nine tenths",
}  # fmt: skip
_SHARE = re.compile(r"(?<![\w.,-])(?P<n>\d\d)\s?% of (?=[a-z])")
_GROUPED = re.compile(r"(?<![\w.,])(\d{1,3}),(\d{3})(?![\d,])")
# Not the number of a name: "RTX 3090".
_LONG = re.compile(r"(?<![\w.,/-])(?<![A-Z] )(\d{1,3})(\d{3})(?![\w.,/-])")
_WORDS = dict(
    zip(
        ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        strict=True,
    )
)
_COUNTED = re.compile(
    r"(?<![\w.,/-])(?P<n>[2-9]|1[0-2])(?= (?:years?|months?|weeks?|days?|hours?|times|patients|genes|experts|layers|tasks)\b)"
)
_FOLD = re.compile(r"(?<![\w.,/-])(?P<n>\d+(?:\.\d+)?)-?fold(?= (?:higher|lower|more|less|greater|faster|slower)\b)")
_TIMES = re.compile(r"(?<=\d)\s?[x×](?= (?:higher|lower|more|less|greater|faster|slower|fewer|smaller|larger)\b)")
_DIGITS = {word: number for number, word in _WORDS.items()}
_WRITTEN = re.compile(
    rf"(?<![\w-])(?:{'|'.join(_DIGITS)})(?= (?:years?|months?|weeks?|days?|hours?|times|percent|patients|genes)\b)",
    re.IGNORECASE,
)


def reordered(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """ "… in mice" as "In mice, …", "A and B" as "B and A", an association from its other end, active as passive."""
    claim = source.claim.rstrip(".")
    place = _PLACE.search(claim) or _TIME.search(claim)
    before = claim[: place.start()] if place else ""
    if place and not _BINDS.search(before) and not _UNDER.search(before) and main_verb(claim):
        yield f"{capital(place['phrase'])}, {inside(source, claim[: place.start()])}."
    for match in _TWO.finditer(claim):
        if "respectively" not in claim:
            yield f"{claim[: match.start()]}{match['before']}{match['b']} and {match['a']}{claim[match.end() :]}."
    if (link := _LINK.fullmatch(claim)) and plural(link["a"]) == plural(link["b"]) and not denies(claim):
        yield f"{capital(link['b'])} {link['link']} {inside(source, link['a'])}."
    if (own := statement(claim)) and own.verb in _PARTICIPLES:
        be, tail = "are" if plural(own.object) else "is", f" {own.rest}" if own.rest else ""
        if not re.search(r" and |^(?:its|their) |\d\s?%", own.object) and not own.rest.startswith("by"):
            yield f"{capital(own.object)} {be} {_PARTICIPLES[own.verb]} by {inside(source, own.subject)}{tail}."


def number_format(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The same number otherwise: percent, shares, grouped digits, words, times."""
    claim = source.claim
    forms = (
        _PERCENT.sub(" percent", claim),
        _PERCENT.sub(" %", claim),
        _SHARE.sub(lambda m: f"{_SHARES[m['n']]} of " if m["n"] in _SHARES else m[0], claim),
        _WRITTEN.sub(lambda m: _DIGITS[m[0].lower()], claim),
        _GROUPED.sub(r"\1\2", claim),
        _LONG.sub(r"\1,\2", claim) if not re.search(r"\b(?:19|20)\d\d\b", claim) else claim,
        _COUNTED.sub(lambda m: _WORDS[m["n"]], claim),
        _FOLD.sub(lambda m: f"{m['n']} times", claim),
        _TIMES.sub(" times", claim),
    )
    for form in dict.fromkeys(forms):
        if form != claim and not form[0].isspace():
            yield form[0].upper() + form[1:] if claim[0].isdigit() and form[0].isalpha() else form


def abbreviation(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """A short form for the long one that the evidence or the claim defines, and the other way round."""
    known = {**definitions(source.text), **definitions(source.claim)}
    for short, long in known.items():
        bare = re.sub(rf"\s*\({re.escape(short)}s?\)", "", source.claim)
        if bare != source.claim:
            yield bare
            continue
        if not _initials(short, long) or plural(long) != plural(short):
            continue
        written = re.sub(rf"(?<![\w-]){re.escape(short)}(?![\w-])", long, source.claim)
        shortened = re.sub(rf"(?<![\w-]){re.escape(long)}(?![\w-])", short, source.claim, flags=re.IGNORECASE)
        yield from (capital(t) for t in (written, shortened) if t != source.claim)


def _initials(short: str, long: str) -> bool:
    """Whether a short form is the initials of the long one: then the long one begins where it should."""
    words = [w for w in re.split(r"[\s/-]+", long) if w not in ("of", "the", "and", "in", "for", "to", "by")]
    return "".join(w[0] for w in words if w).lower() == short.rstrip("s").replace("-", "").lower()


def padded(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The claim with words around it that state nothing more; two of five, by the claim's length."""
    first = len(source.claim) % len(_AROUND)
    for frame in (_AROUND[first], _AROUND[(first + 2) % len(_AROUND)]):
        yield frame.format(inside(source))
