"""The vocabulary of metrics: which metric a phrase, a comparative word or a unit speaks of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from .quantities import dimension
from .words import TOKEN, normalize, stems, tokens

Phase = Literal["training", "inference"]

_TRAINING = re.compile(
    r"\b(?:train(?:s|ed|ing)?|pre-?train\w*|back-?propagation|backward|(?<!full )fine-?tun(?:e|es|ing)\b(?!ed)|full (?:fine-?)?tuning|gradients?|optimi[sz]er states?)\b",
    re.IGNORECASE,
)
_INFERENCE = re.compile(
    r"\b(?:inference|decod\w+|serv(?:e|es|ing)|generat(?:es?|ion|ing)|forward pass|latency|key-value cache|deployment|requests? per)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Metric:
    """One metric of the vocabulary. ``cost`` is 1 when more is worse and -1 when more is better."""

    id: str
    label: str
    names: tuple[str, ...]
    query: tuple[str, ...]
    dimensions: tuple[str, ...]
    more: tuple[str, ...]
    less: tuple[str, ...]
    cost: int
    inverse: str | None
    phase: Phase | None


@cache
def metrics() -> dict[str, Metric]:
    """All metrics by id, as the package's ``vocabulary.toml`` lists them."""
    table = tomllib.loads(resources.files(__package__).joinpath("vocabulary.toml").read_text("utf-8"))
    return {
        key: Metric(
            id=key,
            label=row["label"],
            names=tuple(row["names"]),
            query=tuple(row.get("query", ())),
            dimensions=tuple(row.get("dimensions", ())),
            more=tuple(row.get("more", ())),
            less=tuple(row.get("less", ())),
            cost=row["cost"],
            inverse=row.get("inverse"),
            phase=row.get("phase"),
        )
        for key, row in table.items()
    }


@cache
def _names() -> list[tuple[tuple[str, ...], str]]:
    """Stemmed names with their metric, longest first."""
    pairs = [(stems(name), metric.id) for metric in metrics().values() for name in metric.names]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


@lru_cache(maxsize=16384)
def named(text: str, last: bool = False) -> str | None:
    """The metric that a text names: the longest name, then the first; with ``last`` the one that stands last."""
    # Recomputing activations is called checkpointing and has nothing to do with a stored checkpoint.
    words = stems(re.sub(r"checkpointing", "recomputation", text, flags=re.IGNORECASE))
    best: tuple[tuple[int, int], str] | None = None
    for name, metric in _names():
        for at in range(len(words) - len(name) + 1):
            if words[at : at + len(name)] == name:
                key = (at + len(name), len(name)) if last else (len(name), -at)
                best = (key, metric) if best is None or key > best[0] else best
    return best[1] if best else None


def mentions(text: str) -> list[tuple[int, int, str]]:
    """All metrics that a text names, as (start, end, metric); longest names first, none overlapping, in order."""
    words = [(m.start(), m.end()) for m in TOKEN.finditer(text)]
    found: list[tuple[int, int, str]] = []
    for i in range(len(words)):
        for j in range(min(len(words), i + 4), i, -1):
            start, end = words[i][0], words[j - 1][1]
            if any(a < end and start < b for a, b, _ in found):
                continue
            metric = dict(_names()).get(stems(text[start:end]))
            if metric:
                found.append((start, end, metric))
                break
    return found


def phase_of(text: str) -> Phase | None:
    """Training or inference, as far as the words say; None when they name both or neither."""
    text = normalize(text)
    training, inference = bool(_TRAINING.search(text)), bool(_INFERENCE.search(text))
    return None if training == inference else "training" if training else "inference"


_BY_DIMENSION: dict[str, tuple[str, ...]] = {
    "bytes": ("memory", "storage"),
    "time": ("latency", "training_time"),
    "time/token": ("latency", "training_time"),
    "time/item": ("latency", "training_time"),
    "rate": ("throughput",),
    "gpu_time": ("training_time",),
    "parameters": ("trainable_parameters",),
    "operations": ("compute",),
}


def metric_of(unit: str, after: str, before: str, sentence: str) -> str | None:
    """The metric that a figure measures.

    The unit limits what it can be (bytes are memory or storage); then the words right after it decide, then those right
    before it, then the rest of the sentence. None when nothing points to a metric.
    """
    allowed = _BY_DIMENSION.get(dimension(unit))
    for text in (noun_phrase(after), before, sentence if allowed or unit in ("%", "x") else ""):
        name = named(text, last=True)
        if name and (name in allowed if allowed else unit != "" or not _has_units(name)):
            if text is sentence and name == "trainable_parameters":
                continue
            return phased(name, before + " " + after, sentence)
    if allowed:
        return phased(allowed[0], before + " " + after, sentence)
    speaks = [entry[0] for word in tokens(before + " " + after) if (entry := comparative_words().get(word))]
    return phased(speaks[0], before + " " + after, sentence) if speaks and unit else None


_CUT = re.compile(r"\b(?:in|on|at|for|with|against|than|over|when|while|from|to|and|of|by|under|after|per|as)\b|[,;(]")


def noun_phrase(after: str) -> str:
    """The noun phrase that a figure opens: "40 % | less GPU memory | and …", "22 GB of | GPU memory | with …"."""
    text = re.sub(
        r"^\s*(?:of|more|less|increase in|decrease in|reduction in|reduction of|improvement in|the|in)\s+", "", after
    )
    text = re.sub(r"^(?:the|its|their|average|mean|peak)\s+", "", text)
    return _CUT.split(text, maxsplit=1)[0]


def _has_units(metric: str) -> bool:
    return bool(metrics()[metric].dimensions) and metric != "accuracy"


def phased(metric: str, near: str, sentence: str) -> str:
    """Time spent in training is another metric than latency."""
    phase = phase_of(near) or phase_of(sentence)
    return "training_time" if metric == "latency" and phase == "training" else metric


@cache
def comparative_words() -> dict[str, tuple[str, Literal["increase", "decrease"]]]:
    """Words that compare and name their metric at once: "slower" is more latency."""
    table: dict[str, tuple[str, Literal["increase", "decrease"]]] = {}
    for metric in metrics().values():
        table |= {word: (metric.id, "increase") for word in metric.more}
        table |= {word: (metric.id, "decrease") for word in metric.less}
    return table
