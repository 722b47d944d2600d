"""Fit the weights of the graded verdict on SciFact: ``python -m sovereign.evals.weights --data DIR``.

Six fits, without an embedder and with it: one on all documents, and one without each fold, by which the bench measures. Beside every pair stands a short
copy of it, of its rationale (or its nearest sentences), so that the weights know short passages too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sovereign.checks import graded
from sovereign.checks.abbreviations import definitions, written_out
from sovereign.checks.graded import Line, Passage, Weights
from sovereign.checks.semantic import cosines
from sovereign.models import Embedder
from sovereign.models.minilm import minilm

from . import scifact
from .baselines import FOLDS, fold_of
from .files import digest
from .logistic import Vector, solved
from .pairs import Pair

_PENALTIES = {"rank": 1.0, "bears": 100.0, "against": 20.0}
_DIGITS = 4


def passage_of(pair: Pair, embedder: Embedder | None) -> Passage:
    """A pair as the checks grade it: with its abbreviations written out."""
    known = definitions(" ".join(pair.sentences)) | definitions(pair.claim)
    claim, title = written_out(pair.claim, known), written_out(pair.title, known)
    sentences = tuple(written_out(s, known) for s in pair.sentences if s)
    near = cosines(embedder, claim, [*sentences, title]) if embedder else ()
    return Passage(claim, title, sentences, near)


def fit_weights(pairs: Sequence[Pair], embedder: Embedder | None) -> Weights:
    """The three tables from labelled pairs."""
    pairs = [p for p in pairs if any(p.sentences)]
    known = [
        (p, row, any(i in r for r in p.rationales))
        for p in pairs
        if p.rationales
        for i, row in enumerate(graded.sentence_rows(passage_of(p, embedder)))
    ]
    rank = _line([row for _, row, _ in known], [right for _, _, right in known], _PENALTIES["rank"])
    both = [*pairs, *(_short(p, rank, embedder) for p in pairs)]
    rows = []
    for pair in both:
        passage = passage_of(pair, embedder)
        rows.append(graded.pair_rows(passage, graded.ranking(passage, rank))[:2])
    decided = [p.label != "NOT_ENOUGH_INFO" for p in both]
    bears = _line([topic for topic, _ in rows], decided, _PENALTIES["bears"])
    stances = [
        (stance, p.label == "CONTRADICT")
        for (_, stance), p in zip(rows, both, strict=True)
        if p.label != "NOT_ENOUGH_INFO"
    ]
    against = _line([stance for stance, _ in stances], [label for _, label in stances], _PENALTIES["against"])
    return Weights(rank, bears, against)


def _short(pair: Pair, rank: Line, embedder: Embedder | None) -> Pair:
    """A pair cut down to its first rationale, or to the two nearest sentences where it has none."""
    kept = (
        sorted(pair.rationales[0])
        if pair.rationales
        else sorted(i for _, i in graded.ranking(passage_of(pair, embedder), rank)[:2])
    )
    return replace(pair, sentences=tuple(pair.sentences[i] for i in kept), rationales=())


def _line(rows: Sequence[Vector], labels: Sequence[bool], penalty: float) -> Line:
    """Weights of the plain signals, rounded as they are written, so that the file gives what the fit gave."""
    means, scales, weights = solved(rows, labels, penalty)
    return Line(
        round(weights[0], _DIGITS),
        tuple(round(m, _DIGITS) for m in means),
        tuple(round(w / s, _DIGITS) for w, s in zip(weights[1:], scales, strict=True)),
    )


def _plain(weights: Weights, with_meaning: bool) -> dict[str, Any]:
    return {
        name: {
            "intercept": line.intercept,
            "signals": {
                s: [m, w] for s, m, w in zip(graded.names_of(name, with_meaning), line.means, line.weights, strict=True)
            },
        }
        for name, line in (("rank", weights.rank), ("bears", weights.bears), ("against", weights.against))
    }


def fits(pairs: Sequence[Pair], embedder: Embedder | None) -> dict[str, Any]:
    """The weights of all documents, and for each fold those of all documents that are not in it."""
    without = ([p for p in pairs if fold_of(p.group) != fold] for fold in range(FOLDS))
    some = embedder is not None
    return {
        "all": _plain(fit_weights(pairs, embedder), some),
        "folds": [_plain(fit_weights(kept, embedder), some) for kept in without],
    }


def main(arguments: list[str] | None = None) -> int:
    """Write ``weights.json`` beside the checks, or where ``--out`` says."""
    parser = argparse.ArgumentParser(description="Fit the weights of the graded verdict on SciFact.")
    parser.add_argument("--data", type=Path, required=True, help="folder of SciFact")
    parser.add_argument("--out", type=Path, default=Path(graded.__file__).with_name("weights.json"))
    options = parser.parse_args(arguments)
    pairs, model = scifact.load(options.data), minilm()
    table = {
        "command": "python -m sovereign.evals.weights --data ../shared/data/scifact",
        "data_sha256": digest(scifact.files(options.data)),
        "pairs": len(pairs),
        "embedder": model.weights,
        "words": fits(pairs, None),
        "words_and_meaning": fits(pairs, model),
    }
    options.out.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
