"""SciTLDR-A (Cachola et al. 2020, arXiv:2004.15011): whether the sentence that says what a paper mainly claims is found.

Reads ``abstracts_tldr.jsonl`` (or ``.gz``): abstracts sentence by sentence, the sentence that is nearest by ROUGE to what its authors
wrote in one sentence, and these summaries. Half of the papers fitted the weights (``python -m sovereign.evals.scitldr --data DIR``
fits them anew); the other half was only measured. Of the half that fitted, each paper is ranked by weights that did not see it.

``recall_at_k``: the labelled sentence is among the first k. ``rouge_1`` and ``rouge_l`` are of the first sentence, against the summary
nearest to it. ``kept``: a claim that stage *extract* takes from the abstract holds it, when the question is the paper's title;
``kept_first_3``: one of the first three claims does; ``sentences_kept`` is how many of all sentences it takes.
The oracle is the sentence that is nearest to a summary by ROUGE-1.
"""

from __future__ import annotations

import argparse
import random
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sovereign.checks.fitted import Line
from sovereign.errors import InputError, SovereignError
from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.extract import extract
from sovereign.kernel.main_claim import SIGNALS, WEIGHTS, line_of, ranked, signals
from sovereign.kernel.plan import plan
from sovereign.language.words import content_stems

from .command import exit_code
from .extraction import abstract, by_half, half_of, rouge_1, rouge_l, same_words, words
from .files import Row, digest, find, missing, objects, record
from .folds import FOLDS, fold_key, fold_of
from .logistic import solved
from .metrics import Counts, Figures, share
from .pairs import Progress
from .results import read, write

PENALTY = 10.0
FIRST = (1, 2, 3)
Order = Callable[["Paper"], Sequence[int]]


class Paper(Row):
    """An abstract: its sentences, which of them is labelled, its summaries."""

    paper_id: str
    title: str
    source: list[str]
    source_labels: list[int]
    target: list[str]

    @property
    def gold(self) -> int:
        return self.source_labels.index(1)


def measure(data: Path | None, limit: int | None = None, progress: Progress = lambda text: None) -> dict[str, Any]:
    """Figures of our ranking, of the baselines and of the product's own path, with those of both halves.

    Raises:
        InputError: if the set is missing or broken.
    """
    path = file_of(data)
    papers = load(path)[:limit]
    tables = _tables()
    progress("ranking sentences")
    ours = {p.paper_id: _counted(p, _ours(p, tables)) for p in papers}
    for n, p in enumerate(papers):
        if n % 100 == 0:
            progress(f"{n} of {len(papers)} abstracts through extract")
        ours[p.paper_id].update(through_extract(p))
    baselines = {name: by_half({p.paper_id: _counted(p, order(p)) for p in papers}, _ranking) for name, order in _BASELINES.items()}  # fmt: skip
    return {**by_half(ours, _figures), "n": len(papers), "baselines": baselines, "data_sha256": digest([path])}


