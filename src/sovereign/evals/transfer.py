"""Does a probability carry over to other data? ``python -m sovereign.evals.transfer --data DIR``.

Fits Platt's map on all decisions on SciFact, and measures it on those on PubMedQA, which took no part in the map. (The weights
behind the decisions know other documents of both sets.)
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from sovereign.version import __version__

from . import pubmedqa, scifact
from .benches import answers_of
from .calibration import LEAST, scored, transferred
from .command import exit_code
from .curves import decisions
from .files import digest
from .pairs import chosen
from .results import FOLDER, write


def run(data: Path) -> dict[str, Any]:
    """Reliability on PubMedQA, and on its balanced part, of the map from SciFact; None of too few decisions.

    Raises:
        InputError: if ``data`` does not hold both sets.
    """
    models = chosen()
    known = decisions(*answers_of("scifact", data, models=models))
    pairs, answers = answers_of("pubmedqa", data, models=models)
    balanced = frozenset(pubmedqa.balanced(pairs))
    parts = {
        "pubmedqa": decisions(pairs, answers),
        "balanced": [d for p, f in zip(pairs, answers, strict=True) if p in balanced for d in decisions([p], [f])],
    }
    return {
        "bench": "transfer",
        "from": "scifact",
        **{
            name: transferred(known, part) if min(len(scored(known)), len(scored(part))) >= LEAST else None
            for name, part in parts.items()
        },
        "version": __version__,
        "data_sha256": digest([*scifact.files(data), *pubmedqa.files(data)]),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write ``transfer.json`` among the results, or where ``--out`` says."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.evals.transfer", description=run.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds scifact and pubmedqa")
    parser.add_argument("--out", type=Path, default=FOLDER / "transfer.json")
    options = parser.parse_args(arguments)

    def measure() -> None:
        command = shlex.join(["python", "-m", "sovereign.evals.transfer", "--data", str(options.data)])
        write(run(options.data) | {"command": command}, options.out)

    return exit_code(measure)


if __name__ == "__main__":
    raise SystemExit(main())
