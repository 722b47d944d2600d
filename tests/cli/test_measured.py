"""Measured tables in a terminal of 100 columns."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sovereign.cli import measured
from sovereign.cli.measured import show_measured
from sovereign.lab.overhead.blocks import Question, Wanted
from sovereign.lab.overhead.evidence import evidence
from sovereign.records import Record, sha256_hex
from tests.lab.overhead.making import results
from tests.publish.example import build

QUESTION = Question((("mixlora",),), "full_fine_tuning", (Wanted("F3", "latency"), Wanted("F4", "memory")))


@pytest.fixture(scope="module")
def record() -> Record:
    found = evidence(results(), "a" * 64, QUESTION, sha256_hex)
    plain = build()
    answer = plain.answer.model_copy(update={"measured": found.tables})
    return plain.model_copy(update={"answer": answer, "measurements": found.measurements})


def shown(record: Record, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    screen = io.StringIO()
    monkeypatch.setattr(measured, "out", Console(file=screen, width=100, highlight=False, soft_wrap=True))
    for table in record.answer.measured:
        show_measured(table, record)
    return screen.getvalue().splitlines()


def test_tables_fit_a_hundred_columns_with_whole_headings(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(record, monkeypatch)
    grid = [line for line in lines if line.startswith(("Scale", "OPT", "BERT"))]
    assert len(grid) == 4 * (1 + 9) + 3
    assert all(len(line) <= 100 and "…" not in line for line in grid)


def test_the_comparator_stands_in_its_unit_and_the_rest_beside_it(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(record, monkeypatch)
    row = next(line.split() for line in lines if line.startswith("OPT 175B"))
    table = next(r for r in record.answer.measured[0].rows if r.scale == "OPT 175B")
    (own,) = [m for m in record.measurements if m.id == table.cells[0].measurement_id]
    assert " ".join(row[2:4]) == own.quantity.text.removesuffix("/token")
    assert row[4:] == [f"{cell.ratio:.2f}" for cell in table.cells[1:]]


def test_other_architectures_are_left_to_the_report_unless_they_reach_beyond(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(record, monkeypatch)
    assert not [line for line in lines if line.startswith("Llama")]
    assert any("4 more of other architectures in the report" in line for line in lines)
    assert sum(line.startswith("BERT 110M *") for line in lines) == 3
    few = [table.model_copy(update={"rows": table.rows[-3:]}) for table in record.answer.measured]
    short = record.model_copy(update={"answer": record.answer.model_copy(update={"measured": tuple(few)})})
    assert [line for line in shown(short, monkeypatch) if line.startswith("Llama-2 70B *")]
