"""How well claims are checked against the table itself (:func:`sovereign.checks.tabular.verify_in_grid`), on SciTab's tables.

SciTab says which table a claim is about. In a document of which that is not known (:func:`sovereign.checks.tabular.verify_in_tables`),
the check first asks whether a claim means a table, and decides far less: those figures stand beside as ``table_not_given``.

A table is made a document as a reader of papers would give it: cells with their places, the first row as headers, bold marks.
Papers are split in two halves by the last byte of a hash: the checks were built with ``dev`` in view, ``held_out`` was only measured.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sovereign.checks.tabular import grids_of, verify_in_grid, verify_in_tables
from sovereign.records import Cell, Document, Paper, Section, Table, text_hash

from .metrics import Counts, Figures, intervals
from .pairs import LABELS, Label, Progress, label_of

SHUFFLES = 5  # of the tables among claims of other papers
_DECIDED: tuple[Label, ...] = ("SUPPORT", "CONTRADICT")
Result = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A claim, its table as a document, the label, and the paper that both are of."""

    claim: str
    document: Document
    label: Label
    group: str


@dataclass(frozen=True)
class Answer:
    """What the table said, and by which operation."""

    label: Label
    operation: str = ""


def table_document(caption: str, rows: Sequence[Sequence[tuple[str, bool]]]) -> Document:
    """A document that holds one table; a row is a list of (text, whether it is bold), the first row heads the columns."""
    text, cells = "", []
    for r, row in enumerate(rows):
        for c, (said, bold) in enumerate(row):
            if said:
                span = {"start": len(text), "end": len(text) + len(said)}
                cells.append(Cell(**span, row=r, column=c, header=r == 0, bold=bold))
                text += f"{said}\t"
        text = f"{text.rstrip()}\n"
    table = Table(start=0, end=len(text), section=0, cells=tuple(cells), caption=caption)
    return Document(
        paper=Paper(id="title:table", title="table"),
        text=text,
        text_hash=text_hash(text),
        depth="full_text",
        sections=(Section(title="Results", level=1, start=0, end=len(text)),),
        sentences=(),
        tables=(table,),
    )


def answer(claim: str, document: Document) -> Answer:
    """The verdict of the table check on a claim that is known to be about the document's one table, and the operation that decided."""
    (grid,) = grids_of(document)
    ruling = verify_in_grid(claim, grid)
    if ruling.rationale is None:
        return Answer("NOT_ENOUGH_INFO")
    return Answer(label_of(ruling.verdict), ruling.rationale.computation.operation)


def answer_among(claim: str, document: Document) -> Label:
    """The verdict where it is not known which table of the document a claim is about; tables that disagree decide nothing."""
    verdicts = {e.verdict for e in verify_in_tables(claim, document)}
    return label_of(verdicts.pop()) if len(verdicts) == 1 else "NOT_ENOUGH_INFO"


def half_of(group: str) -> str:
    """The half of a paper: ``dev`` or ``held_out``."""
    return "held_out" if hashlib.sha256(group.encode()).digest()[-1] % 2 else "dev"


def measure(cases: Sequence[Case], confusions: Mapping[str, Counts], progress: Progress) -> Result:
    """Every figure of the table check: on all papers, on each half, by operation, with tables exchanged; beside the baselines.

    ``confusions`` are the counts "gold>found" of other checkers on the same claims.
    """
    progress("checking claims against their tables")
    answers = [answer(c.claim, c.document) for c in cases]
    progress("checking claims against tables of other papers")
    swapped = _swapped(cases)
    halves = {name: [i for i, c in enumerate(cases) if half_of(c.group) == name] for name in ("dev", "held_out")}
    parts = {name: _part(cases, answers, swapped, chosen) for name, chosen in halves.items() if chosen}
    majority = Counter(c.label for c in cases).most_common(1)[0][0]
    among = Counter(f"{c.label}>{answer_among(c.claim, c.document)}" for c in cases)
    others = {"table_not_given": among, **confusions, "majority": Counter(f"{c.label}>{majority}" for c in cases)}
    return {
        **_part(cases, answers, swapped, range(len(cases))),
        "parts": parts,
        "operations": {name: _operations(cases, answers, chosen) for name, chosen in halves.items() if chosen},
        "baselines": {name: figures(counts) for name, counts in others.items()},
        "shuffles": SHUFFLES,
    }


