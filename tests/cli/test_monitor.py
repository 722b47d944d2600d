"""``sovereign monitor``, for a person and for cron."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sovereign.records import Record
from sovereign.store import open_store
from tests.cli.conftest import Asked
from tests.cli.running import failed, sovereign


def test_nothing_to_look_at():
    said = sovereign("monitor")
    assert (said.code, "no records" in said.out) == (0, True)


def test_a_clear_record_ends_with_0(asked: Asked, library: Path):
    said = sovereign("monitor", asked.short_id, "--library", library, "--json")
    assert said.code == 0, said.err
    (one,) = said.json["records"]
    assert (one["short_id"], one["active"], said.json["review_due"]) == (asked.short_id, [], 0)


def test_damage_ends_with_10_and_is_shown_on_the_record(asked: Asked, library: Path):
    record = Record.model_validate(asked.record)
    with open_store(asked.home) as store:
        store.artifacts.path(record.claims[0].quote.text_hash).unlink()
    said = sovereign("monitor", "--library", library)
    assert said.code == 10
    assert "INTEGRITY" in said.out
    assert "ask for a review" in said.err
    again = sovereign("monitor", "--library", library, "--json")
    assert (again.code, again.json["review_due"], again.json["records"][0]["raised"]) == (10, 1, [])
    assert "INTEGRITY" in sovereign("show", asked.short_id).out
    assert "asks for a review" in sovereign("export", asked.short_id, "--format", "md").out


def test_a_name_or_a_library_that_is_not_there(asked: Asked, tmp_path: Path):
    failed(sovereign("monitor", "SRCH:00000000"), 5, "no record")
    failed(sovereign("monitor", "--library", tmp_path / "away"), 2, "away")


def test_a_ledger_that_was_changed_ends_with_6(asked: Asked, library: Path):
    with closing(sqlite3.connect(asked.home / "sovereign.db")) as raw:
        raw.execute("UPDATE ledger_event SET payload = '{}' WHERE kind = 'record.saved'")
        raw.commit()
    failed(sovereign("monitor", "--library", library), 6, "ledger")
