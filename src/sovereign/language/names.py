"""Names in noun phrases: what a phrase calls a thing, without articles, conditions and pronouns."""

from __future__ import annotations

import re

from .verbs import BASE, FINITE
from .words import any_of, word_set

# What stands for something else, or for nothing, names nothing by itself.
_PRONOUNS = word_set(
    """it its they them this that these those which who we i he she there one ones both each all some others the a an
    more less most at by of to in on up for with than over about under from and or only just approximately nearly
    almost around"""
)
# Who reports a result is not whom it is about. The second set holds wherever it stands in a phrase's first words.
_REPORTERS = word_set(
    """paper papers author authors study studies experiment experiments result results evaluation evaluations
    measurement measurements analysis analyses finding findings report reports documentation abstract reviewer
    reviewers benchmarks investigation investigations ablation ablations simulation simulations researchers trial
    comparison comparisons table figure section survey test tests validation"""
)
_ALWAYS_REPORTERS = word_set("experiments evaluations results authors findings simulations")

_HEAD = re.compile(
    any_of(
        r"""the an?(?!\s+(?:and|or)\b) this that these our their its plain existing earlier previous(?!\sbest)
        prior(?!\sbest) other such those_of that_of all only just even merely simply both either about with for of
        by under using when up_to at_most at_least more_than less_than fewer_than nearly almost roughly
        approximately over around respectively"""
    )
    + r"\s+",
    re.IGNORECASE,
)
_CLAUSE_WORDS = "when although though but is are was were has have had while because since whereas where"
_PHRASE_WORDS = "on in at under during for after across with_only over from using to via among until before"
_PUNCTUATION = r"\s*(?:[;(]|,\s|,$|:\s).*$"
_TAIL = re.compile(
    rf"\s+{any_of(f'{_PHRASE_WORDS} {_CLAUSE_WORDS}')}\s.*$|{_PUNCTUATION}|\s+-{{1,3}}\s.*$"
    r"|\s+(?:due|with an? (?:average|total)\s|by\s+(?:(?:[a-z]+\s){0,2}[+~]?\d|an?\s|[a-z]+ing\b)).*$"
)
_GERUND = re.compile(r"[A-Za-z-]+ing\s+(?!(?:is|are|was|and|or|time|cost)\b)")
_GERUND_TAIL = re.compile(rf"\s+{any_of(_CLAUSE_WORDS)}\s.*$|{_PUNCTUATION}")
_ADJECTIVES = re.compile(r"^(?:(?!respectively)[a-z][\w-]*,\s+){1,2}(?=[a-z])")
_HANGING = re.compile(
    r"\s+"
    + any_of(
        r"""with to of by against than for on in at and or as that which who it they we up still also only even now then
        further respectively both alone more less about most (?-i:an?) the trained based used applied called named
        proposed evaluated \w{2,}ly"""
    )
    + r"$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+(?:and|or)\s+")
# After "and", these open another statement and no second name.
_LOOSE = word_set(
    "more less better worse fewer therefore thus hence sometimes even also not so then only its their at with for"
)


def core_name(phrase: str) -> str:
    """The name in a noun phrase: no article, no condition ("the fast A on T" -> "fast A"); "" for a pronoun."""
    name = phrase.strip(" ,.;:\"'’")
    while match := _HEAD.match(name):
        name = name[match.end() :]
    name = _ADJECTIVES.sub("", name)
    # "Moving ten units to the first layer" is one name; "ten units to the first layer" is not.
    name = (_GERUND_TAIL if _GERUND.match(name) else _TAIL).sub("", name)
    name = _first_of_list(name)
    while match := _HANGING.search(name):
        name = name[: match.start()]
    name = name.strip(" ,.;:\"'’")
    # A capital "A" by itself is a name, as in "A and B".
    return "" if name.lower() in _PRONOUNS and name != "A" else name


def _first_of_list(name: str) -> str:
    """Keep "A and B" together, but drop what is no name after the conjunction: "A and uses 4 GB" -> "A"."""
    for match in _AND.finditer(name):
        words = name[match.end() :].split()
        verbal = any(w.lower() in FINITE or (i == 0 and w.lower() in BASE) for i, w in enumerate(words))
        if not words or len(words) > 4 or words[0][0].isdigit() or verbal or not _LOOSE.isdisjoint(words):
            return name[: match.start()]
    return name


def is_reporter(name: str) -> bool:
    """Whether a phrase names a report instead of a thing: "experiments on T", "the A paper", "we"."""
    words = name.lower().split()
    if words[:1] in (["we"], ["i"]) or not _ALWAYS_REPORTERS.isdisjoint(words[:4]):
        return True
    head = (
        re.split(r"\s(?:of|on|in|with|for|across|using|from|by|at|over)\s", f"{name} ", maxsplit=1)[0].lower().split()
    )
    return bool(head) and head[-1] in _REPORTERS


_OPENING = r"(?i:on|in|at|for|with|under|across|after|before|during|from)"
_FRONTED = re.compile(rf"^{_OPENING}\s(?:[\w'-]+\s){{1,6}}?(?:the|an?|its|our)\s(?P<name>[\w'-]*[A-Za-z].*)$")
_FRONTED_NAME = re.compile(rf"^{_OPENING}\s(?:[\w'-]+\s){{1,6}}(?P<name>[A-Z][\w+.-]*[A-Z0-9].*)$")


def without_fronted(subject: str) -> str:
    """A subject without a condition in front of it that no comma closes: "On five tasks SYS" is SYS."""
    if match := _FRONTED.match(subject) or _FRONTED_NAME.match(subject):
        return match["name"]
    return "" if re.match(rf"{_OPENING}\s", subject) else subject
