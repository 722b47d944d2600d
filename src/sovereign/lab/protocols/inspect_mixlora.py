"""Protocol ``inspect_mixlora``: whether the reference implementation of MixLoRA has what a sentence says of it.

It earns level 4: the code and its adapter format are looked at and run on a tiny model. Why something is there, and
whether it helps, no inspection can tell; such parts of a sentence are quoted as untested.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from sovereign.language.words import STOP, TOKEN, normalize, stems, token_stems, tokens
from sovereign.records import Claim, ProtocolKey, Quantity

from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from . import reading

_PURPOSE = re.compile(
    r",?\s*\b(?:in order to|so as to|so that|to(?= [a-z]+\b)(?! the\b| a\b| an\b| each\b| every\b)|thereby|thus)\b.*$"
)
_DENIED = re.compile(r"\b(?:no|not|never|without|neither|nor|cannot|lacks?|n't)\b", re.IGNORECASE)


class _Stated(NamedTuple):
    feature: str
    denied: bool


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("features.toml").read_text("utf-8"))


def _stems(words: str) -> frozenset[str]:
    return frozenset(stems(words))


def _match(claim: Claim) -> Match | None:
    data = _data()
    method = _stems(data["method"])
    about = method <= _stems(claim.text) or claim.quote.source_id == data["source"]
    if claim.results or not about:
        return None
    core, purpose = _without_purpose(claim.text)
    words = _stems(core)
    found = [name for name, one in data["features"].items() if _says(core, words, one)]
    if not found:
        return None
    feature = max(found, key=lambda name: len(data["features"][name]["all"]))
    remarks = [r for r in data["remarks"] if re.search(rf"\b{r}\b", core, re.IGNORECASE)]
    rest = _left_over(core, data["features"][feature], method, remarks)
    denials = _DENIED.findall(core)
    if rest or len(denials) > 1:  # the sentence says something else, something more, or what no list of words can tell
        return None
    key = ProtocolKey(metric=feature, method=data["method"])
    untested = (*remarks, *([purpose] if purpose else []))
    return Match(
        key,
        {"features": list(data["features"])},
        beyond=reading.turned(_DENIED.sub(" ", core)),
        untested=untested,
        reading=_Stated(feature, bool(denials)),
    )


def _says(core: str, words: frozenset[str], feature: dict[str, Any]) -> bool:
    """Whether a sentence holds the words of a feature, in an order that states it."""
    plain = " ".join(normalize(core).lower().split())
    return all(words & _any_of(line) for line in feature["all"]) and all(re.search(p, plain) for p in feature["says"])


def _any_of(line: str) -> frozenset[str]:
    """Stems of alternatives; one of several words, such as "top-k", counts by all its parts but the first letter's."""
    return frozenset(part for word in line.split() for part in token_stems(word.lower()) if len(part) > 1)


def _without_purpose(text: str) -> tuple[str, str]:
    """A sentence without the clause that says what something is for, and that clause."""
    match = _PURPOSE.search(text.rstrip(".! "))
    return (text[: match.start()], match[0].strip(" ,")) if match else (text, "")


def _left_over(core: str, feature: dict[str, Any], method: frozenset[str], remarks: list[str]) -> tuple[str, ...]:
    """Words of a sentence that are no part of the feature."""
    known = method | _stems(_data()["fillers"]) | _stems(feature["words"]) | _stems(" ".join(remarks))
    known |= frozenset(part for line in feature["all"] for word in line.split() for part in token_stems(word.lower()))
    rest = [m[0] for m in TOKEN.finditer(core) if not set(token_stems(m[0].lower())) <= known | STOP | {"k"}]
    return tuple(dict.fromkeys(word for word in rest if tokens(word) and not _DENIED.fullmatch(word)))


def _figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for name, seen in result["seen"].items():
        feature, _, what = name.partition(".")
        key = ProtocolKey(metric=feature, method=_data()["method"], setting=(("looked at", what),))
        quantity = Quantity(value=float(seen["holds"]), unit="", text=seen["text"])
        made.append(Figure(name=name, key=key, quantity=quantity))
    return tuple(made)


def _judge(claim: Claim, match: Match, result: Result) -> Judgement:
    stated = match.reading
    seen = {name: one for name, one in result["seen"].items() if name.partition(".")[0] == stated.feature}
    holds = [one["holds"] for one in seen.values()]
    if not holds:
        return Judgement(None, f"nothing was looked at for {stated.feature}", (), "error")
    lines = "; ".join(one["text"] for one in seen.values())
    packages = ", ".join(f"{name} {number}" for name, number in result["packages"].items())
    # A denial is false as soon as any of it is there.
    return Judgement(not any(holds) if stated.denied else all(holds), f"in {packages}: {lines}", tuple(seen))


INSPECT = Protocol(
    name="inspect_mixlora",
    about="looks at the reference implementation of MixLoRA and runs it on a tiny model",
    key=ProtocolKey(metric="structure", method=_data()["method"]),
    how="inspected",
    match=_match,
    entry="sovereign.lab.protocols.inspection:run",
    figures=_figures,
    judge=_judge,
    seconds=12.0,
    # The second is where adapters are trained: the first neither freezes a model nor has a loss.
    packages=("torch", "transformers", "mixlora==0.2.3", "moe-peft==2.0.2"),
)