def figures(counts: Counts) -> Figures:
    """Figures from counts "gold>found".

    ``decided_accuracy``: of the supported and refuted claims that were decided, the share decided rightly; ``coverage``: the share
    of them that was decided; ``open_decided``: the share of the claims without enough information that was decided all the same;
    ``swapped_decided``: the share of claims that the table of another paper decided. ``macro_f1`` is over all three labels.
    """
    right = sum(counts[f"{label}>{label}"] for label in _DECIDED)
    decided = sum(counts[f"{gold}>{found}"] for gold in _DECIDED for found in _DECIDED)
    known = sum(counts[f"{gold}>{found}"] for gold in _DECIDED for found in LABELS)
    unknown = sum(counts[f"NOT_ENOUGH_INFO>{found}"] for found in LABELS)
    wrongly = sum(counts[f"NOT_ENOUGH_INFO>{found}"] for found in _DECIDED)
    scores = [_f1(counts, label) for label in LABELS]
    held = [s for s in scores if s is not None]
    return {
        "decided_accuracy": right / decided if decided else None,
        "coverage": decided / known if known else None,
        "open_decided": wrongly / unknown if unknown else None,
        "macro_f1": sum(held) / len(held) if held else None,
        "swapped_decided": counts["swapped_decided"] / counts["swapped"] if counts["swapped"] else None,
    }


def _f1(counts: Counts, label: Label) -> float | None:
    right = counts[f"{label}>{label}"]
    gold, found = (
        sum(counts[key] for key in (f"{label}>{o}" if way else f"{o}>{label}" for o in LABELS)) for way in (True, False)
    )
    return 2 * right / (gold + found) if gold else None


def _part(
    cases: Sequence[Case], answers: Sequence[Answer], swapped: Mapping[int, int], chosen: Iterable[int]
) -> Result:
    kept = list(chosen)
    groups: dict[str, Counts] = {}
    for i in kept:
        counts = groups.setdefault(cases[i].group, Counter())
        counts[f"{cases[i].label}>{answers[i].label}"] += 1
        if i in swapped:
            counts["swapped"] += SHUFFLES
            counts["swapped_decided"] += swapped[i]
    whole = sum(groups.values(), Counter[str]())
    return {
        "n": len(kept),
        "papers": len(groups),
        **figures(whole),
        "intervals": intervals(groups, figures),
        "confusion": {key: whole[key] for key in (f"{gold}>{found}" for gold in LABELS for found in LABELS)},
    }


def _operations(cases: Sequence[Case], answers: Sequence[Answer], chosen: Iterable[int]) -> dict[str, Result]:
    """How many supported and refuted claims each operation decided, and how many of them rightly; and how many open ones."""
    rows: dict[str, Counter[str]] = {}
    for i in chosen:
        if answers[i].operation:
            row = rows.setdefault(answers[i].operation, Counter())
            known = cases[i].label in _DECIDED
            row["decided" if known else "open"] += 1
            row["right"] += cases[i].label == answers[i].label
    return {name: {key: rows[name][key] for key in ("decided", "right", "open")} for name in sorted(rows)}


def _swapped(cases: Sequence[Case]) -> dict[int, int]:
    """For each claim, by how many of the tables of other papers that it was given it was decided."""
    found = dict.fromkeys(range(len(cases)), 0)
    tables: dict[str, list[Document]] = {}
    for case in cases:
        shelf = tables.setdefault(case.group, [])
        if case.document not in shelf:
            shelf.append(case.document)
    if len(tables) < 2:
        return {}
    for seed in range(SHUFFLES):
        rng = random.Random(seed)
        for i, case in enumerate(cases):
            paper = rng.choice([g for g in sorted(tables) if g != case.group])
            found[i] += answer(case.claim, rng.choice(tables[paper])).label != "NOT_ENOUGH_INFO"
    return found
