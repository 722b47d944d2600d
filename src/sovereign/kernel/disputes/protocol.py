"""The typed key of a comparison, and what two keys allow to say: "not comparable" comes before "contested"."""

from __future__ import annotations

import re
from typing import NamedTuple

from sovereign.benchmarks.keys import said
from sovereign.checks.setting import keyed
from sovereign.language.metrics import metrics, phase_of
from sovereign.language.quantities import find_scales
from sovereign.language.setting import MODEL
from sovereign.language.words import content_stems, normalize
from sovereign.records import Claim, DisagreementType, ProtocolKey, Result

from ..causes import FAMILY, HARDWARE, PRECISION

QUALITY = frozenset(["accuracy", "perplexity", "loss", "error_rate"])
# Time for a given work: how long it takes, how much is done in a time; in training or not is a condition.
TIMES = frozenset(["latency", "throughput", "training_time"])
_SIZED = re.compile(r"\d(?:\.\d+)?[BM]$|^\d")
_DATA = re.compile(
    r"\b(?:[Oo]n|[Oo]ver)\s+(?:the\s+)?(?P<names>[A-Z][\w.@+-]*[A-Z0-9][\w.@+-]*"
    r"(?:(?:,?\sand\s|,\s)(?:\d[\d.]*\S?\son\s)?[A-Z][\w.@+-]*[A-Z0-9][\w.@+-]*)*)(?![\w.@+-])(?!\s?\d+(?:\.\d+)?[BM]\b)",
)
_NAMED = re.compile(r"(?<![\w.])[A-Z][\w.@+-]*[A-Z0-9][\w@+-]*")
_STATES = (("merging", "unmerged", re.compile(r"\bunmerged\b", re.IGNORECASE)), ("merging", "merged", re.compile(r"\bmerg(?:ed|ing)\b", re.IGNORECASE)))  # fmt: skip
# "dense models of equal quality", "at equal work per token": what two things were made equal in.
_EQUAL_IN = re.compile(
    r"\b(?:equal|equivalent|iso-?|matched|similar|same)[\s-](?:active\s|total\s|floating-point\s)?"
    r"(?P<what>quality|perplexity|accuracy|work|flops|compute|budget|size|parameters|memory|loss)\b",
    re.IGNORECASE,
)
_GOODNESS = frozenset(["quality", "perplexity", "accuracy", "loss"])
_CONFIGURATION = re.compile(r"\s(?:with|using|under)\s+(?P<what>.+)$")
_MANNERS = re.compile(
    r"\b(?P<what>(?:activation|gradient)\s+checkpointing|mixed[\s-]precision|offloading|data\s+parallel\w*|"
    r"independent\s+measurement|continued\s+pre-training|instruction\s+tuning|pre-training|zero-shot|few-shot)\b",
    re.IGNORECASE,
)


class Typing(NamedTuple):
    """What two keys allow to say, and the differences that say so. ``shared``: both name one protocol, not only nothing else."""

    type: DisagreementType
    apart: tuple[str, ...]
    shared: bool = False


def key_of(claim: Claim, result: Result, method: str, comparator: str | None) -> ProtocolKey:
    """The key of one result: its own condition first, then what its sentence says. ``method`` and ``comparator`` are keys of things."""
    text, own = normalize(claim.text), normalize(result.condition or "")
    model = MODEL.search(own) or MODEL.search(text)
    scales = find_scales(own) or find_scales(text)
    return ProtocolKey(
        metric=result.metric or "",
        method=method,
        comparator=comparator,
        unit=result.value.unit if result.value else None,
        dataset=_data(own) or _data(text),
        split=_split(own) or _split(text),
        model=_folded(model[0]) if model else None,
        size=scales[0].value if scales and len({s.value for s in scales}) == 1 else None,
        setting=tuple(sorted(_setting(claim, result, text))),
    )


def _setting(claim: Claim, result: Result, text: str) -> set[tuple[str, str]]:
    subject, comparator = normalize(result.subject or ""), normalize(result.comparator or "")
    found = {(name, value) for name, values in keyed(text).items() for value in values}
    found |= {(f"{name} of the baseline", state) for name, state, p in _STATES[:1] if p.search(comparator)}
    state = next(((name, state) for name, state, p in _STATES if p.search(subject)), None)
    found |= {state} if state else set()
    usual = metrics()[result.metric].phase if result.metric in metrics() else None
    always = usual if usual == "training" else None
    if phase := always or phase_of(result.condition or "") or claim.setting.phase or usual:
        found.add(("phase", phase))
    for match in _EQUAL_IN.finditer(f"{text}"):
        found.add(("equal in", "quality" if match["what"].lower() in _GOODNESS else "work or size"))
    for name, phrase in (("configuration", subject), ("configuration of the baseline", comparator)):
        if (own := _CONFIGURATION.search(phrase)) and (words := content_stems(own["what"])):
            found.add((name, " ".join(sorted(words))))
    found |= {("hardware", _folded(m[0])) for m in HARDWARE.finditer(text)}
    found |= {("precision", m[0].lower()) for m in PRECISION.finditer(text)}
    found |= {("manner", " ".join(m["what"].lower().split())) for m in _MANNERS.finditer(text)}
    return found


