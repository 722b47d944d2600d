"""Fit the weights of the graded verdict on labelled pairs: ``python -m sovereign.evals.weights --data DIR``.

Six fits, of words and of words with an entailment model: one on all documents, and one without each fold, by which the bench
measures. The pairs are SciFact's; which way a passage goes is learnt from the balanced part of PubMedQA too. Tables of their
own, for passages of three sentences at most, come from short copies: a pair cut down to its rationale.

What the model says of a pair is always asked of the adapter that did not see its document: of one that did, it would be surer
than of any other. The adapters of the other folds did see the fold that a fit leaves out, so a trace of it is left in what
these weights are fitted to: stacking (Wolpert 1992) without the adapters of pairs of folds that would take it out.
"""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.checks import fitted, graded
from sovereign.checks.abbreviations import definitions, written_out
from sovereign.checks.entailed import Said, said, sentence_entailed
from sovereign.checks.fitted import Line, Weights
from sovereign.checks.graded import Passage
from sovereign.errors import InputError, OutputError
from sovereign.models import Entailer, Probabilities, entailer

from . import pubmedqa, scifact
from .command import exit_code
from .files import digest
from .folds import FOLDS, fold_key, fold_of
from .logistic import Vector, solved
from .pairs import Label, Pair
from .results import write

_PENALTIES = {"rank": 1.0, "again": 1.0, "bears": 100.0, "against": 15.0}
_DIGITS = 4


def passage_of(pair: Pair) -> Passage:
    """A pair as the checks grade it: with its abbreviations written out."""
    known = definitions(" ".join(pair.sentences)) | definitions(pair.claim)
    claim, title = written_out(pair.claim, known), written_out(pair.title, known)
    return Passage(claim, title, tuple(written_out(s, known) for s in pair.sentences if s))


class Row(NamedTuple):
    """A labelled pair as the tables see it: the signals of ``bears`` and of ``against``."""

    label: Label
    topic: list[float]
    stance: list[float]


def fit_weights(pairs: Sequence[Pair], more: Sequence[Pair], entailer: Entailer | None) -> Weights:
    """The tables from labelled pairs; ``more`` are pairs without rationales, for which way long passages go."""
    pairs = [p for p in pairs if any(p.sentences)]
    known = [
        (row, any(i in r for r in p.rationales))
        for p in pairs
        if p.rationales
        for i, row in zip(places_of(p), graded.sentence_rows(passage_of(p)), strict=True)
    ]
    rank = _line([row for row, _ in known], [right for _, right in known], "rank")
    again = _again(pairs, rank, entailer) if entailer else None

    def rows(of: Iterable[Pair]) -> list[Row]:
        return [_row(pair, rank, again, entailer) for pair in of]

    whole, short = rows(pairs), rows(_short(p, rank) for p in pairs)
    return Weights(rank, _bears(whole), _against([*whole, *rows(more)]), _bears(short), _against(short), again)


def _row(pair: Pair, rank: Line, again: Line | None, entailer: Entailer | None) -> Row:
    passage = passage_of(pair)
    ranked, heard = graded.ranking(passage, rank), None
    if entailer and again:
        heard = _heard(entailer, pair, passage, ranked)
        ranked = graded.ranked_again(ranked, again, heard)
    return Row(pair.label, *graded.pair_rows(passage, ranked, heard)[:2])


def _bears(rows: Sequence[Row]) -> Line:
    return _line([r.topic for r in rows], [r.label != "NOT_ENOUGH_INFO" for r in rows], "bears")


def _against(rows: Sequence[Row]) -> Line:
    decided = [r for r in rows if r.label != "NOT_ENOUGH_INFO"]
    return _line([r.stance for r in decided], [r.label == "CONTRADICT" for r in decided], "against")


def places_of(pair: Pair) -> list[int]:
    """The indices of the sentences that a passage holds."""
    return [i for i, s in enumerate(pair.sentences) if s]


def _heard(entailer: Entailer, pair: Pair, passage: Passage, ranked: Sequence[tuple[float, int]]) -> Said:
    asked = entailer.without(fold_of(pair.group)) if entailer.without else entailer
    return said(asked, passage.claim, passage.sentences, [i for _, i in ranked])


def _remembering(entailer: Entailer) -> Entailer:
    """The entailer, asked each pair of texts once: the fits differ little in the sentences that they rank first."""
    known: dict[tuple[str, str], Probabilities] = {}

    def entail(premises: Sequence[str], hypotheses: Sequence[str]) -> list[Probabilities]:
        pairs = list(zip(premises, hypotheses, strict=True))
        if new := [p for p in dict.fromkeys(pairs) if p not in known]:
            known.update(zip(new, entailer.entail(*zip(*new, strict=True)), strict=True))
        return [known[p] for p in pairs]

    without = entailer.without
    folds = cache(lambda fold: _remembering(without(fold))) if without else None
    return replace(entailer, entail=entail, without=folds)


