"""``sovereign correct`` and what the other commands make of a corrected record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from sovereign.records import Record, short_id
from sovereign.store import open_store
from tests.cli.conftest import Asked
from tests.cli.running import failed, sovereign


def cited(asked: Asked) -> str:
    return Record.model_validate(asked.record).answer.cited()[0]


def corrected(asked: Asked, *more: str) -> Any:
    given = more or ("--claim", cited(asked))
    return sovereign("correct", asked.short_id, "--type", "CLAIM", "--note", "It is <b>wrong</b> | [x](y)", *given)


def test_a_correction_makes_a_version_and_says_what_followed(asked: Asked):
    sovereign("approve", asked.short_id, "--reason", "fine")
    said = corrected(asked)
    assert said.code == 0, said.err
    assert "version 2" in said.out
    assert "does not hold for version 2" in said.err
    (entry,) = sovereign("list", "--json").json
    assert (entry["version"], entry["state"], entry["owner"]) == (2, "CORRECTED", None)
    listed = sovereign("list").out
    assert "2 CORRECTED" in listed
    assert asked.short_id in listed
    new = sovereign("show", asked.short_id, "--json").json
    assert (new["version"], new["standing"]["state"]) == (2, "CORRECTED")
    assert new["standing"]["withdrawn"]["claims"] == {cited(asked): 1}
    assert new["owner_decisions"] == []
    old = sovereign("show", asked.short_id, "--version", "1", "--json").json
    assert old["standing"]["state"] == "SUPERSEDED"
    assert old["content_hash"] == asked.record["content_hash"]
    assert [d["outcome"] for d in old["owner_decisions"]] == ["APPROVED"]
    assert "superseded by version 2" in sovereign("show", asked.short_id, "--version", "1").out
    assert "Corrections" in sovereign("show", asked.short_id).out


def test_pages_mark_versions_and_escape_the_note(asked: Asked):
    corrected(asked)
    for form, mark in (("html", "WITHDRAWN"), ("md", "WITHDRAWN")):
        new = sovereign("export", asked.short_id, "--format", form).out
        assert mark in new
        assert "Corrections and monitoring" in new
        assert "<b>wrong</b>" not in new
        assert "[x](y)" not in new or form == "html"
        old = sovereign("export", asked.short_id, "--format", form, "--version", "1").out
        assert "superseded by version 2" in old
        assert mark not in old
    untouched = sovereign("export", asked.short_id, "--version", "1").json
    assert {k: v for k, v in untouched.items() if k != "ledger_head"} == {
        k: v for k, v in asked.record.items() if k != "ledger_head"
    }


def test_review_and_export_work_on_a_corrected_record(asked: Asked, tmp_path: Any):
    corrected(asked)
    assert sovereign("review", asked.short_id, "--json").json["defects"] == 0
    archive = tmp_path / "x.zip"
    assert sovereign("export", asked.short_id, "--format", "crate", "--out", archive).code == 0
    said = sovereign("verify-record", archive)
    assert said.code == 0, said.err + said.out


def test_a_correction_of_a_correction(asked: Asked):
    claim = cited(asked)
    corrected(asked)
    said = sovereign(
        "correct",
        asked.short_id,
        "--type",
        "claim",
        "--restore",
        claim,
        "--note",
        "The first correction was wrong.",
        "--json",
    )
    assert said.code == 0, said.err
    made = said.json["correction"]
    assert (made["restored_ids"], made["undoes"], said.json["version"]) == ([claim], [1], 3)
    assert sovereign("show", asked.short_id, "--json").json["answer"] == asked.record["answer"]


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (("--type", "CLAIM", "--claim", "C1", "--note", " "), 2, ("note is empty",)),
        (("--type", "CLAIM", "--claim", "C999", "--note", "n"), 2, ("no claim",)),
        (("--type", "CLAIM", "--note", "n"), 2, ("nothing is named",)),
        (("--type", "TYPO", "--note", "n"), 2, ("no type of correction",)),
        (("--type", "METADATA", "--set", "/papers/0/year=0", "--note", "n"), 2, ("year",)),
        (("--type", "CLAIM", "--restore", "C1", "--note", "n"), 2, ("withdrawn",)),
    ],
)  # fmt: skip
def test_bad_corrections(asked: Asked, given: tuple[str, ...], code: int, words: tuple[str, ...]):
    failed(sovereign("correct", asked.short_id, *given), code, *words)
    assert sovereign("list", "--json").json[0]["version"] == 1


def test_the_same_correction_twice(asked: Asked):
    assert corrected(asked).code == 0
    failed(corrected(asked), 2, "withdrawn already", "--restore")


def test_an_unknown_version(asked: Asked):
    failed(sovereign("show", asked.short_id, "--version", "7"), 5, "no version 7")
    failed(sovereign("export", asked.short_id, "--version", "7"), 5, "no version 7")


def test_two_records_with_one_short_id(asked: Asked):
    first = Record.model_validate(asked.record)
    twin_id = UUID(first.id.hex[:8] + "0" * 4 + "4000" + "8000" + "0" * 12)
    twin = first.model_copy(update={"id": twin_id, "short_id": short_id(twin_id), "ledger_head": None})
    with open_store(asked.home) as store:
        store.records.save(twin)
    rest = ("--type", "CLAIM", "--claim", cited(asked), "--note", "n")
    for command in (
        ("correct", asked.short_id, *rest), ("monitor", asked.short_id), ("show", asked.short_id),
        ("export", asked.short_id), ("approve", asked.short_id, "--reason", "r"), ("review", asked.short_id),
    ):  # fmt: skip
        failed(sovereign(*command), 5, "2 records", str(twin_id), str(first.id), "more digits")
    assert sovereign("correct", str(first.id), *rest).code == 0
    assert {e["id"]: e["version"] for e in sovereign("list", "--json").json} == {str(first.id): 2, str(twin_id): 1}


def test_a_hidden_version_is_found_out(asked: Asked):
    corrected(asked)
    with closing(sqlite3.connect(asked.home / "sovereign.db")) as raw:
        raw.execute("DELETE FROM record_version WHERE version = 2")
        raw.commit()
    failed(sovereign("show", asked.short_id, "--version", "1"), 6, "versions")
