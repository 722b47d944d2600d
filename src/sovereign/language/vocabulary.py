"""The vocabulary of metrics: which metric a phrase or a comparative word names, and in which phase."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from .words import STOP, TOKEN, any_of, normalize, stems, token_stems, tokens, word_set

Phase = Literal["training", "inference"]

_TRAINING = re.compile(
    r"\b"
    + any_of(
        r"""train(?:s|ed|ing)? pre-?train\w* back-?propagation backward (?<!full\s)fine-?tun(?:e|es|ing)\b(?!ed)
        full\s(?:fine-?)?tuning gradients? optimi[sz]er\sstates?"""
    )
    + r"\b",
    re.IGNORECASE,
)
_INFERENCE = re.compile(
    r"\b"
    + any_of(
        r"""inference decod\w+ serv(?:e|es|ing) generat(?:es?|ion|ing) forward_pass latency key-value_cache deployment
        requests?_per"""
    )
    + r"\b",
    re.IGNORECASE,
)
_LONGEST = 4  # words in the longest name


@dataclass(frozen=True)
class Metric:
    """One metric of the vocabulary. ``cost`` is 1 when more is worse and -1 when more is better.

    ``turned`` are those of the names that mean its opposite ("speed" for latency); ``weak`` those that mean it only
    where models are evaluated. With "more … than", ``adjectives`` say more of it and ``thrifty`` ones less.
    """

    id: str
    label: str
    names: tuple[str, ...]
    turned: frozenset[str]
    weak: frozenset[str]
    dimensions: tuple[str, ...]
    query: tuple[str, ...]
    more: tuple[str, ...]
    less: tuple[str, ...]
    adjectives: tuple[str, ...]
    thrifty: tuple[str, ...]
    cost: int
    inverse: str | None
    phase: Phase | None


class Naming(NamedTuple):
    """A metric as words name it. ``turned``: by its opposite, as "speed" does latency; ``end`` counts words."""

    metric: str
    turned: bool = False
    weak: bool = False
    end: int = 0


@cache
def _vocabulary() -> dict[str, Any]:
    """The vocabulary file as it stands."""
    return tomllib.loads(resources.files(__package__).joinpath("vocabulary.toml").read_text("utf-8"))


@cache
def metrics() -> dict[str, Metric]:
    """All metrics by id, as the package's ``vocabulary.toml`` lists them."""
    return {key: _metric(key, row) for key, row in _vocabulary().items() if isinstance(row, dict)}


def _metric(key: str, row: dict[str, Any]) -> Metric:
    """One table of the vocabulary as a metric."""
    turned, weak = row.get("inverse_names", ()), row.get("weak", ())
    return Metric(
        id=key,
        label=row["label"],
        names=(*row["names"], *turned, *weak),
        turned=frozenset(turned),
        weak=frozenset(weak),
        dimensions=tuple(row.get("dimensions", ())),
        query=tuple(row.get("query", ())),
        more=tuple(row.get("more", ())),
        less=tuple(row.get("less", ())),
        adjectives=tuple(row.get("adjectives", ())),
        thrifty=tuple(row.get("thrifty", ())),
        cost=row["cost"],
        inverse=row.get("inverse"),
        phase=row.get("phase"),
    )


@cache
def _names() -> dict[str, tuple[tuple[tuple[str, ...], Naming], ...]]:
    """Stemmed names with their metric, by their first stem, longest first."""
    table: dict[str, list[tuple[tuple[str, ...], Naming]]] = {}
    for metric in metrics().values():
        for name in metric.names:
            words = stems(name)
            entry = Naming(metric.id, name in metric.turned, name in metric.weak)
            table.setdefault(words[0], []).append((words, entry))
    return {first: tuple(sorted(names, key=lambda pair: -len(pair[0]))) for first, names in table.items()}


@cache
def _neutral() -> re.Pattern[str]:
    """Phrases that hold a metric's name and measure nothing, such as "balancing loss"."""
    phrases = [re.escape(p).replace(r"\*\-", r"[\w-]*\w-").replace(r"\*", r"[\w-]*") for p in _vocabulary()["neutral"]]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(phrases)})\b", re.IGNORECASE)


