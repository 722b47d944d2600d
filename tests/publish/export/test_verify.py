"""The verifier finds what was changed, names it, and says what it cannot know. The second implementation agrees."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.contracts.manifest import sums
from sovereign.kernel.correct import Change, correct
from sovereign.publish.export import export_files, integrity, make_key, write_folder, zip_bytes
from sovereign.publish.export.archive import unzip
from sovereign.publish.export.layout import LEDGER, MANIFEST, RECORD, SIGNATURE, SUMS
from sovereign.publish.export.report import ExportReport, Findings
from sovereign.publish.export.signing import Signed, load_key, sign
from sovereign.publish.export.verify import verify_files
from sovereign.records import LedgerHead, Record, canonical_json, sha256_hex
from sovereign.store import merkle, open_store
from tests.publish.export.conftest import Made
from tests.publish.export.forging import rehashed, without_signature

TOOL = Path(__file__).parents[3] / "tools" / "verify_record.py"


def by_tool(place: Path, head: LedgerHead | None = None) -> tuple[int, str]:
    """Exit code and what the second implementation prints."""
    argv = [sys.executable, "-I", str(TOOL), str(place)]
    if head:
        kept = place.with_name("head.json")
        kept.write_bytes(canonical_json(head.model_dump(mode="json")))
        argv.append(str(kept))
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def named(report: ExportReport) -> set[str]:
    return {p.where.split(" ")[0] for p in report.problems}


def kinds(files: dict[str, bytes]) -> list[str]:
    """One path of each kind: each file at the top, one of each folder."""
    of_folder = {path.split("/")[0]: path for path in sorted(files) if "/" in path}
    return sorted(path for path in files if "/" not in path) + sorted(of_folder.values())


def test_a_sound_export_is_verified_by_head_and_by_key_and_else_only_consistent(made: Made) -> None:
    assert verify_files(made.files).status == "self_consistent_only"
    by_both = verify_files(made.files, (), made.head, made.key)
    assert by_both.status == "verified" and by_both.anchors == ("ledger head", "public key")
    counts = {c.name: c.count for c in by_both.checked}
    assert counts["quotes in their texts"] > 20 and counts["events of the ledger"] > 50 and counts["signatures"] == 1
    assert [what.split()[0] for what in by_both.not_checked] == ["the", "measured"]


def test_the_second_implementation_agrees_on_a_sound_export(made: Made, tmp_path: Path) -> None:
    write_folder(made.files, tmp_path / "x")
    (tmp_path / "x.zip").write_bytes(zip_bytes(made.files))
    assert by_tool(tmp_path / "x")[0] == by_tool(tmp_path / "x.zip")[0] == 0
    assert "verified" in by_tool(tmp_path / "x.zip", made.head)[1]
    assert by_tool(tmp_path / "x.zip", made.head.model_copy(update={"root": "0" * 64}))[0] == 1


def test_one_changed_byte_in_any_kind_of_file_is_found_and_named_by_both(made: Made, tmp_path: Path) -> None:
    for number, path in enumerate(kinds(made.files)):
        data = bytearray(made.files[path])
        data[len(data) // 2] ^= 1
        changed = made.files | {path: bytes(data)}
        assert path in named(verify_files(changed)), path
        write_folder(changed, tmp_path / f"x{number}")
        code, said = by_tool(tmp_path / f"x{number}")
        assert code in (1, 2) and (path in said or code == 2), (path, said)


@settings(max_examples=60)
@given(data=st.data())
def test_one_changed_byte_anywhere_in_the_zip_is_found(made: Made, data: st.DataObject) -> None:
    whole = bytearray(zip_bytes(made.files))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        files, damaged = unzip(bytes(whole), "x.zip")
    except Exception as error:
        assert type(error).__name__ == "InputError"
        return
    assert not verify_files(files, damaged).ok


@pytest.mark.parametrize("path", [RECORD, MANIFEST, LEDGER, SUMS, "report.html"])
def test_a_missing_file_is_named(made: Made, path: str) -> None:
    report = verify_files({p: d for p, d in made.files.items() if p != path})
    assert path in named(report)


def test_a_file_that_nobody_vouches_for_is_named(made: Made) -> None:
    assert "extra.txt" in named(verify_files(made.files | {"extra.txt": b"hello"}))


def test_hashing_everything_anew_is_refused_where_there_is_an_anchor_and_else_said_not_to_be_found(made: Made) -> None:
    forged = rehashed(made.files | {"report.pdf": made.files["report.pdf"] + b"%"})
    alone = verify_files(forged)
    assert alone.status == "self_consistent_only", alone.problems
    by_head = verify_files(forged, (), made.head)
    assert by_head.status == "broken" and LEDGER in named(by_head)
    by_key = verify_files(forged, (), None, made.key)
    assert by_key.status == "broken" and SIGNATURE in named(by_key)


def test_a_page_that_tells_another_story_is_found_where_the_same_code_made_it(made: Made) -> None:
    page = made.files["report.html"].replace(b"MixLoRA", b"MaxLoRA")
    forged = rehashed(made.files | {"report.html": page})
    assert "report.html" in named(verify_files(forged))
    manifest = made.files[MANIFEST].replace(b'"source_sha256":"', b'"source_sha256":"0')
    by_other_code = rehashed(made.files | {"report.html": page, MANIFEST: manifest})
    report = verify_files(by_other_code)
    assert report.status == "self_consistent_only" and any("pages" in what for what in report.not_checked)
    assert verify_files(by_other_code, (), made.head).status == "broken"


def test_a_form_that_was_dropped_is_missed_even_when_everything_is_hashed_anew(made: Made) -> None:
    for path in ("report.pdf", "references.bib", "schemas/answer-1.0.json"):
        forged = rehashed({p: d for p, d in made.files.items() if p != path})
        assert path in named(verify_files(forged))


def test_a_forger_with_another_key_is_refused(made: Made, tmp_path: Path) -> None:
    make_key(tmp_path)
    private = load_key(tmp_path)
    assert private
    forged = rehashed(made.files | {"report.pdf": b"all is well"})
    head = LedgerHead.model_validate(json.loads(forged[LEDGER])["head"])
    signature = sign(
        private,
        Signed(
            manifest_sha256=sha256_hex(forged[MANIFEST]), ledger_sha256=sha256_hex(forged[LEDGER]), ledger_head=head
        ),
    )
    signed = {p: d for p, d in forged.items() if p != SUMS} | {
        SIGNATURE: canonical_json(signature.model_dump(mode="json"))
    }
    signed[SUMS] = sums(signed)
    assert verify_files(signed).status == "self_consistent_only"
    report = verify_files(signed, (), None, made.key)
    assert report.status == "broken" and any("another key" in p.what for p in report.problems)


def test_a_swapped_quote_is_found_even_when_everything_is_hashed_anew(made: Made) -> None:
    data = json.loads(made.files[RECORD])
    quote = next(c["quote"] for c in data["claims"] if "MixLoRA" in c["quote"]["text"])
    quote["text"] = quote["text"].replace("MixLoRA", "MaxLoRA", 1)
    record = Record.model_validate(data)
    record = record.model_copy(update={"content_hash": record.computed_hash()})
    forged = rehashed(made.files | {RECORD: canonical_json(record.model_dump(mode="json"))})
    report = verify_files(forged)
    assert any("a quote does not stand" in p.what for p in report.problems), report.problems


def test_a_ledger_with_its_tail_or_middle_cut_is_found(made: Made) -> None:
    for cut in (slice(0, -1), slice(0, -5)):
        ledger = json.loads(made.files[LEDGER])
        ledger["events"] = ledger["events"][cut]
        assert LEDGER in named(verify_files(made.files | {LEDGER: canonical_json(ledger)}))
    ledger = json.loads(made.files[LEDGER])
    del ledger["events"][7]
    assert LEDGER in named(verify_files(made.files | {LEDGER: canonical_json(ledger)}))


def test_events_left_out_under_a_true_head_are_found(made: Made) -> None:
    with open_store(made.home) as store:
        hashes = [event.hash for event in store.ledger.events()]
    ledger = json.loads(made.files[LEDGER])
    ledger["events"] = [e for e in ledger["events"] if e["kind"] != "record.decided"]
    assert len(ledger["events"]) < len(json.loads(made.files[LEDGER])["events"])
    ledger["nodes"] = merkle.prove(hashes, [*(e["seq"] - 1 for e in ledger["events"]), len(hashes) - 1])
    cut = made.files | {LEDGER: canonical_json(ledger)}
    cut |= {SUMS: sums({p: d for p, d in cut.items() if p != SUMS})}
    by_key = verify_files(cut, (), made.head, made.key)
    assert by_key.status == "broken" and LEDGER in named(by_key)
    by_head = verify_files(without_signature(cut), (), made.head)
    assert by_head.status == "broken" and any("left out" in p.what for p in by_head.problems)


def test_an_older_export_under_a_newer_head_is_said_to_tell_of_its_own_moment(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.home, tmp_path / "home")
    with open_store(tmp_path / "home") as store:
        correct(store, str(made.record.id), "METADATA", "a year", "Ada", Change(sets=("/papers/0/year=1999",)))
        hashes = [event.hash for event in store.ledger.events()]
        newer = store.ledger.checkpoint()
    ledger = json.loads(made.files[LEDGER])
    ledger["nodes"] = merkle.prove(hashes, [*(e["seq"] - 1 for e in ledger["events"]), len(hashes) - 1])
    ledger["head"] = newer.model_dump(mode="json")
    old = without_signature(made.files | {LEDGER: canonical_json(ledger)})
    report = verify_files(old, (), newer)
    assert report.status == "verified" and any("later correction" in what for what in report.not_checked)


def test_what_an_event_says_in_another_shape_gets_no_traceback(made: Made) -> None:
    ledger = json.loads(made.files[LEDGER])
    (told,) = [e for e in ledger["events"] if e["kind"] == "record.inputs"]
    for texts in (5, None, {"a": 1}, [["a"]], "a"):
        told["payload"]["texts"] = texts
        assert LEDGER in named(verify_files(made.files | {LEDGER: canonical_json(ledger)}))


def test_halves_of_characters_can_be_printed(made: Made) -> None:
    report = verify_files(made.files | {RECORD: b'{"schema_version":"\\ud800"}'})
    assert RECORD in named(report) and report.model_dump_json().encode()


def test_a_document_of_absurd_size_is_not_read(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "MOST_JSON", len(made.files[RECORD]) - 1)
    report = verify_files(made.files)
    assert report.status == "broken" and any(p.where == RECORD and "are not read" in p.what for p in report.problems)


def test_many_problems_take_no_square_of_their_number(made: Made) -> None:
    found = Findings()
    started = time.monotonic()
    for number in range(50_000):
        found.problem(LEDGER, f"event {number}")
    assert len(found.problems) == 50_000 and time.monotonic() - started < 10


def test_a_head_of_another_moment_is_not_taken_for_an_anchor(made: Made) -> None:
    report = verify_files(made.files, (), made.head.model_copy(update={"count": made.head.count + 1}))
    assert report.status == "broken" and any("different moments" in p.what for p in report.problems)
    report = verify_files(made.files, (), LedgerHead(count=made.head.count, hash=made.head.hash))
    assert report.status == "broken" and any("no Merkle root" in p.what for p in report.problems)


def test_a_newer_manifest_or_record_is_named_as_such(made: Made) -> None:
    for path in (MANIFEST, RECORD):
        data = json.loads(made.files[path]) | {"schema_version": "2.0", "more": 1}
        report = verify_files(made.files | {path: canonical_json(data)})
        assert any(p.where == path and "update sovereign" in p.what for p in report.problems)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"a":1,"a":2}', b"1e999"])
@pytest.mark.parametrize("path", [RECORD, MANIFEST, LEDGER, SIGNATURE])
def test_documents_that_are_none_are_named(made: Made, path: str, data: bytes) -> None:
    assert path in named(verify_files(made.files | {path: data}))


def test_other_records_are_not_told_of(made: Made) -> None:
    with open_store(made.home) as store:
        (other,) = [e for e in store.records.newest() if e.id != made.record.id]
    assert str(other.id).encode() not in made.files[LEDGER]


def test_exporting_again_gives_the_same_manifest_and_adds_nothing_to_the_ledger(made: Made) -> None:
    with open_store(made.home) as store:
        before = store.ledger.head()
        again = export_files(store, store.records.load(made.record.id))
        assert store.ledger.head() == before
    assert again == made.files


def test_texts_left_out_are_said_not_to_be_checked(made: Made) -> None:
    with open_store(made.home) as store:
        files = export_files(store, made.record, texts=False)
    report = verify_files(files)
    assert report.ok and report.not_checked and "quotes in their texts" not in {c.name for c in report.checked}
    assert b"text/plain" not in files[MANIFEST]