def file_of(data: Path | None) -> Path:
    """The file of the set.

    Raises:
        InputError: if it is not there.
    """
    if data is None:
        raise InputError("scitldr needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    found = find(data, "scitldr", ["abstracts_tldr.jsonl"])
    if not found:
        raise missing(data, "scitldr", "abstracts_tldr.jsonl")
    return found["abstracts_tldr.jsonl"]


def load(path: Path) -> list[Paper]:
    """The abstracts with exactly one labelled sentence and a summary.

    Raises:
        InputError: if a record is broken, or none is left.
    """
    papers = [record(Paper, value, place) for place, value in objects(path)]
    good = [p for p in papers if p.source_labels.count(1) == 1 and len(p.source) == len(p.source_labels) and any(map(words, p.target))]  # fmt: skip
    if not good:
        raise InputError(f"{path} holds no abstract with one labelled sentence.", "Give the file as it was published.")
    return good


def _tables() -> dict[int | None, Line]:
    """The shipped weights: those of all the seen half, and those without each of its folds."""
    table = read(WEIGHTS)
    return {None: line_of(table["all"]), **{i: line_of(fold) for i, fold in enumerate(table["folds"])}}


def _ours(paper: Paper, tables: Mapping[int | None, Line]) -> list[int]:
    fold = fold_of(paper.paper_id) if half_of(paper.paper_id) == "seen" else None
    return [i for _, i in ranked(paper.source, paper.title, tables[fold])]


def _by(key: Callable[[Paper, int], float]) -> Order:
    return lambda paper: sorted(range(len(paper.source)), key=lambda i: (-key(paper, i), i))


def _titled(paper: Paper, i: int) -> float:
    mine, title = content_stems(paper.source[i]), content_stems(paper.title)
    return 2 * len(mine & title) / max(1, len(mine) + len(title))


def _drawn(paper: Paper) -> list[int]:
    return random.Random(fold_key(paper.paper_id)).sample(range(len(paper.source)), len(paper.source))


_BASELINES: dict[str, Order] = {
    "first": _by(lambda paper, i: -i),
    "last": _by(lambda paper, i: i),
    "longest": _by(lambda paper, i: len(paper.source[i].split())),
    "random": _drawn,
    "nearest_title": _by(_titled),
    "oracle": _by(lambda paper, i: max(rouge_1(paper.source[i], target) for target in paper.target)),
}


def _counted(paper: Paper, order: Sequence[int]) -> Counts:
    """The counts of one abstract; ROUGE in millionths, so that counts stay whole."""
    first = paper.source[order[0]]
    best = {"rouge_1": rouge_1, "rouge_l": rouge_l}
    return Counter(
        {
            "papers": 1,
            **{f"at_{k}": int(paper.gold in order[:k]) for k in FIRST},
            **{name: round(1e6 * max(of(first, target) for target in paper.target)) for name, of in best.items()},
        }
    )


def through_extract(paper: Paper) -> Counts:
    """What stage *extract* keeps of an abstract when the question is its title."""
    try:
        document = abstract(paper.title, " ".join(paper.source), paper.paper_id)
        asked = plan(paper.title)
    except SovereignError:  # a title of no words, an abstract of none: nothing can be asked of it
        return Counter(unread=1)
    claims = extract([document], aspects_of(asked, (document.paper,)))
    gold = paper.source[paper.gold]
    kept = list(dict.fromkeys(claim.quote.text for claim in claims))
    return Counter(
        asked=1,
        kept=any(same_words(gold, text) for text in kept),
        kept_first_3=any(same_words(gold, text) for text in kept[:3]),
        sentences=len(document.sentences),
        sentences_kept=len(kept),
    )


def _ranking(counts: Counts) -> Figures:
    """What an order of the sentences alone is worth."""
    n = counts["papers"]
    return {
        **{f"recall_at_{k}": share(counts[f"at_{k}"], n) for k in FIRST},
        **{name: counts[name] / 1e6 / n if n else None for name in ("rouge_1", "rouge_l")},
    }


def _figures(counts: Counts) -> Figures:
    return {
        **_ranking(counts),
        "kept": share(counts["kept"], counts["asked"]),
        "kept_first_3": share(counts["kept_first_3"], counts["asked"]),
        "sentences_kept": share(counts["sentences_kept"], counts["sentences"]),
    }


def fit(papers: Sequence[Paper]) -> dict[str, Any]:
    """Weights from the seen half: of all of it, and without each fold."""
    seen = [p for p in papers if half_of(p.paper_id) == "seen"]
    rows = {p.paper_id: signals(p.source, p.title) for p in seen}

    def without(fold: int | None) -> dict[str, Any]:
        kept = [p for p in seen if fold_of(p.paper_id) != fold]
        data = [row for p in kept for row in rows[p.paper_id]]
        labels = [bool(label) for p in kept for label in p.source_labels]
        means, scales, weights = solved(data, labels, PENALTY)
        plain = zip(SIGNALS, means, weights[1:], scales, strict=True)
        return {
            "intercept": round(weights[0], 4),
            "signals": {name: [round(m, 4), round(w / s, 4)] for name, m, w, s in plain},
        }

    return {"all": without(None), "folds": [without(fold) for fold in range(FOLDS)]}


def main(arguments: list[str] | None = None) -> int:
    """Fit the weights of the main claim on the seen half of SciTLDR and write ``main_claim.json``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds abstracts_tldr.jsonl")
    options = parser.parse_args(arguments)

    def fitted() -> None:
        path = file_of(options.data)
        papers = load(path)
        command = shlex.join(["python", "-m", "sovereign.evals.scitldr", "--data", str(options.data)])
        write({"command": command, "data_sha256": digest([path]), **fit(papers)}, WEIGHTS)

    return exit_code(fitted)


if __name__ == "__main__":
    raise SystemExit(main())
