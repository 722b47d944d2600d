"""Papers against their own tables: how many sentences with figures are found again there, and how many by chance.

Every sentence of a paper's text that can be a claim and prints a figure of three digits or more is held against the tables of its own
paper, then against those of another: what is found there is found by chance. Nobody has labelled these sentences, so this counts what
is decided and not what is right: docs/evals.md says what was read by hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sovereign.checks.tabular import verify_in_tables
from sovereign.kernel.extract import can_claim
from sovereign.records import Document

from .tables import table

_FIGURE = re.compile(r"(?<![\w.])\d+\.\d+|(?<![\w.,])\d{3,}")
_STEP = 7  # to the paper whose tables are lent


def measure(documents: Sequence[Document]) -> dict[str, Any]:
    """Sentences with figures, what the tables of their own paper say of them, and what those of another paper do.

    ``figures_found`` have all their figures in a table and say more besides; ``supported`` and ``contradicted`` are decided whole.
    """
    papers = [d for d in documents if d.sentences and d.tables]
    own, lent = Counter[str](), Counter[str]()
    for n, paper in enumerate(papers):
        other = papers[(n + _STEP) % len(papers)]
        for sentence in (paper.slice(s) for s in paper.evidence()):
            if can_claim(sentence) and _FIGURE.search(sentence):
                own.update(_said(sentence, paper))
                lent.update(_said(sentence, other))
    return {"papers": len(papers), **_figures(own), "by_chance": _figures(lent)}


def _said(sentence: str, document: Document) -> list[str]:
    verdicts = {e.verdict for e in verify_in_tables(sentence, document)}
    if {"SUPPORT", "CONTRADICT"} <= verdicts:
        return ["n", "mixed"]
    names = {"SUPPORT": "supported", "CONTRADICT": "contradicted", "NOT_ENOUGH_INFO": "figures_found"}
    return ["n", *(name for verdict, name in names.items() if verdict in verdicts)][:2]


def _figures(counts: Counter[str]) -> dict[str, int]:
    return {key: counts[key] for key in ("n", "supported", "figures_found", "contradicted", "mixed")}


_HEADINGS = {
    "supported": "decided for the sentence",
    "contradicted": "decided against it",
    "mixed": "tables on both sides",
    "figures_found": "all its figures found, what else it says left open",
}


def words(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The block of the page: what tables of the own paper say, beside those of another."""
    result = found["tdms"]["own_paper"]
    columns = ("", "tables of its own paper", "tables of another paper")
    rows = ((heading, str(result[key]), str(result["by_chance"][key])) for key, heading in _HEADINGS.items())
    return f"{result['n']} sentences of {result['papers']} papers.\n\n{table(columns, iter(rows))}"
