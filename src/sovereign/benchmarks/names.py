"""Names of data sets, metrics, tasks and splits: one canonical name for all the ways in which papers write it.

The vocabulary is ``names.toml``. Spaces, dashes, points and case make no difference to a name, and a year may be short:
"CoNLL-2003", "CoNLL 2003" and "CoNLL03" are one. Whatever else tells two names apart keeps them apart ("SQuAD 1.1", "SQuAD 2.0").
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

Kind = Literal["dataset", "metric", "count", "task", "split"]
KINDS: tuple[Kind, ...] = ("dataset", "metric", "count", "task", "split")

_WORD = re.compile(r"[a-z]+|\d+|[@#]|[^\W\d_]+", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(?<=[a-z])(?:20)?(\d\d)$")
_YEARLY = ("conll", "wmt", "iwslt", "duc", "semeval", "newstest", "ace", "wnut", "voc", "pascalvoc")
_LONGEST = 9  # words of a name
_CAPITALS = 5  # letters up to which a name of capitals must stand in capitals
_FILLERS = frozenset(
    [
        "the",
        "a",
        "of",
        "on",
        "in",
        "for",
        "at",
        "with",
        "and",
        "set",
        "sets",
        "result",
        "results",
        "our",
        "all",
        "test",
        "dev",
        "s",
    ]
)
READ = 2_000  # characters of a text that are searched


class Name(NamedTuple):
    """A name found in a text: its canonical form, and its span there."""

    kind: Kind
    canonical: str
    start: int
    end: int


class _Entry(NamedTuple):
    kind: Kind
    canonical: str
    capitals: bool
    exactly: str
    whole: bool


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """A name by which spellings meet: no case, accents, spaces and signs; a year in full.

    >>> folded("CoNLL-2003") == folded("CoNLL 03") == folded("conll2003"), folded("SQuAD 1.1") == folded("SQuAD 2.0")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", name[:READ])
    return _joined([m[0].lower() for m in _WORD.finditer(plain)])


def _joined(words: list[str]) -> str:
    """Words as one; "conll" and "03" are "conll2003"."""
    text = "".join(words)
    if len(words) > 1 and len(words[-1]) == 2 and words[-1].isdigit() and "".join(words[:-1]) in _YEARLY:
        return f"{text[:-2]}20{words[-1]}"
    return text


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))


@cache
def _entries() -> dict[str, tuple[_Entry, ...]]:
    """All names by their folded form."""
    whole = {folded(name) for name in _vocabulary()["whole"]}
    found: dict[str, list[_Entry]] = defaultdict(list)
    for kind, canonical, names in _listed():
        for name in (canonical, *names):
            key = folded(name)
            capitals = len(name) <= _CAPITALS and name.isupper() and name.isalpha()
            mixed = name if len(name) <= _CAPITALS and name.isalpha() and sum(map(str.isupper, name[1:])) > 1 else ""
            entry = _Entry(
                kind,
                canonical,
                capitals,
                "" if capitals else mixed,
                key in whole or len(key) == 1 or (len(key) == 2 and key.isalpha() and not capitals),
            )
            if key and all(e.kind != kind or e.canonical != canonical for e in found[key]):
                found[key].append(entry)
    return {key: tuple(entries) for key, entries in found.items()}


def _listed() -> Iterator[tuple[Kind, str, list[str]]]:
    known = _vocabulary()
    for names in known["dataset"].values():
        for canonical, others in names.items():
            yield "dataset", canonical, others
    for kind in KINDS[1:]:
        for canonical, others in known[kind].items():
            yield kind, canonical, others


@lru_cache(maxsize=65536)
def find_names(text: str) -> tuple[Name, ...]:
    """The names that a text holds, in its order. Of names that overlap the longest counts; of kinds, all.

    >>> [(n.kind, n.canonical) for n in find_names("F1 score on CoNLL-03 (dev)")]
    [('metric', 'F1'), ('dataset', 'CoNLL 2003'), ('split', 'dev')]
    """
    text = text[:READ]
    words = [(m[0].lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    found: list[tuple[Name, bool]] = []
    loose = 0  # words that belong to no name and say something
    at = 0
    while at < len(words):
        size, here = _longest(text, words, at)
        found += here
        loose += not here and words[at][0] not in _FILLERS
        at += max(1, size)
    loose += sum(name.kind != "split" for name, _ in found if name.start != found[0][0].start)
    return tuple(name for name, whole in found if not (whole and loose))


def _longest(text: str, words: list[tuple[str, int, int]], at: int) -> tuple[int, list[tuple[Name, bool]]]:
    """The longest name that begins with a word: its number of words, what it is, and whether it counts only by itself."""
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        part = words[at : at + size]
        start, end = part[0][1], part[-1][2]
        if not (_edge(text, start - 1, start) and _edge(text, end - 1, end)):
            continue
        key = _joined([w for w, _, _ in part])
        singular = key[:-1] if key.endswith("s") and len(key) > _CAPITALS else ""
        here = [
            (Name(entry.kind, entry.canonical, start, end), entry.whole)
            for entry in _entries().get(key) or _entries().get(singular, ())
            if (not entry.capitals or text[start:end].isupper()) and entry.exactly in ("", text[start:end])
        ]
        if here:
            return size, here
    return 0, []


def _edge(text: str, left: int, right: int) -> bool:
    """Whether two places of a text do not stand within one word: letters with letters, or digits with digits."""
    if left < 0 or right >= len(text):
        return True
    a, b = text[left], text[right]
    return not (a.isalnum() and b.isalnum())


def canonical(kind: Kind, name: str) -> str:
    """The canonical name; a name that the vocabulary does not hold is tidied, and compared by :func:`folded`.

    >>> canonical("metric", "F-measure"), canonical("dataset", "My  Set")
    ('F1', 'My Set')
    """
    for entry in _entries().get(folded(name), ()):
        if entry.kind == kind:
            return entry.canonical
    return " ".join(name.split())


@cache
def tasks_of_datasets() -> dict[str, tuple[str, ...]]:
    """The tasks that a data set usually stands for, by its canonical name."""
    found: dict[str, list[str]] = defaultdict(list)
    for task, names in _vocabulary()["dataset"].items():
        for name in names:
            found[name].append(task)
    return {name: tuple(tasks) for name, tasks in found.items()}


def task_of_metric(metric: str, dataset: str | None = None) -> str | None:
    """The task that a metric speaks of, on a data set or by itself: attachment scores are of dependency parsing."""
    on: str | None = _vocabulary()["task_of_metric_on"].get(dataset, {}).get(metric)
    found: str | None = _vocabulary()["task_of_metric"].get(metric)
    return on or found


def lower_is_better(metric: str) -> bool:
    """Whether less of a metric is better: error rates, perplexities, losses."""
    return metric in _vocabulary()["lower_is_better"]
