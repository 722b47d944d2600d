"""The errors of a bench, to be read: ``python -m sovereign.evals.errors scifact --data DIR -n 50``.

One JSON line for each: the claim, the label that people gave, the verdict, the sentences it rests on (or that come nearest),
those that people marked, and the checks that decided. They are ordered by a hash of document and claim, so that a sample is
the same whoever takes it, and an error that is mended leaves the others where they are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .benches import SETS, answers_of
from .command import exit_code
from .folds import fold_key
from .pairs import Found, Pair, chosen


def key_of(pair: Pair) -> str:
    """The name of a pair: eight hex digits that depend on nothing but its document and its claim."""
    return f"{fold_key(f'{pair.group} {pair.claim}'):08x}"


def errors(name: str, data: Path, split: str | None = None) -> Iterator[dict[str, Any]]:
    """Every pair whose label the checks did not find, in the order of their keys.

    Raises:
        InputError: for an unknown set or split, or data that cannot be used.
    """
    pairs, answers = answers_of(name, data, split, chosen())
    wrong = [(key_of(p), p, f) for p, f in zip(pairs, answers, strict=True) if p.label != f.label]
    for key, pair, found in sorted(wrong, key=lambda w: w[0]):
        yield {"key": key, **_told(pair, found)}


def _told(pair: Pair, found: Found) -> dict[str, Any]:
    marked = sorted(frozenset[int]().union(*pair.rationales))
    return {
        "document": pair.group,
        "claim": pair.claim,
        "label": pair.label,
        "verdict": found.label,
        "rests_on": [pair.sentences[i] for i in found.sentences],
        "marked": [pair.sentences[i] for i in marked],
        "deciding": found.deciding,
        "reason": found.reason,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the first ``-n`` errors."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.evals.errors", description="The errors of a bench.")
    parser.add_argument("name", choices=sorted(SETS))
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the set")
    parser.add_argument("--split", help="only this split, where the set has splits")
    parser.add_argument("-n", type=int, help="only the first so many; all if left out")
    options = parser.parse_args(arguments)

    def show() -> None:
        for error in list(errors(options.name, options.data, options.split))[: options.n]:
            print(json.dumps(error, ensure_ascii=False))

    return exit_code(show)


if __name__ == "__main__":
    raise SystemExit(main())
