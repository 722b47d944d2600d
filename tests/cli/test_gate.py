"""``sovereign lab gate`` and ``sovereign lab reproduce`` as a person runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sovereign.contracts import rungs_by_claim
from sovereign.records import seed_claims
from sovereign.settings import load
from sovereign.store import open_store
from tests.cli.running import failed, in_a_process, sovereign

QUESTION = "What share of parameters does MixLoRA train against LoRA?"


@pytest.fixture(scope="module")
def _recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("gate") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOVEREIGN_HOME", str(home))
        said = sovereign("ask", QUESTION, "--json")
    assert said.code == 0, said.err
    assert said.json["counters"]["measured"] > 0
    return home, str(said.json["short_id"])


@pytest.fixture
def record(_recorded: tuple[Path, str], home: Path) -> str:
    """A record over the starter library in which exact protocols have counted; the home of this test has a copy of it."""
    shutil.copytree(_recorded[0], home)
    return _recorded[1]


def test_one_claim(home: Path) -> None:
    said = in_a_process("lab", "gate", "--claim", "Mixtral 8x7B has 46.7B parameters.")
    assert said.code == 0, said.err
    for words in ("VERIFIED", "exact match of parameter_count", "46,702,792,704 counted", "sandbox: "):
        assert words in " ".join(said.out.split())
    assert "parameter_count" in said.err  # progress


def test_json_is_clean_and_whole(home: Path) -> None:
    said = in_a_process("lab", "gate", "--claim", "Mixtral 8x7B has 56B parameters.", "--json")
    (claim,) = said.json["claims"]
    assert claim["gate"]["status"] == "FALSIFIED"
    assert [m["id"] for m in said.json["measurements"]] == claim["gate"]["measurement_ids"] == ["G1"]
    with open_store(home) as store:
        kept = json.loads(store.artifacts.get(said.json["measurements"][0]["artifact"]))
    assert kept["protocol"] == "parameter_count" and kept["result"]["cases"][0]["total"] == 46_702_792_704


def test_a_file_of_claims(tmp_path: Path) -> None:
    rows = [
        {"text": "On LLaMA-2 7B, MixLoRA has 2.9% trainable parameters.", "source_id": "arxiv:2404.15159", "id": "A"},
        {"text": "LLaMA-2 7B has 9B parameters."},
    ]
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    said = sovereign("lab", "gate", "--claims", file, "--json")
    assert [(c["id"], c["gate"]["status"]) for c in said.json["claims"]] == [("A", "VERIFIED"), ("T2", "FALSIFIED")]


def test_bad_input_says_what_to_do(home: Path, tmp_path: Path) -> None:
    failed(sovereign("lab", "gate"), 2, "--record", "--claim", "--claims")
    failed(sovereign("lab", "gate", "--claim", "a", "--claims", "seed"), 2, "one of")
    failed(sovereign("lab", "gate", "--claim", " .,"), 2, "claim is empty")
    failed(sovereign("lab", "gate", "--claim", "a" * 5000), 2, "5000 characters")
    failed(sovereign("lab", "gate", "--record", "12345678"), 5, "no record")
    failed(sovereign("lab", "reproduce", "12345678"), 5, "no record")
    failed(sovereign("lab", "gate", "--claims", tmp_path / "none.json"), 2, "cannot be read", "seed")
    failed(sovereign("lab", "gate", "--claims", tmp_path), 2, "cannot be read")
    for content in (
        b"",
        b"\xff\xfe",
        b"[1, 2]\n",
        b'{"text": 3}',
        b"[" * 100_000,
        b'{"text": "a b"}\n{"text": "", "id": "x"}',
    ):
        (tmp_path / "bad").write_bytes(content)
        failed(sovereign("lab", "gate", "--claims", tmp_path / "bad"), 2)
    (tmp_path / "bad").write_text('{"text": "a b", "id": "x"}\n{"text": "c d", "id": "x"}', "utf-8")
    failed(sovereign("lab", "gate", "--claims", tmp_path / "bad"), 2, "two claims of one id")


def test_a_files_ids_and_lines_are_taken_as_they_are(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps({"text": "Alpha\u2028is good.", "id": "[/no]\x1b[31m"}, ensure_ascii=False), "utf-8")
    said = sovereign("lab", "gate", "--claims", file)
    assert said.code == 0 and "[/no]" in said.out and "\x1b" not in said.out
    file.write_text(r'{"text": "Half a pair \ud800 here.", "id": "\udfff"}', "utf-8")
    assert sovereign("lab", "gate", "--claims", file, "--json").json["claims"][0]["text"] == "Half a pair ? here."
    seed = json.loads(seed_claims().model_dump_json())
    file.write_text(json.dumps(seed | {"claims": seed["claims"] * 2}), "utf-8")
    failed(sovereign("lab", "gate", "--claims", file), 2, "two claims of one id")
    failed(sovereign("lab", "gate", "--claims", "/dev/zero"), 2, "larger than")


def test_a_record_is_gated_by_events_and_stays_as_it_is(asked: object, home: Path) -> None:
    with open_store(load().home) as store:
        (entry,) = store.records.newest()
        before = store.records.load(entry.id), store.ledger.head().count
    said = sovereign("lab", "gate", "--record", entry.short_id)
    assert said.code == 0 and "the record" in said.err and "as it was" in said.err
    with open_store(load().home) as store:
        assert store.records.load(entry.id) == before[0]
        added = store.ledger.head().count - before[1]
    assert f"{added} event(s)" in said.err


def test_exact_runs_are_repeated_from_the_record_alone(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sovereign("lab", "reproduce", record, "--json").json["repeats"]
    assert first and all(r["inside"] and r["repeated"] == 1 and r["isolation"] for r in first)
    # Once is enough of other packages, which take most of the time.
    monkeypatch.setattr("sovereign.lab.protocols.independent.needs", lambda: ("mixlora",))
    second = sovereign("lab", "reproduce", record)
    assert second.out.count("repeated 2") == len(first) and "NOT REPRODUCED" not in second.out
    with open_store(load().home) as store:
        found = store.records.load(record)
        rungs = rungs_by_claim(found.id, store.ledger.events(str(found.id)))
    for repeat in first:
        earned = rungs[repeat["claim_id"]]
        assert 5 in earned and (6 in earned) == bool(repeat["by"])
    pytest.importorskip("mixlora")
    assert any("mixlora 0.2.3" in r["by"] for r in first)


def test_a_changed_artifact_is_not_run_from(record: str, home: Path) -> None:
    with open_store(load().home) as store:
        found = store.records.load(record)
        exact = [
            c for c in found.claims if c.gate and c.gate.protocol_match == "exact" and c.gate.status != "UNVERIFIED"
        ]
        names = {i for c in exact if c.gate for i in c.gate.measurement_ids}
        for measurement in found.measurements:
            if measurement.id in names:
                path = store.artifacts.path(measurement.artifact)
                path.write_bytes(path.read_bytes().replace(b"trained", b"TRAINED"))
    failed(sovereign("lab", "reproduce", record), 7, "was changed")


def test_a_result_that_was_recorded_otherwise_is_not_reproduced(record: str) -> None:
    from sovereign.lab import protocol
    from sovereign.lab.reproduce import reproduce
    from sovereign.records import canonical_json

    with open_store(load().home) as store:
        found = store.records.load(record)
        events = store.ledger.events(str(found.id))

        def forged(sha: str) -> bytes:
            kept = json.loads(store.artifacts.get(sha))
            for case in kept["result"]["cases"]:
                case["trained"] += 1
                case["total"] += 1
            return canonical_json(kept)

        repeats, told = reproduce(found, events, forged, store.artifacts.put)
    assert protocol(repeats[0].protocol)
    assert repeats and not any(r.inside for r in repeats) and all(r.repeated == 0 for r in repeats)
    assert {e.kind for e in told} == {"claim.repeated"}


def test_a_record_without_exact_runs_has_nothing_to_repeat(asked: object) -> None:
    with open_store(load().home) as store:
        (entry,) = store.records.newest()
    said = sovereign("lab", "reproduce", entry.short_id)
    assert said.code == 0 and "nothing to run again" in said.out
