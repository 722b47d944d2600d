"""The figures of the SciREX bench: are results that a text states found with method, data set, metric and task?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sovereign.benchmarks import reported_numbers
from sovereign.benchmarks.names import folded
from sovereign.records import Document, ProtocolKey

from .key_bench import Scored, compared, counted, known_datasets
from .key_match import number_of, same_name, same_number

ROLES = ("dataset", "method", "metric", "task")
FIGURES = (*ROLES, "dataset_metric", "all", "method_dataset_metric", "reported")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w]|\.\d)")


def scores(papers: Sequence[tuple[Document, Sequence[Any]]]) -> dict[str, Any]:
    """All figures over papers with their relations (``entities``, ``names``, ``score``).

    A relation counts if a sentence outside the title holds its score and the text mentions all its entities; the rest is
    counted apart.
    """
    scored: Scored = {name: {} for name in ("ours", "nearest", "any_sentence")}
    apart = Counter[str]()
    for document, relations in papers:
        reported = [r for r in reported_numbers(document) if r.cell is None]
        sentences = [document.slice(s) for s in document.sentences[1:]]
        numbers = [[(float(m[0]), m.start()) for m in _NUMBER.finditer(text)] for text in sentences]
        for gold in relations:
            number = number_of(gold.score)
            holding = [
                (text, at)
                for text, found in zip(sentences, numbers, strict=True)
                for value, at in found
                if number is not None and same_number(number, value)
            ]
            named = all(gold.names[role] for role in ROLES)
            apart["relations"] += 1
            apart["score_in_text"] += bool(holding)
            apart["entities_in_text"] += named
            if number is None or not holding or not named:
                continue
            found = {
                "ours": [_right(r.key, gold) for r in reported if same_number(number, r.value.value)],
                "nearest": [_nearest(text, at, gold, relations) for text, at in holding],
                "any_sentence": [{role: any(_within(n, text) for n in gold.names[role]) for role in ROLES} for text, _ in holding],
            }  # fmt: skip
            for name, each in found.items():
                top = max(each, key=lambda right: sum(right.values()), default=dict.fromkeys(ROLES, False))
                three = all(top[role] for role in ("method", "dataset", "metric"))
                count = counted(top, reported=bool(each), method_dataset_metric=three)
                scored[name].setdefault(document.paper.id, Counter()).update(count)
    return {
        **compared(scored, FIGURES),
        "halves": {half: compared(scored, FIGURES, half) for half in ("seen", "held_out")},
        "counts": dict(apart),
        "documents": len(papers),
        "vocabulary": known_datasets(r.entities["dataset"] for _, relations in papers for r in relations),
    }


def _right(key: ProtocolKey, gold: Any) -> dict[str, bool]:
    """For each role whether a key has the entity, by any name by which the paper calls it."""
    ours = {"dataset": key.dataset, "method": key.method, "metric": key.metric, "task": key.task}
    right = {}
    for role, name in ours.items():
        called = (gold.entities[role], *gold.names[role])
        if role == "method":
            right[role] = bool(name) and any(_within(n, name or "") for n in called)
        else:
            kind = "dataset" if role == "dataset" else "metric" if role == "metric" else "task"
            right[role] = any(same_name(kind, name, n) for n in called)
    return right


def _within(name: str, text: str) -> bool:
    """Whether a text holds a name, spaces and signs aside."""
    words = r"[\W_]*".join(map(re.escape, re.findall(r"[^\W_]+", name)))
    return bool(words) and re.search(rf"(?<![^\W_]){words}(?![^\W_])", text, re.IGNORECASE) is not None


def _nearest(text: str, at: int, gold: Any, relations: Sequence[Any]) -> dict[str, bool]:
    """The baseline: in each role the entity of the paper's relations that is mentioned nearest to the score."""
    right = {}
    for role in ROLES:
        best: tuple[int, str] | None = None
        for other in relations:
            for name in other.names[role]:
                words = r"[\W_]*".join(map(re.escape, re.findall(r"[^\W_]+", name)))
                for match in re.finditer(words, text, re.IGNORECASE) if words else ():
                    near = abs(match.start() - at), folded(other.entities[role])
                    best = min(best, near) if best else near
        right[role] = best is not None and best[1] == folded(gold.entities[role])
    return right
