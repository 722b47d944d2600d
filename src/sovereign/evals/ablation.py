"""What each part of the checks adds: ``python -m sovereign.evals.ablation --data DIR``.

Each row is the same checks with one part taken away, by folds of documents as the bench measures.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sovereign.checks.fitted import SHORT
from sovereign.checks.graded import AGAINST, BEARS, BEARS_SHORT
from sovereign.models import Entailer
from sovereign.models.own import own
from sovereign.version import __version__

from . import pubmedqa, scifact
from .alone import alone
from .benches import answers_of
from .command import exit_code
from .files import digest
from .folds import fold_of
from .metrics import Counts, count, figures, intervals
from .pairs import Found, Models, Pair
from .results import FOLDER, write

_SHOWN = (
    "macro_f1",
    "support_recall",
    "contradict_called_support",
    "contradict_recall",
    "support_called_contradict",
    "rationale_f1",
)


def run(data: Path, entailer: Entailer) -> dict[str, Any]:
    """A row for each variant and set.

    Raises:
        InputError: if the data are not there.
    """
    rows = []
    for name in ("scifact", "pubmedqa"):
        pairs, words = answers_of(name, data / name)
        _, both = answers_of(name, data / name, models=Models(entailer=entailer))
        variants = {
            "rules with model": both,
            "rules": words,
            "model alone": alone(entailer, lambda pair: fold_of(pair.group))(pairs),
            "rules with model, no vetoes": [_unbarred(p, f) for p, f in zip(pairs, both, strict=True)],
            "rules, no vetoes": [_unbarred(p, f) for p, f in zip(pairs, words, strict=True)],
            "one sentence decides or none": [_strict(f) for f in words],
        }
        rows += [{"name": key, "bench": name, **_row(pairs, found)} for key, found in variants.items()]
    return {
        "bench": "ablation",
        "rows": rows,
        "entailer": entailer.name,
        "version": __version__,
        "data_sha256": digest([*scifact.files(data / "scifact"), *pubmedqa.files(data / "pubmedqa")]),
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


def _unbarred(pair: Pair, found: Found) -> Found:
    """Support wherever the scores alone give it."""
    enough = BEARS if sum(map(bool, pair.sentences)) > SHORT else BEARS_SHORT
    given = found.scores is not None and found.scores[0] >= enough and found.scores[1] < AGAINST
    return replace(found, label="SUPPORT") if given else found


def main(arguments: list[str] | None = None) -> int:
    """Write ``ablation.json`` among the results, or where ``--out`` says."""
    parser = argparse.ArgumentParser(description="What each part of the checks adds, on SciFact and PubMedQA.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds scifact and pubmedqa")
    parser.add_argument("--out", type=Path, default=FOLDER / "ablation.json")
    options = parser.parse_args(arguments)

    def measure() -> None:
        command = f"python -m sovereign.evals.ablation --data {options.data}"
        write({**run(options.data, own()), "command": command}, options.out)

    return exit_code(measure)


if __name__ == "__main__":
    raise SystemExit(main())
