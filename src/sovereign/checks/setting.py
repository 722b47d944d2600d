"""Check ``setting``: do two sentences speak of the same conditions?

Sees: numbers with a key (batch size 1, beam size 3, rank 16, 4-bit), models and their sizes, and opening phrases ("On
GSM8K,", "With two models sharing a base,") when both sentences give them. Two figures under different conditions
neither support nor contradict each other.
Cannot see: conditions that a sentence leaves out.
"""

from __future__ import annotations

import re

from sovereign.language.comparisons import parse
from sovereign.language.words import content_stems, normalize
from sovereign.records import CheckOutcome, Setting

from .outcome import checked

_KEYED = re.compile(
    r"\b(?P<key>batch\s+sizes?|beam\s+size|sequence\s+length|context(?:\s+length)?|rank|top|alpha|capacity\s+factor"
    r"|epoch|seed|width|learning\s+rate)"
    r"(?:\s+of|\s*=|\s*-)?\s*(?P<value>\d+(?:\.\d+)?)|\b(?P<bits>\d+)-bit\b",
    re.IGNORECASE,
)


def keyed(text: str) -> dict[str, frozenset[str]]:
    """Conditions with a number: {"batch size": {"1"}, "bit": {"4"}}."""
    found: dict[str, set[str]] = {}
    for match in _KEYED.finditer(normalize(text)):
        key = "bit" if match["bits"] else re.sub(r"s$", "", re.sub(r"\s+", " ", match["key"].lower()))
        found.setdefault(key, set()).add(match["bits"] or match["value"])
    return {key: frozenset(values) for key, values in found.items()}


def setting_differences(a: str, b: str) -> tuple[str, ...]:
    """What differs between the conditions of two sentences, in words; one that only one names does not count."""
    one, two = keyed(a), keyed(b)
    found = [
        f"{key} {_listed(one[key])} against {_listed(two[key])}"
        for key in one
        if key in two and not one[key] & two[key]
    ]
    first, second = parse(a).setting, parse(b).setting
    if first.model and second.model and _plain(first.model) != _plain(second.model):
        found.append(f"{first.model} against {second.model}")
    elif first.scale and second.scale and first.scale.value != second.scale.value:
        found.append(f"{first.scale.text} against {second.scale.text}")
    if first.phase and second.phase and first.phase != second.phase:
        found.append(f"{first.phase} against {second.phase}")
    if not found and (mine := _opening(first)) and (theirs := _opening(second)) and mine != theirs:
        found.append(f"“{'; '.join(first.conditions)}” against “{'; '.join(second.conditions)}”")
    return tuple(found)


def _opening(setting: Setting) -> frozenset[str]:
    return content_stems(" ".join(setting.conditions)) if setting.conditions else frozenset()


def _plain(value: str) -> str:
    return re.sub(r"[\s_-]+", "", value).lower()


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))


def check_setting(claim: str, evidence: str) -> CheckOutcome:
    """Fails when the two name different conditions: then their figures are not comparable."""
    apart = setting_differences(claim, evidence)
    if apart:
        return checked("setting", "fail", "; ".join(apart))
    return checked("setting", "pass", "no condition differs")