def _data(text: str) -> str | None:
    """Names that stand after "on" and are no model, hardware or size: data sets, joined by commas."""
    found: list[str] = []
    for match in _DATA.finditer(text):
        names = [m[0] for m in _NAMED.finditer(match["names"])]
        found += [n.lower() for n in names if not _SIZED.search(n) and not HARDWARE.search(n) and not FAMILY.search(n)]
    return ", ".join(sorted(set(found))) or None


def _split(text: str) -> str | None:
    """The split that a text names, if it names one alone."""
    named = said(text).of("split")
    return named[0] if len(named) == 1 else None


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def typed(a: ProtocolKey, b: ProtocolKey) -> Typing:
    """What may be said of two comparisons: metric and data first, then the baseline, then the setting.

    What only one of the two names is no difference.
    """
    if not _same_metric(a.metric, b.metric):
        return Typing("not_comparable", (f"{_label(a.metric)} against {_label(b.metric)}",))
    quality = a.metric in QUALITY
    data = _different("data set", a.dataset, b.dataset)
    if quality and data:
        return Typing("not_comparable", data)
    if a.split and b.split and a.split != b.split:
        return Typing("not_comparable", (f"{a.split} against {b.split} split",))
    crossed = (a.method, a.comparator) == (b.comparator, b.method) and a.method != b.method
    one, two = _conditions(a), _conditions(_turned(b) if crossed else b)
    apart = {
        name: f"{name} {_listed(one[name])} against {_listed(two[name])}"
        for name in sorted(one.keys() & two.keys())
        if not one[name] & two[name]
    }
    if a.method != b.method and not crossed:
        apart = {"method": f"method {a.method} against {b.method}", **apart}
    if a.comparator and b.comparator and a.comparator != b.comparator and not crossed:
        apart = {"baseline": f"against {a.comparator} and against {b.comparator}", **apart}
    # What one sentence holds the other thing against is no baseline of both: then its conditions are part of the setting.
    of_baseline = _MADE_EQUAL if crossed else (*_MADE_EQUAL, "baseline", *(own + _OF for own in _OWN))
    baseline = tuple(text for name, text in apart.items() if name in of_baseline)
    setting = (*data, *_model(a, b), *(text for name, text in apart.items() if name not in of_baseline))
    if baseline:
        return Typing("different_baseline", (*baseline, *setting))
    if setting:
        return Typing("different_setting", setting)
    same_data = not quality or bool(a.dataset and b.dataset)
    return Typing("real_disagreement", (), same_data and bool(a.model and a.model == b.model))


_MADE_EQUAL = ("equal in",)
_OWN, _OF = ("merging", "configuration"), " of the baseline"


def _turned(key: ProtocolKey) -> ProtocolKey:
    """A key with the conditions of its two things exchanged."""
    swapped = [(n.removesuffix(_OF) if n.endswith(_OF) else n + _OF if n in _OWN else n, v) for n, v in key.setting]
    return key.model_copy(update={"setting": tuple(sorted(swapped))})


def _conditions(key: ProtocolKey) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, value in key.setting:
        found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


def _same_metric(a: str, b: str) -> bool:
    return a == b or {a, b} <= TIMES


def _label(metric: str) -> str:
    return metrics()[metric].label if metric in metrics() else metric


def _different(name: str, a: str | None, b: str | None) -> tuple[str, ...]:
    one, two = frozenset((a or "").split(", ")), frozenset((b or "").split(", "))
    return (f"{name} {a} against {b}",) if a and b and not one & two else ()


def _model(a: ProtocolKey, b: ProtocolKey) -> tuple[str, ...]:
    if a.model and b.model and a.model != b.model:
        return (f"model {a.model} against {b.model}",)
    if a.size and b.size and a.size != b.size:
        return (f"model size {a.size / 1e9:g}B against {b.size / 1e9:g}B",)
    return ()


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))
