"""What each part of the checks adds: ``python -m sovereign.evals.ablation --data DIR``.

Each row is the same checks on SciFact with one part taken away, by folds of documents as the bench measures.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sovereign.checks.graded import AGAINST, BEARS
from sovereign.checks.meaning import PAIR, pair_meaning
from sovereign.checks.semantic import cosines
from sovereign.models import Embedder
from sovereign.models.minilm import minilm
from sovereign.version import __version__

from . import scifact
from .baselines import FOLDS, fold_of
from .benches import answers_of
from .command import exit_code
from .files import digest
from .logistic import fit
from .metrics import Counts, count, figures, intervals
from .pairs import Found, Label, Pair
from .results import FOLDER, write

_SHOWN = ("macro_f1", "support_recall", "contradict_called_support", "rationale_f1")


def run(data: Path, embedder: Embedder) -> dict[str, Any]:
    """A row for each variant.

    Raises:
        InputError: if the data are not there.
    """
    pairs, words = answers_of("scifact", data)
    _, both = answers_of("scifact", data, embedder=embedder)
    variants = {
        "rules with embedder": both,
        "rules": words,
        "rules, no vetoes": [_unbarred(f) for f in words],
        "rules, no grading: one sentence decides or none": [_strict(f) for f in words],
        "embedder alone": alone(pairs, embedder),
    }
    return {
        "bench": "ablation",
        "rows": [{"name": name, "bench": "scifact", **_row(pairs, found)} for name, found in variants.items()],
        "embedder": embedder.name,
        "version": __version__,
        "data_sha256": digest(scifact.files(data)),
    }


def _row(pairs: Sequence[Pair], answers: Sequence[Found]) -> dict[str, Any]:
    groups: dict[str, Counts] = {}
    for pair, found in zip(pairs, answers, strict=True):
        groups.setdefault(pair.group, Counter()).update(count(pair, found))
    values, around = figures(sum(groups.values(), Counter[str]())), intervals(groups, figures)
    return {**{key: values[key] for key in _SHOWN}, "intervals": {key: around[key] for key in _SHOWN}}


def _strict(found: Found) -> Found:
    """Nothing where scores decided."""
    return replace(found, label="NOT_ENOUGH_INFO") if found.scores else found


def _unbarred(found: Found) -> Found:
    """Support wherever the scores alone give it."""
    given = found.scores is not None and found.scores[0] >= BEARS and found.scores[1] < AGAINST
    return replace(found, label="SUPPORT") if given else found


def alone(pairs: Sequence[Pair], embedder: Embedder) -> list[Found]:
    """Support where a logistic regression of cosines alone says that a passage bears on the claim; it knows no other side."""
    near = [cosines(embedder, p.claim, [*p.sentences, p.title]) if any(p.sentences) else () for p in pairs]
    first = [max(range(len(values) - 1), key=lambda i: values[i]) if values else 0 for values in near]
    rows = [pair_meaning(v, i) if v else [0.0] * len(PAIR) for v, i in zip(near, first, strict=True)]
    found: dict[int, Found] = {}
    for fold in range(FOLDS):
        inside = [n for n, pair in enumerate(pairs) if fold_of(pair.group) == fold]
        others = [n for n, pair in enumerate(pairs) if fold_of(pair.group) != fold]
        bears: Callable[[Sequence[float]], float] = fit(
            [rows[n] for n in others], [pairs[n].label != "NOT_ENOUGH_INFO" for n in others]
        )
        for n in inside:
            label: Label = "SUPPORT" if near[n] and bears(rows[n]) >= BEARS else "NOT_ENOUGH_INFO"
            found[n] = Found(label, (first[n],) if near[n] else ())
    return [found[n] for n in range(len(pairs))]


def main(arguments: list[str] | None = None) -> int:
    """Write ``ablation.json`` among the results, or where ``--out`` says."""
    parser = argparse.ArgumentParser(description="What each part of the checks adds, on SciFact.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds SciFact")
    parser.add_argument("--out", type=Path, default=FOLDER / "ablation.json")
    options = parser.parse_args(arguments)

    def measure() -> None:
        command = f"python -m sovereign.evals.ablation --data {options.data}"
        write({**run(options.data, minilm()), "command": command}, options.out)

    return exit_code(measure)


if __name__ == "__main__":
    raise SystemExit(main())
