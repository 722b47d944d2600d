"""What a figure or a phrase compares with: "40 % less than *B*", "3 times the speed of *B*", "beats *B* by 2 %"."""

from __future__ import annotations

import re

from .figures import Figure
from .metrics import named, naming, only_metric
from .names import core_name
from .words import any_of

BEATING = re.compile(r"(?:outperform|beat|surpass|exceed|lead|led\b|top(?:s|ped|ping)\b|trail|lag|underperform)")

_BY = r"\s+by\s*(?:up to|about|more than|nearly|at least|over|an average of|~)?\s*$"
_BEATEN = re.compile(rf"^\s*(?:behind\s+)?(?:(?:the|a|an)\s+)?(?P<name>.+?){_BY}")
_OVER = re.compile(rf"\b(?:over|upon)\s+(?P<name>.+?){_BY}")
_COMPARED = re.compile(
    rf"\b(?P<word>{any_of('than over against versus vs below above behind relative_to')}"
    r"|with (?:respect|regard) to|compared (?:with|to))\s+(?P<name>.+)$"
)
_SHARE_OF = re.compile(
    rf"^\s*(?:(?P<as>as {any_of('much many high large long slow low fast')}\b[\w\s-]{{0,30}}?\bas)"
    r"|of|the|that|its|their)\s+(?P<name>.+)$"
)
_METRIC_OF = re.compile(
    rf"^(?P<head>(?:(?!{any_of('at in on than and or over under by')}\b)[\w@/'-]+\s+){{0,6}}?)"
    r"(?:of|for|with)\s+(?P<name>.+)$"
)
_THAT_OF = re.compile(r"(?:(?:that|those)\s+)?of\s+")
_OWNER = re.compile(r"(?P<owner>.+?)(?:'s|s')\s")
# "over five tasks" is a setting, not a comparison.
_SETTING = re.compile(
    r"^(?:\d|"
    + any_of(
        "all several various time multiple many the_course two three four five six seven eight nine ten eleven twelve"
    )
    + r"\b)"
)
# "than before", "than in training", "than with 5 nodes" compare with another moment or setting, not with a thing.
_NO_THING = re.compile(
    r"(?:in|on|at|from|when|before|by|if|ever|previously|expected|usual|(?:with|for)\s+(?:only\s+)?\d)\b"
)
_PHRASE_END = re.compile(r"\s+(?:on|in|at|with|while|and|when|for)\s|[,;]")


def compared_with(figure: Figure) -> str | None:
    """The comparator that follows a relative figure: "40 % less memory than *B*", "3 times the speed of *B*"."""
    if figure.share and (match := _SHARE_OF.match(figure.after)):
        return comparator_name(match["name"]) if match["as"] else _owner_of_metric(match["name"])
    match = _COMPARED.search(figure.after)
    if not match or (match["word"] == "over" and _SETTING.match(match["name"])):
        return None
    return comparator_name(match["name"])


def beaten_object(before: str) -> re.Match[str] | None:
    """The object in "(outperforms) *B* by", as the group ``name``; None when ``before`` is something else."""
    return _BEATEN.match(before)


def over_object(before: str) -> re.Match[str] | None:
    """The object in "(improves) over *B* by", as the group ``name``."""
    return _OVER.search(before)


def beaten(figure: Figure, verb: str) -> str | None:
    """The comparator before a figure: "outperforms *B* by 2 points", "improves over *B* by 5 %"."""
    match = _OVER.search(figure.before) or (_BEATEN.match(figure.before) if BEATING.match(verb) else None)
    return comparator_name(match["name"]) if match else None


def comparator_name(phrase: str) -> str | None:
    """The thing a phrase compares with: "the latency of B" is B.

    None for a pronoun, an adverb, a metric, or a phrase that names a time or a setting ("than before", "than in use").
    """
    name = phrase.strip()
    while (inner := _METRIC_OF.match(name)) and named(inner["head"]):
        name = inner["name"]
        if name.startswith(("its ", "their ")):
            return None
    if _NO_THING.match(name):
        return None
    name = core_name(name).removesuffix("'s")
    if not name or (" " not in name and name.endswith("ly")) or only_metric(name):
        return None
    return name


def _owner_of_metric(phrase: str) -> str | None:
    """Whose metric a share is of: "the memory of B" and "B's memory" are of B, "the total memory" of nobody."""
    inner = _METRIC_OF.match(phrase)
    if inner and named(inner["head"]):
        return None if inner["name"].startswith(("its ", "their ")) else comparator_name(inner["name"])
    if _THAT_OF.match(phrase):
        return comparator_name(phrase)
    words = _PHRASE_END.split(phrase, maxsplit=1)[0]
    found = naming(words)
    if found is None:
        return None
    if possessive := _OWNER.match(words):
        return comparator_name(possessive["owner"])
    # "the B score" is B's, but "the decoder memory" is a part of the memory.
    owner = core_name(words.rsplit(" ", 1)[0]) if found.metric == "accuracy" else ""
    return owner if re.search(r"[A-Z]", owner) and not named(owner) else None
