"""Twins of a true claim: changed in one thing and so false, or written otherwise and still true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .pairs import Pair

NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])|(?<=[A-Za-z]-)\d+")
_UNITS = {
    "%": (" percentage points", "x"),
    "GB": ("MB", "TB"),
    "TB": ("GB", "MB"),
    "MB": ("GB", "KB"),
    "ms": ("s", "us"),
    "mmHg": ("kPa",),
    "mg": ("g", "kg"),
    "K": ("C",),
    "months": ("years", "weeks"),
    "seconds": ("hours", "milliseconds"),
    "nanoseconds": ("microseconds", "seconds"),
    "million parameters": ("billion parameters",),
    "points": ("%", "times"),
    "times": ("%", "points"),
    "tokens per second": ("requests per second", "tokens per minute"),
    "per token": ("per image",),
}
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|had|has)\b")
_VERB = re.compile(
    r"\b(?:reduces|needs|rises|trains|lowers|scores|adds|outperforms|increases|commits|shrinks|uses|takes|delivers|replicates"
    r"|inhibits|prolongs|activates|prevents|raises|rotates|compress|measured|suppresses|consumes|retains)\b"
)
NAMES = ("Novalyx", "GPT-4", "LoRA", "the baseline", "Vitamin D", "QX-77")


def numbers(claim: str) -> list[tuple[int, int]]:
    """Spans of the numbers of a claim."""
    return [match.span() for match in NUMBER.finditer(claim)]


def with_unit_changed(claim: str) -> Iterator[str]:
    """The claim with a unit replaced by another one of the same or another kind."""
    for unit, others in _UNITS.items():
        for match in re.finditer(rf"(?<=\d)(?P<gap>\s?){re.escape(unit)}(?!\w)", claim):
            for other in others:
                gap = "" if other in ("x", "%") else " "
                yield claim[: match.start()] + gap + other.strip() + claim[match.end() :]


def denied(claim: str) -> Iterator[str]:
    """The claim denied in several ways; a claim that denies something is affirmed."""
    if re.search(r"\b(?:not|no|without)\b", claim):
        yield re.sub(r"\b(?:does not|no) ", "", claim).replace("without", "with")
        return
    yield f"It is not true that {claim[0].lower()}{claim[1:]}"
    yield f"{claim.rstrip('.')} in no case."
    if _AUXILIARY.search(claim):
        yield _AUXILIARY.sub(lambda m: f"{m[0]} not", claim, count=1)
    elif _VERB.search(claim):
        yield _VERB.sub(lambda m: f"does not {m[0]}", claim, count=1)
        yield _VERB.sub(lambda m: f"never {m[0]}", claim, count=1)


def swapped(pair: Pair) -> str:
    """The claim with its subject and its other thing exchanged."""
    return pair.claim.replace(pair.subject, "\0").replace(pair.other, pair.subject).replace("\0", pair.other)


def rewritten(pair: Pair) -> dict[str, str]:
    """The claim written otherwise, with the same meaning; only the ways in which it changes."""
    claim = pair.claim
    first = claim if claim.startswith(pair.subject) or claim[1].isupper() else claim[0].lower() + claim[1:]
    ways = {
        "percent": re.sub(r"(\d)%", r"\1 percent", claim),
        "opening": f"In our experiments, {first}",
        "no commas in numbers": re.sub(r"(?<=\d),(?=\d{3})", "", claim),
        "thin spaces in numbers": re.sub(r"(?<=\d),(?=\d{3})", "\u202f", claim),
        "trailing zero": re.sub(r"\b(\d+\.\d)(?=[ %])", r"\g<1>0", claim),
        "space before percent": re.sub(r"(\d)%", "\\1\u202f%", claim),
        "full-width digits": claim.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}),
        "other hyphen": claim.replace("-", "\u2011"),
        "no full stop": claim.rstrip("."),
        "plural": re.sub(
            r"\b(memory|latency|accuracy|perplexity|survival|mortality|temperature|order)\b", _plural, claim
        ),
    }
    return {name: text for name, text in ways.items() if text != claim}


def _plural(match: re.Match[str]) -> str:
    word = match[0]
    return word[:-1] + "ies" if word.endswith("y") else word + "s"