def _again(pairs: Sequence[Pair], rank: Line, entailer: Entailer) -> Line:
    """The second ranking: which of the sentences that the model was asked about decide, on pairs that have some."""
    rows = []
    for pair in (p for p in pairs if p.rationales):
        passage, places = passage_of(pair), places_of(pair)
        ranked = graded.ranking(passage, rank)
        heard = _heard(entailer, pair, passage, ranked)
        rows += [
            (sentence_entailed(score, one), any(places[i] in r for r in pair.rationales))
            for (score, i), one in zip(ranked, heard.each, strict=False)
        ]
    return _line([row for row, _ in rows], [right for _, right in rows], "again")


def _short(pair: Pair, rank: Line) -> Pair:
    """A pair cut down to its first rationale, or to as many of its nearest sentences where it has none: most often one."""
    kept = (
        sorted(pair.rationales[0])
        if pair.rationales
        else sorted(places_of(pair)[i] for _, i in graded.ranking(passage_of(pair), rank)[: _length(pair)])
    )
    return replace(pair, sentences=tuple(pair.sentences[i] for i in kept), rationales=())


def _length(pair: Pair) -> int:
    return (1, 1, 1, 2, 3)[fold_key(pair.claim) % 5]


def _line(rows: Sequence[Vector], labels: Sequence[bool], table: str) -> Line:
    """Weights of the plain signals, rounded as they are written, so that the file gives what the fit gave."""
    means, scales, weights = solved(rows, labels, _PENALTIES[table])
    return Line(
        round(weights[0], _DIGITS),
        tuple(round(m, _DIGITS) for m in means),
        tuple(round(w / s, _DIGITS) for w, s in zip(weights[1:], scales, strict=True)),
    )


def _plain(weights: Weights, entailing: bool) -> dict[str, Any]:
    return {
        name: {
            "intercept": line.intercept,
            "signals": {
                s: [m, w] for s, m, w in zip(fitted.names_of(name, entailing), line.means, line.weights, strict=True)
            },
        }
        for name in (fitted.ENTAILED if entailing else fitted.NAMES)
        for line in [getattr(weights, name)]
    }


def fits(pairs: Sequence[Pair], more: Sequence[Pair], entailer: Entailer | None) -> dict[str, Any]:
    """The weights of all documents, and for each fold those of all documents that are not in it."""

    def without(fold: int | None) -> dict[str, Any]:
        kept, beside = ([p for p in of if fold_of(p.group) != fold] for of in (pairs, more))
        return _plain(fit_weights(kept, beside, entailer), entailer is not None)

    return {"all": without(None), "folds": [without(fold) for fold in range(FOLDS)]}


def main(arguments: list[str] | None = None) -> int:
    """Write ``weights.json`` beside the checks, or into the folder of the entailer."""
    parser = argparse.ArgumentParser(description="Fit the weights of the graded verdict on SciFact and PubMedQA.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds scifact and pubmedqa")
    parser.add_argument(
        "--entailer", default="own", help="fit to this entailer: own, or path:FOLDER, for FOLDER/weights.json"
    )
    options = parser.parse_args(arguments)

    def fit() -> None:
        claims, medical = options.data / "scifact", options.data / "pubmedqa"
        pairs, more, model = scifact.load(claims), pubmedqa.balanced(pubmedqa.load(medical)), entailer(options.entailer)
        if model is None or not model.weights:
            raise InputError("There is no entailer to fit weights to.", "Choose own, or path:FOLDER.")
        path = model.table or Path(fitted.__file__).with_name("weights.json")
        if not os.access(path.parent, os.W_OK):  # asked before the long work, not after it
            raise OutputError(f"{path} cannot be written.", "Make its folder writable, or fit to a copy of it.")
        said = ["--data", str(options.data), *(["--entailer", options.entailer] if model.table else [])]
        table = {
            "command": shlex.join(["python", "-m", "sovereign.evals.weights", *said]),
            "data_sha256": digest([*scifact.files(claims), *pubmedqa.files(medical)]),
            "pairs": len(pairs) + len(more),
            "entailer": model.weights,
            # Without a model it is the package's own weights that are read.
            **({} if model.table else {"words": fits(pairs, more, None)}),
            "words_and_entailment": fits(pairs, more, _remembering(model)),
        }
        write(table, path)

    return exit_code(fit)


if __name__ == "__main__":
    raise SystemExit(main())
