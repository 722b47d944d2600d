"""The bench of versions on small made records: its figures move when what it measures does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.evals import run
from sovereign.evals.version_edits import HARMLESS, REAL
from sovereign.evals.versions import gold

TEXT = (
    "Adapters are small. However, they are slow in training. We propose Slot, which reduces latency by 20% during training. "
    "It improves accuracy by 2.5 points over LoRA."
)


def put(folder: Path, core: list[dict[str, object]], rest: list[dict[str, object]]) -> Path:
    for name, rows in (("core_lora_moe", core), ("abstracts", rest)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def row(key: str, title: str, text: str = TEXT, **more: object) -> dict[str, object]:
    return {"arxiv_id": key, "title": title, "abstract": text, "authors": ["Rekha Iyer", "Jon Quill"], **more}


def test_known_pairs_and_planted_changes_are_counted(tmp_path: Path):
    one = row("2404.15159", "Slot", version="v1")
    data = put(
        tmp_path,
        [one, row("2404.15159", "Slot")],
        [row("1701.07274", "Deep roads"), row("1806.08894", "Wide seas", "Fish swim.")],
    )
    found = run("versions", data)
    # "Deep roads" has the text of "Slot": the pair was read by nobody, and so counts as wrong.
    assert (found["recall"], found["versions"], found["pairs"]) == (1.0, 1, 2)
    assert found["unread"] == [["1701.07274", "2404.15159"]] and found["precision"] == 0.5
    for kind in REAL:
        assert found["changes"][kind]["typed"] == 1.0, kind
    assert all(found["harmless"][kind]["found"] == 0.0 for kind in HARMLESS)
    assert found["changes"]["direction"]["baselines"]["numbers"]["found"] == 0.0
    assert not any(change["found"] for change in found["expected_changes"])


def test_a_change_that_is_there_is_found_and_typed(tmp_path: Path):
    older = row("2404.15159", "Slot", "Slot reduces memory by 41% and latency by 17% in training only.", version="v1")
    newer = row(
        "2404.15159", "Slot", "Slot reduces memory by 40% and latency by 30% in training and inference.", version="v3"
    )
    found = run("versions", put(tmp_path, [newer, older], [row("1", "Sea", "Fish swim.")]))
    told = {c["name"]: (c["found"], c["typed_right"]) for c in found["expected_changes"]}
    assert told == {"latency": (True, True), "memory": (True, True), "phases": (True, True), "layers": (False, False)}


@pytest.mark.parametrize("kind", [*REAL])
def test_each_edit_changes_one_sentence_and_is_always_the_same(kind: str):
    sentences = tuple(TEXT.split(". "))
    sentences = tuple(s if s.endswith(".") else f"{s}." for s in sentences)
    edited = REAL[kind][0](sentences)
    assert edited is not None and edited == REAL[kind][0](sentences)
    assert len(set(sentences) - set(edited)) == 1
    assert REAL[kind][0](("Fish swim in the wide sea.",)) is None


def test_data_that_cannot_be_used(tmp_path: Path):
    with pytest.raises(InputError, match="needs its data"):
        run("versions")
    with pytest.raises(InputError, match="does not hold"):
        run("versions", tmp_path)


def test_the_gold_names_ids_and_reasons_alone():
    found = gold()
    assert sum(found.pairs.values()) >= 4 and sum(not v for v in found.pairs.values()) >= 10
    assert all(len(key) == 10 and key[4] == "." for pair in found.pairs for key in pair)
