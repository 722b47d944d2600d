"""The tables of the page on extraction, from the stored results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .results import Result
from .tables import table

Results = Mapping[str, Result]
_NONE = "–"


def main_claims(found: Results) -> str:
    """How well the sentence is found that says what a paper mainly claims."""
    return _ranked(found["scitldr"], ("recall_at_1", "recall_at_2", "recall_at_3", "rouge_1", "rouge_l", "kept", "kept_first_3", "sentences_kept"))  # fmt: skip


def questions(found: Results) -> str:
    """How well the paragraph is found that answers a question, and whether a claim holds the answer."""
    ranks = ("recall_at_1", "recall_at_3", "recall_at_5", "evidence_f1")
    claims = ("answer_in_claim", "claimed_answered", "claimed_unanswered", "sentences_kept")
    parts = (("Chosen paragraphs", "evidence"), ("Whole papers", "full_text"))
    blocks = (
        f"{name}: {found['qasper'][part]['texts']} texts, {found['qasper'][part]['questions']} questions.\n\n"
        + _ranked(found["qasper"][part], (*ranks, *claims))
        for name, part in parts
    )
    return "\n\n".join(blocks)


def attributed(found: Results) -> str:
    """How well sentences on the works of others are told from a work's own, and what that does to claims."""
    result = found["attributed"]

    def rows() -> Iterator[Sequence[str]]:
        for part, words in (("seen", "read by hand, seen"), ("held_out", "read by hand, held out")):
            read = result["read"][part]
            for who in ("ours", "heading", "citation"):
                cells = [cell(read[who][key]) for key in ("precision", "recall", "own_lost")]
                yield f"{words} ({read['n']} sentences)", who, *cells
        for who, scored in result["sections"].items():
            held = scored["halves"]["held_out"]
            yield "sections of SciREX, held out", who, *(cell(held[k], held["intervals"][k]) for k in ("precision", "recall", "own_lost"))  # fmt: skip

    claims = result["claims_from_related_work"]["halves"]["held_out"]
    kinds = [
        (
            words,
            *(cell(claims[f"{kind}_{when}"], claims["intervals"][f"{kind}_{when}"]) for when in ("before", "after")),
        )
        for kind, words in (("asked", "the paper's title is asked"), ("stated", "every figure and comparison"))
    ]
    first = table(("yardstick", "judge", "precision", "recall", "own sentences lost"), rows())
    second = table(("claims under headings of related work, held out", "without attribution", "with it"), iter(kinds))
    return f"{first}\n\n{second}"


def atomic(found: Results) -> str:
    """How well sentences with several figures are taken apart."""
    result = found["atomic"]

    def rows() -> Iterator[Sequence[str]]:
        for who in ("ours", "plain", "one_claim"):
            for name, scored in (("all", result[who]), ("held out", result[who]["halves"]["held_out"])):
                keys = ("figures_recall", "figures_precision", "subjects_recall", "subjects_precision", "claims")
                yield f"`{who}`, {name}", *(cell(scored[key]) for key in keys)

    head = ("reader", "figures: recall", "precision", "with subject: recall", "precision", "right number of claims")
    return table(head, rows())


def _ranked(result: Mapping[str, Any], keys: Sequence[str]) -> str:
    held, baselines = result["halves"]["held_out"], result["baselines"]

    def rows() -> Iterator[Sequence[str]]:
        for key in keys:
            others = (cell(b["halves"]["held_out"].get(key)) for b in baselines.values())
            yield (
                f"`{key}`",
                cell(result[key], result["intervals"][key]),
                cell(held[key], held["intervals"][key]),
                *others,
            )

    return table(("figure", "ours, all", "ours, held out", *(f"{name}, held out" for name in baselines)), rows())


def cell(value: float | None, interval: Sequence[float] | None = None) -> str:
    if value is None:
        return _NONE
    return f"{value:.3f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")
