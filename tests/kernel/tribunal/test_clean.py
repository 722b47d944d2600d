"""No false alarm on records over libraries of other fields, with figures and sentences as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.kernel.tribunal import review_json
from sovereign.records import Record
from tests.kernel.asking import ask, said

CELLS = (
    "Perovskite cells reach an efficiency of {} %, compared with 26.1 % for silicon cells. Energy use of perovskite cells is "
    "0.3–0.5 times that of silicon cells. Cost: 0.10 $/W vs 0.20 $/W. Perovskite cells need about 1.2e2 kWh/m2 of energy."
)
DATABASES = (
    "PostgreSQL reaches 1e-3 ops/s throughput against 44.4 ops/s for LMDB. RocksDB reaches 1,234.5 ops/s throughput against 0.81 "
    "ops/s for LMDB. The read latency of RocksDB is 84 ms, while PostgreSQL needs 4–8 ms."
)
EDITORS = (
    "Base editors cause 4–6 % off-target edits, against 12.5 % for Cas9 nucleases. The log fold change of Cas9 nucleases was "
    "−2.3, and that of base editors −0.4 (p = 1e-3)."
)
OTHERS = "Base editors cause 15 % off-target edits, against 11 % for Cas9 nucleases in primary T cells."
ADAPTERS = (
    "QLoRA doubles accuracy compared to BitFit on LLaMA-7B. With LoRA, accuracy falls from 81 % to 80 % at 1B, whereas BitFit "
    "stays at 79 %."
)
OPPOSED = "QLoRA reduces accuracy by 59 % compared with BitFit on LLaMA-7B."


def works(home: Path, *texts: str) -> Path:
    """A library of works by different people, one for each text."""
    for n, (text, author) in enumerate(zip(texts, ("Ada Perez", "Jon Quill"), strict=False)):
        path = home / "works" / f"{n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"# A measurement of many things, part {n}\n\n{author}, 2021\n\n## Abstract\n\n{text}\n", "utf-8"
        )
    return home / "works"


def asked(home: Path, question: str, *texts: str) -> Record:
    return ask(home / "home", question, works(home, *texts))


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("What is known about perovskite cells?", (CELLS.format("25.7"), CELLS.format("24.0"))),
        ("How do PostgreSQL and RocksDB differ in read latency and write throughput?", (DATABASES,)),
        ("Do base editors reduce off-target edits compared with Cas9 nucleases?", (EDITORS, OTHERS)),
        ("What is the accuracy of QLoRA versus LoRA across models from 110M to 70B parameters?", (ADAPTERS, OPPOSED)),
    ],
)
def test_a_good_record_raises_no_alarm_in_any_round(tmp_path: Path, question: str, texts: tuple[str, ...]):
    record = asked(tmp_path, question, *texts)
    assert record.claims
    found = [*review_json(record.model_dump(mode="json")), *(f for r in record.reviews for f in r.findings)]
    assert [(f.code, f.text, f.evidence) for f in found if f.severity == "critical"] == []


def test_ratios_are_printed_without_powers_of_ten(tmp_path: Path):
    record = asked(tmp_path, "How do PostgreSQL and RocksDB differ in read latency and write throughput?", DATABASES)
    texts = [s.text for s in record.answer.sentences()]
    assert any("0.000023 times" in text for text in texts)
    assert not [text for text in texts if "e-05" in text or "e+03" in text]


def test_a_contradicted_claim_that_no_table_shows_keeps_its_sentence(tmp_path: Path):
    question = "Do base editors reduce off-target edits compared with Cas9 nucleases?"
    record = asked(tmp_path, question, EDITORS, OTHERS)
    both = ("4–6 %", "15 %")
    assert not record.answer.comparisons and not record.answer.disagreements
    assert [sum(f in text for text in said(record, "base editors")) for f in both] == [1, 1]


def test_what_no_sentence_may_rest_on_is_not_said_to_be_missing(tmp_path: Path):
    record = asked(
        tmp_path, "What is the accuracy of QLoRA versus LoRA across models from 110M to 70B parameters?", ADAPTERS, OPPOSED
    )  # fmt: skip
    assert record.reviews[-1].downgraded and record.answer.disagreements
    assert not [p.text for p in record.answer.open_points if p.text.startswith("No figure on accuracy of QLoRA")]
