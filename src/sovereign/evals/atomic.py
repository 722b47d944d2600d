"""One claim, one statement about one metric: ``python -m sovereign.evals.atomic --data DIR``.

Sixty sentences of arXiv abstracts with two figures or more were read by hand (``atomic.json``: the id of the abstract, a hash of the
sentence, and for every figure of a metric in the vocabulary the metric, the value and who has it; no words of the abstract but
names). Held against it are the figures of the claims that :func:`sovereign.kernel.extract.claims_in` makes of each sentence.

``figures``: metric and value are right. ``subjects``: and so is who has it, where the sentence names it. ``claims``: a sentence gives as
many claims as it speaks of metrics. Two yardsticks beside it: ``plain``, every number with every metric that the sentence names;
``one_claim``, claims not taken apart, so that all the figures of a sentence have the metric of the first.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.errors import InputError
from sovereign.kernel.extract import claims_in
from sovereign.language.metrics import mentions
from sovereign.language.quantities import find_quantities
from sovereign.records import Claim

from .attributed import hash_of
from .command import exit_code
from .extraction import abstract, by_half
from .files import Row, digest, find, missing, objects, record
from .metrics import Counts, Figures, share
from .results import FOLDER, write


class Figure(NamedTuple):
    """A figure: its metric, its value, who has it (None: not named, or not judged)."""

    metric: str
    value: float
    subject: str | None


class Gold(Row):
    """A sentence read by hand."""

    arxiv_id: str
    sentence: str
    figures: tuple[Figure, ...]


class Abstract(Row):
    """An abstract of the set."""

    arxiv_id: str
    abstract: str


Reader = Callable[[str], tuple[list[Figure], int]]
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def sentences(data: Path) -> tuple[list[tuple[Gold, str]], Path]:
    """The sentences that were read, each with its words, and the file they stand in.

    Raises:
        InputError: if the set is missing or broken, or does not hold all of them.
    """
    found = find(data, "arxiv_ml", ["abstracts.jsonl"])
    if not found:
        raise missing(data, "arxiv_ml", "abstracts.jsonl")
    path = found["abstracts.jsonl"]
    gold = [Gold.model_validate(row) for row in json.loads(resources.files(__package__).joinpath("atomic.json").read_text("utf-8"))]  # fmt: skip
    wanted = {row.arxiv_id for row in gold}
    texts: dict[tuple[str, str], str] = {}
    for place, value in objects(path):
        if value.get("arxiv_id") in wanted:
            row = record(Abstract, value, place)
            texts |= {(row.arxiv_id, hash_of(s)): s for s in _SENTENCE.split(" ".join(row.abstract.split()))}
    lost = [row.arxiv_id for row in gold if (row.arxiv_id, row.sentence) not in texts]
    if lost:
        raise InputError(f"{path} lacks sentences that were read, of {', '.join(lost[:5])}.", "Give the set whole.")
    return [(row, texts[row.arxiv_id, row.sentence]) for row in gold], path


def ours(sentence: str) -> tuple[list[Figure], int]:
    """The figures of the claims of a sentence, and how many claims have any."""
    document = abstract("A work", sentence.replace("\\%", "%").replace("\\,", " "), "work")
    claims = [c for s in document.evidence() for c in claims_in(document, s)]
    return list(_figures_of(claims)), sum(bool(list(_figures_of([c]))) for c in claims)


def _figures_of(claims: Sequence[Claim]) -> Iterator[Figure]:
    for result in (r for c in claims for r in c.results):
        if result.metric and result.value:
            yield Figure(result.metric, abs(result.value.value), result.subject)
        if result.metric and result.comparator_value:
            yield Figure(result.metric, abs(result.comparator_value.value), result.comparator)


def plain(sentence: str) -> tuple[list[Figure], int]:
    """Every number with every metric that the sentence names."""
    named = {metric for *_, metric in mentions(sentence)}
    values = [abs(m.quantity.value) for m in find_quantities(sentence)]
    return [Figure(metric, value, None) for metric in sorted(named) for value in values], len(named)


def one_claim(sentence: str) -> tuple[list[Figure], int]:
    """Claims that are not taken apart: all figures have the metric and the subject of the first."""
    found, _ = ours(sentence)
    return [Figure(found[0].metric, f.value, found[0].subject) for f in found], min(1, len(found))


READERS: dict[str, Reader] = {"ours": ours, "plain": plain, "one_claim": one_claim}


def counts_of(gold: Gold, sentence: str, reader: Reader) -> Counts:
    """What one reader finds in one sentence; each figure of the gold is found once at most."""
    said, claims = reader(sentence)
    left, right, owners = list(said), 0, 0
    for figure in gold.figures:
        match = [f for f in left if f.metric == figure.metric and abs(f.value - figure.value) < 1e-6]
        owned = [f for f in match if _same(figure.subject, f.subject)]
        if match:
            left.remove((owned or match)[0])
            right += 1
            owners += bool(owned)
    metrics = len({f.metric for f in gold.figures})
    return Counter(
        gold=len(gold.figures), said=len(said), right=right, owners=owners, sentences=1, as_many=int(claims == metrics)
    )


def _same(gold: str | None, said: str | None) -> bool:
    return gold is None or (said is not None and gold.lower() in said.lower())


def figures(counts: Counts) -> Figures:
    """Recall and precision of figures, of figures with their subjects, and the share of sentences with the right number of claims."""
    return {
        "figures_recall": share(counts["right"], counts["gold"]),
        "figures_precision": share(counts["right"], counts["said"]),
        "subjects_recall": share(counts["owners"], counts["gold"]),
        "subjects_precision": share(counts["owners"], counts["said"]),
        "claims": share(counts["as_many"], counts["sentences"]),
    }


def measure(data: Path) -> dict[str, Any]:
    """Figures of our claims and of both yardsticks, with those of both halves.

    Raises:
        InputError: if the set is missing, broken or not whole.
    """
    rows, path = sentences(data)
    scored = {}
    for name, reader in READERS.items():
        groups: dict[str, Counts] = {}
        for gold, text in rows:
            groups.setdefault(gold.arxiv_id, Counter()).update(counts_of(gold, text, reader))
        scored[name] = by_half(groups, figures)
    return {
        "bench": "atomic", "n": len(rows), "gold": sum(len(g.figures) for g, _ in rows), **scored, "data_sha256": digest([path]),
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure how claims are taken apart and write ``atomic.json`` beside the other results."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds arxiv_ml")
    parser.add_argument("--out", type=Path, default=FOLDER / "atomic.json")
    options = parser.parse_args(arguments)

    def measured() -> None:
        result = measure(options.data)
        result["command"] = shlex.join(["python", "-m", "sovereign.evals.atomic", "--data", str(options.data)])
        write(result, options.out)

    return exit_code(measured)


if __name__ == "__main__":
    raise SystemExit(main())
