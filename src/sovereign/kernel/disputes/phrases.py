"""Comparisons in words that stand beside those of :mod:`sovereign.language.comparisons`: results that were not found again,
"neither A nor B reached C", "keeps the accuracy of B", "at memory as low as that of B"."""

from __future__ import annotations

import re

from sovereign.language.comparisons import parse
from sovereign.language.metrics import naming
from sovereign.language.names import core_name
from sovereign.language.words import normalize
from sovereign.records import Direction, Result

_END = r"(?=\s+(?:with|on|in|at|while|although|when|for|by|but|and)\b|[,.;]|$)"
_NOT_FOUND_AGAIN = re.compile(
    r"\b(?:(?:could|can|did|do|does)\s?(?:not|n't)|cannot|fail(?:s|ed)?\s+to|unable\s+to)\s+"
    r"(?:be\s+)?(?:reproduc|replicat|confirm)\w*\s+(?:the\s+)?(?:\w+\s+){0,3}?(?:results?|findings?|claims?|observations?)\s+that\s+"
    r"(?P<what>[^,;.]+?)(?=\s+and\s+\w+\s|[,;.]|$)",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\bneither\s+(?P<one>[\w+.-]+(?:\s[\w+.-]+){0,2}?)\s+nor\s+(?P<two>[\w+.-]+(?:\s[\w+.-]+){0,2}?)\s+"
    r"(?:reach|match|attain|outperform|surpass|beat|exceed)\w*\s+(?P<other>[\w+.-]+(?:\s[\w+.-]+){0,3}?)" + _END,
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"^(?P<subject>[\w+.-]+(?:\s[\w+.-]+){0,3}?)\s+(?:is\s+(?:reported|said|shown)\s+to\s+)?"
    r"(?:keep|retain|preserv|maintain|recover)\w*\s+(?:the\s+)?(?P<metric>[\w-]+(?:\s[\w-]+)?)\s+of\s+(?P<other>[\w+.-]+(?:\s[\w+.-]+)?)"
    + _END,
    re.IGNORECASE,
)
_AS_LOW = re.compile(
    r"\b(?P<metric>[\w-]+)\s+as\s+(?:low|high|small|large|good|little)\s+as\s+(?:that\s+of\s+)?(?:the\s+)?(?P<other>[\w+-]+(?:\.\w+)*)"
    + _END,
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"^(?:the\s+)?(?P<subject>[\w+.-]+(?:\s[\w+.-]+)?)\s+(?:authors?|paper)\s+(?:reports?|claims?|finds?|states?)\s+"
    r"(?P<word>better|worse)\s+(?P<metric>results|accuracy|performance|quality|scores)\s+than\s+(?P<other>[\w+-]+(?:\.\w+)*)",
    re.IGNORECASE,
)


def said_in_words(text: str) -> tuple[Result, ...]:
    """Comparisons of one sentence that need no figure and no verb of comparison."""
    plain = normalize(text)
    found: list[Result] = []
    if match := _KEEPS.search(plain):
        found += _equal(match["subject"], match["other"], match["metric"])
    if match := _AS_LOW.search(plain):
        opening = re.match(r"(?:[Tt]he\s+)?(?P<name>[\w+.-]+)", plain)
        found += _equal(opening["name"] if opening else "", match["other"], match["metric"])
    if match := _REPORTED.search(plain):
        way: Direction = "increase" if match["word"].lower() == "better" else "decrease"
        found.append(Result(subject=match["subject"], comparator=match["other"], metric="accuracy", direction=way))
    if match := _NEITHER.search(plain):
        found += [
            Result(subject=name, comparator=core_name(match["other"]), metric="accuracy", direction="decrease")
            for name in (match["one"], match["two"])
        ]
    return tuple(found)


def _equal(subject: str, other: str, metric: str) -> list[Result]:
    named = naming(metric)
    return (
        [Result(subject=subject, comparator=other, metric=named.metric, direction="equal")] if subject and named else []
    )


def denied(text: str) -> tuple[Result, ...]:
    """What a sentence says could not be found again, turned round: "could not reproduce that A beats B" puts A below B."""
    match = _NOT_FOUND_AGAIN.search(normalize(text))
    said = parse(match["what"][:1].upper() + match["what"][1:] + ".").results if match else ()
    return tuple(
        r.model_copy(
            update={"direction": "decrease" if r.direction == "increase" else "increase", "ratio": None, "value": None}
        )
        for r in said
        if r.direction in ("increase", "decrease")
    )