def _plain(text: str) -> str:
    """The text with neutral phrases blanked out, character for character."""
    return _neutral().sub(lambda match: "·" * len(match[0]), text)


@lru_cache(maxsize=16384)
def naming(text: str, last: bool = False) -> Naming | None:
    """The metric that a text names, and how: the longest name, then the first; with ``last`` the one that ends last."""
    words, table = stems(_plain(text)), _names()
    best: tuple[tuple[int, int], Naming] | None = None
    for at, word in enumerate(words):
        for name, entry in table.get(word, ()):
            end = at + len(name)
            if words[at:end] == name:
                key = (end, len(name)) if last else (len(name), -at)
                if best is None or key > best[0]:
                    best = (key, entry._replace(end=end))
    return best[1] if best else None


def named(text: str, last: bool = False) -> str | None:
    """Id of the metric that a text names: ``named("peak GPU memory")`` is "memory". None when it names none."""
    found = naming(text, last)
    return found.metric if found else None


def mentions(text: str) -> list[tuple[int, int, str]]:
    """All metrics that a text names, as (start, end, metric); longest names first, none overlapping, in order."""
    return list(_mentions(text))


@lru_cache(maxsize=16384)
def _mentions(text: str) -> tuple[tuple[int, int, str], ...]:
    table = _names()
    words = [(m.start(), m.end(), token_stems(m[0].lower())) for m in TOKEN.finditer(_plain(text))]
    found: list[tuple[int, int, str]] = []
    for i, (start, _, stemmed) in enumerate(words):
        candidates = table.get(stemmed[0], ()) if stemmed else ()
        if not candidates or (found and start < found[-1][1]):
            continue
        run: tuple[str, ...] = ()
        ends: dict[tuple[str, ...], int] = {}
        for _, end, parts in words[i : i + _LONGEST]:
            run += parts
            ends[run] = end
        # Candidates come longest first.
        if named_here := next(((name, entry) for name, entry in candidates if name in ends), None):
            found.append((start, ends[named_here[0]], named_here[1].metric))
    return tuple(found)


@lru_cache(maxsize=16384)
def phase_of(text: str) -> Phase | None:
    """Training or inference, as far as the words say; None when they name both or neither."""
    text = normalize(text)
    training, inference = bool(_TRAINING.search(text)), bool(_INFERENCE.search(text))
    return None if training == inference else "training" if training else "inference"


def phased(metric: str, near: str, sentence: str) -> str:
    """Time spent in training is not latency: ``phased("latency", "of training", "")`` is "training_time"."""
    if metric != "latency":
        return metric
    return "training_time" if (phase_of(near) or phase_of(sentence)) == "training" else metric


@cache
def comparative_words() -> dict[str, tuple[str, Literal["increase", "decrease"]]]:
    """Words that compare and name their metric at once: "slower" is more latency."""
    table: dict[str, tuple[str, Literal["increase", "decrease"]]] = {}
    for metric in metrics().values():
        table |= {word: (metric.id, "increase") for word in metric.more}
        table |= {word: (metric.id, "decrease") for word in metric.less}
    return table


# Words beside a metric's name that name no thing of their own.
_QUALIFIERS = word_set(
    """average averaged peak total mean median overall final maximum minimum end-to-end inference training test
    validation serving query first single absolute usage consumption overhead cost counted own respective reported
    measured best new relative values value figures"""
)


def only_metric(phrase: str) -> bool:
    """Whether a phrase names a metric and nothing that has it: "peak memory" does, "the B checkpoint" does not."""
    found = mentions(phrase)
    if not found:
        return False
    rest = list(phrase)
    for start, end, _ in found:
        rest[start:end] = " " * (end - start)
    return all(
        word in STOP or word in _QUALIFIERS or re.fullmatch(r"p\d+(?:\.\d+)?", word) for word in tokens("".join(rest))
    )


def comparative(text: str) -> str | None:
    """The metric of the first comparative word of a text: ``comparative("2 times faster")`` is "latency"."""
    words = comparative_words()
    return next((words[word][0] for word in tokens(text) if word in words), None)
