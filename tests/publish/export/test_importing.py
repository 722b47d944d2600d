"""Import of an exported record gives the same record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sovereign.cli import app
from sovereign.cli.corrections import published_of
from sovereign.contracts import rungs_by_claim
from sovereign.contracts.verification_levels import verification_levels
from sovereign.errors import InputError, StoreError
from sovereign.kernel.correct import Change, correct
from sovereign.publish.export import export_files, write_folder
from sovereign.publish.export.importing import import_export
from sovereign.publish.export.layout import RECORD
from sovereign.publish.export.verify import verify_files
from sovereign.store import Store, open_store
from tests.publish.export.conftest import Made


@pytest.fixture
def place(made: Made, tmp_path: Path) -> Path:
    write_folder(made.files, tmp_path / "x")
    return tmp_path / "x"


def test_the_same_record_with_its_texts_and_levels(made: Made, place: Path, store: Store) -> None:
    report, record = import_export(store, place, made.head)
    assert report.status == "verified" and record == made.record
    assert store.records.load(made.record.short_id) == made.record
    for quote in made.record.quotes():
        assert store.artifacts.get(quote.text_hash).decode()[quote.start : quote.end] == quote.text
    earned = rungs_by_claim(record.id, store.ledger.events(str(record.id)))
    assert {c.id: frozenset(c.rungs) for c in record.claims} == {c.id: earned[c.id] for c in record.claims}
    assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
    assert not store.records.decisions(record.id)


def test_an_export_of_the_import_verifies_and_holds_the_same(made: Made, place: Path, store: Store) -> None:
    _, record = import_export(store, place)
    assert record
    again = export_files(store, record)
    assert verify_files(again, (), store.ledger.checkpoint()).status == "verified"
    same = {p for p in made.files if p.startswith(("artifacts/", "figures/", "schemas/")) or p in (RECORD, "report.md")}
    assert len(same) > 10 and all(again[p] == made.files[p] for p in same)


def test_what_nothing_vouched_for_is_said_to_be_so_as_long_as_it_is_kept(
    made: Made, place: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_export(store, place)
    published = published_of(store, str(made.record.id), None)
    assert published.unvouched and any("invented" in s for s in verification_levels(published).limitations)
    monkeypatch.setenv("SOVEREIGN_HOME", str(store.home))
    shown = CliRunner().invoke(app, ["show", made.record.short_id])
    assert shown.exit_code == 0 and "nothing vouched for it" in " ".join(shown.output.split())
    with open_store(tmp_path / "third") as third:
        import_export(third, place, made.head)
        published = published_of(third, str(made.record.id), None)
    assert not published.unvouched and not any("invented" in s for s in verification_levels(published).limitations)


def test_importing_twice_changes_nothing(made: Made, place: Path, store: Store) -> None:
    import_export(store, place)
    head = store.ledger.head()
    assert import_export(store, place)[1] == made.record and store.ledger.head() == head


def test_what_does_not_verify_is_not_imported(made: Made, place: Path, store: Store) -> None:
    (place / "report.md").write_bytes(b"all is well")
    report, record = import_export(store, place)
    assert record is None and not report.ok and not store.records.newest() and store.ledger.head().count == 0


def test_another_record_of_the_same_id_is_refused_and_stays(made: Made, place: Path, store: Store) -> None:
    other = made.record.model_copy(update={"question": "What else?"})
    other = other.model_copy(update={"content_hash": other.computed_hash()})
    store.records.save(other)
    with pytest.raises(StoreError, match="saved already"):
        import_export(store, place)
    assert store.records.load(made.record.id) == other


def test_all_versions_of_a_corrected_record_come_along_and_can_be_gone_on_with(
    made: Made, store: Store, tmp_path: Path
) -> None:
    shutil.copytree(made.home, tmp_path / "home")
    with open_store(tmp_path / "home") as origin:
        cited = made.record.answer.cited()[:2]
        for claim in cited:
            correct(origin, str(made.record.id), "CLAIM", "it was misread", "Ada", Change(claims=(claim,)))
        newest = origin.records.load(made.record.id)
        files = export_files(origin, newest)
        write_folder(files, tmp_path / "x")
        head = origin.ledger.checkpoint()
        restored = correct(origin, str(newest.id), "CLAIM", "it was right", "Ada", Change(restores=(cited[0],)))
    assert {p for p in files if p.startswith("versions/")} == {"versions/1.json", "versions/2.json"}
    report, record = import_export(store, tmp_path / "x", head)
    assert report.status == "verified", report.problems
    assert record == newest == store.records.load(newest.id) and newest.version == 3
    assert store.records.load(newest.id, 1) == made.record
    assert [v.version for v in store.records.versions(newest.id)] == [1, 2, 3]
    again = correct(store, str(newest.id), "CLAIM", "it was right", "Ada", Change(restores=(cited[0],)))
    assert again.answer == restored.answer and again.counters == restored.counters
    assert verify_files(export_files(store, again), (), store.ledger.checkpoint()).status == "verified"


def test_an_older_version_that_was_changed_or_is_missing_is_named(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.home, tmp_path / "home")
    with open_store(tmp_path / "home") as origin:
        correct(origin, str(made.record.id), "METADATA", "a year", "Ada", Change(sets=("/papers/0/year=1999",)))
        files = export_files(origin, origin.records.load(made.record.id))
    other = files["versions/1.json"].replace(b"SUPPORT", b"support", 1)
    for changed in (files | {"versions/1.json": other}, {p: d for p, d in files.items() if p != "versions/1.json"}):
        assert any(p.where == "versions/1.json" for p in verify_files(changed).problems)


def test_an_older_version_that_was_imported_is_not_corrected_anew(made: Made, store: Store, tmp_path: Path) -> None:
    shutil.copytree(made.home, tmp_path / "home")
    name = str(made.record.id)
    with open_store(tmp_path / "home") as origin:
        for claim in made.record.answer.cited()[:2]:
            correct(origin, name, "CLAIM", "it was misread", "Ada", Change(claims=(claim,)))
        write_folder(export_files(origin, origin.records.load(name, 2)), tmp_path / "x")
        head = origin.ledger.checkpoint()
    import_export(store, tmp_path / "x", head)
    before = store.ledger.head()
    with pytest.raises(InputError, match="has a version 3"):
        correct(store, name, "CLAIM", "another", "Bo", Change(claims=(made.record.answer.cited()[2],)))
    assert store.ledger.head() == before and store.records.load(name).version == 2
