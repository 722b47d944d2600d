"""What the entailment model makes of a kind of twin that it never saw: ``python -m sovereign.evals.entailment.left_out``.

Trains the entailment model anew for each kind of change, without it, on few examples, and once with all; then each model alone
judges the twins of the tamper bench of that kind, and the pairs of SciFact. The models are fitted to no labelled
pair; which sentences they are shown, weights decide that did not see the pair's document.
"""

from __future__ import annotations

import argparse
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sovereign.models.crossencoder import cross_encoder
from sovereign.version import __version__

from .. import scifact
from ..alone import alone
from ..command import exit_code
from ..files import digest
from ..folds import fold_of
from ..metrics import count, figures
from ..pairs import Checker
from ..results import FOLDER, write
from ..tamper import KINDS, Twin, measure, sources_of, twins_of
from ..tamper.abstracts import filled, shelves
from . import texts
from .examples import examples
from .train import sample, tell, train_on

MOST = 4000  # examples of each training: some minutes
_FALLING = tuple(kind for kind, (expected, _) in KINDS.items() if expected == "not_support")


def run(data: Path, encoder: Path, work: Path, most: int) -> dict[str, Any]:
    """Rates by kind, of a model that saw all kinds and of one that did not see this one. A stopped run goes on from ``work``.

    Raises:
        InputError: if data or encoder cannot be used.
    """
    made = list(examples(texts.load(data), progress=tell))
    pairs = scifact.load(data / "scifact")
    found, more = shelves(data)
    twins = filled(twins_of(sources_of(pairs, "scifact")), found)

    def model(without: str) -> tuple[Checker, float | None]:
        folder = work / (without or "all")
        if not (folder / "training.json").is_file():
            tell(f"training without {without}" if without else "training with all kinds")
            chosen, _ = sample([e for e in made if not without or without not in e.kind], most)
            train_on(chosen, [], encoder, folder, {})
        check = alone(cross_encoder(folder), lambda pair: fold_of(pair.group))
        return check, figures(sum(map(count, pairs, check(pairs)), Counter[str]()))["macro_f1"]

    whole, rows = model(""), []
    for kind in _FALLING:
        of = [t for t in twins if t.kind == kind]
        both = {"with": whole, "without": model(kind)}
        rows.append({"kind": kind} | {name: _rates(*of_model, of) for name, of_model in both.items()})
    return {
        "bench": "left_out",
        "examples": most,
        "kinds": rows,
        "version": __version__,
        "data_sha256": digest([*texts.files(data), *scifact.files(data / "scifact"), *more]),
    }


def _rates(check: Checker, macro_f1: float | None, twins: Sequence[Twin]) -> dict[str, Any]:
    return {"scifact_macro_f1": macro_f1, **measure(twins, check)["kinds"][twins[0].kind]}


def main(arguments: list[str] | None = None) -> int:
    """Write ``left_out.json`` among the results, or where ``--out`` says."""
    parser = argparse.ArgumentParser(
        description="The entailment model alone, with each kind of twin left out of training."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds arxiv_ml, scifact and pubmedqa")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2: weights and tokenizer")
    parser.add_argument("--work", type=Path, required=True, help="folder for the models; a stopped run goes on from it")
    parser.add_argument("--most", type=int, default=MOST, help="examples of each training")
    parser.add_argument("--out", type=Path, default=FOLDER / "left_out.json")
    options = parser.parse_args(arguments)

    def show() -> None:
        said = ["--data", options.data, "--encoder", "ENCODER", "--work", "WORK", "--most", options.most]
        command = shlex.join(["python", "-m", "sovereign.evals.entailment.left_out", *map(str, said)])
        write(run(options.data, options.encoder, options.work, options.most) | {"command": command}, options.out)

    return exit_code(show)


if __name__ == "__main__":
    raise SystemExit(main())
