"""What an installed package knows of our own results: the tables of docs/evals.md as data, and its plots.

Written by ``python -m sovereign.evals.page`` with the page itself, from the same results, so that the two cannot say different things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .results import Result

Results = Mapping[str, Result]

FOLDER = Path("src/sovereign/data/evals")
FILE = "results.json"
_BLOCK = re.compile(r"<!-- ([\w -]+): begin -->\n(.*?)<!-- \1: end -->", re.DOTALL)
_PLOT = re.compile(r"!\[(.*)\]\(results/evals/(\w+)\.svg\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def digest(page: str, found: Results) -> Result:
    """The results in few figures, and every section of the filled page that holds any.

    A section has its ``title``, ``about`` (its first paragraph) and ``parts``: texts, tables (``head``, ``rows``) and plots.
    """
    sections = []
    for text in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title, _, body = text.partition("\n")
        parts = [part for _, block in _BLOCK.findall(body) for part in _parts(block)]
        if parts:
            sections.append({"title": title.strip(), "about": _about(body), "parts": parts})
    return {"headline": headline(found), "sections": sections}


def headline(found: Results) -> list[dict[str, str]]:
    """The few figures that say most of what to expect, good and bad. ``range`` is the 95 % interval."""
    scifact, tamper, tribunal = found["scifact"], found["tamper"], found["tribunal"]
    runs = [result for name, result in found.items() if name.startswith("injection")]
    changed, passages = sum(r["outcomes_changed"] for r in runs), sum(r["passages"] for r in runs)
    questions = found["scholarqa-arxiv_ml"]
    lexical = scifact["baselines"]["lexical"]["contradict_called_support"]
    return [
        _share(
            scifact, "contradict_called_support",
            "of the claims that the evidence contradicts are wrongly called supported (SciFact)",
            f"{_percent(lexical)} by the word overlap of the first version",
        ),
        _share(
            scifact, "support_recall",
            "of the claims that the evidence supports are found to be so (SciFact)",
            f"{_percent(scifact['support_called_contradict'])} are called contradicted; the rest is left open",
        ),
        _share(
            tamper, "false_support_rate",
            "of the claims that were tampered with still pass as supported",
            f"{_percent(tamper['baselines']['lexical']['false_support_rate'])} by word overlap",
        ),
        _share(
            tribunal, "detection_rate",
            f"of {tribunal['plants']:,} defects planted in good records are found by the reviewers",
            f"{_percent(tribunal['false_alarm_rate'])} of the good records get a false alarm",
        ),
        {
            "figure": f"{changed} of {passages:,}",
            "range": "",
            "says": "trials with a hostile passage in a source changed what a record says",
            "beside": "without a model, and with one that obeys every text it reads",
        },
        _share(
            questions["ours"], "must_have",
            "of what experts say an answer must hold is in our answers to their questions (ScholarQABench)",
            f"{_percent(questions['ceiling']['must_have'])} is in the passages that annotators chose",
        ),
    ]  # fmt: skip


def _share(result: Mapping[str, Any], key: str, says: str, beside: str) -> dict[str, str]:
    low, high = result["intervals"][key]
    return {
        "figure": _percent(result[key]),
        "range": f"{_percent(low).removesuffix(' %')}–{_percent(high)}",
        "says": says,
        "beside": beside,
    }


def _percent(share: float) -> str:
    """Whole percent; with a decimal where a whole one would hide much."""
    return f"{100 * share:.1f} %" if 0 < share < 0.02 else f"{100 * share:.0f} %"


def _about(body: str) -> str:
    """The first paragraph, if the section begins with one, in plain words."""
    first = body.strip().partition("\n\n")[0]
    return "" if first.startswith(("<!--", "|", "```", "- ")) else _plain(first)


def _parts(block: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for chunk in block.strip().split("\n\n"):
        plot = _PLOT.fullmatch(chunk)
        if plot:
            made.append({"kind": "plot", "name": plot[2], "alt": plot[1]})
        elif chunk.startswith("|"):
            made.append(_table(chunk.splitlines()))
        else:
            made += [{"kind": "text", "text": _plain(line)} for line in re.split(r"\n(?=- )", chunk) if line]
    return made


def _table(lines: Sequence[str]) -> dict[str, Any]:
    head, _, *rows = ([_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines)
    return {"kind": "table", "head": head, "rows": rows}


def _plain(text: str) -> str:
    """Without the signs of Markdown; what is code stays between backticks."""
    text = _LINK.sub(r"\1", text.removeprefix("- "))
    return " ".join(re.sub(r"\*\*?([^*]+)\*\*?", r"\1", text).split())
