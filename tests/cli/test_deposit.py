"""``sovereign deposit`` and ``approve-deposit`` as a person runs them, against a stand-in on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest

from tests.cli.conftest import Asked
from tests.cli.running import failed, in_a_process, sovereign
from tests.publish.deposit.standin import TOKEN, StandIn, served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def archive(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    found = StandIn()
    with served(found) as url:
        monkeypatch.setenv("SOVEREIGN_ARCHIVE_URL", url)
        monkeypatch.setenv("SOVEREIGN_ARCHIVE_TOKEN", TOKEN)
        yield found


def everything(home: Path) -> str:
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in home.rglob("*") if path.is_file())


def assert_nothing_of_others(packed: bytes | None, asked: Asked) -> None:
    """The whole export is in the ZIP, but for the stored texts that quotes were taken from."""
    with zipfile.ZipFile(io.BytesIO(packed or b"")) as archive:
        names = set(archive.namelist())
    quoted = {claim["quote"]["text_hash"] for claim in asked.record["claims"]}  # type: ignore[attr-defined]
    assert quoted and not {f"artifacts/{sha}" for sha in quoted} & names
    assert {"record.json", "manifest.json", "ledger.json"} <= names


def test_from_a_dry_run_to_a_doi(asked: Asked, archive: StandIn) -> None:
    name = asked.short_id
    dry = sovereign("deposit", name, "--dry-run", "--json").json
    assert not archive.calls and not list(asked.home.glob("deposits/*/*/*")), "a dry run sends and keeps nothing"

    drafted = sovereign("deposit", name, "--json").json
    assert drafted["doi"] and not drafted["published"] and not archive.published
    # The dry run said what would be sent: the same requests, with the ids that only the archive can give.
    (draft,) = archive.drafts
    said = [
        (row["method"], row["url"].partition("/api")[2].partition("?")[0].replace("{id}", draft.id))
        for row in dry["requests"]
    ]
    assert said == [(method, path.removeprefix("/api")) for method, path in archive.calls]
    sent = {json.loads(body)["metadata"]["title"] for body in archive.bodies if body.startswith(b'{"access"')}
    assert sent == {
        row["body"]["metadata"]["title"] for row in dry["requests"] if row["step"] in ("create", "describe")
    }

    failed(sovereign("deposit", name, "--publish"), 9, "not approved", "sovereign approve")
    assert sovereign("approve", name, "--reason", "read").code == 0
    failed(sovereign("deposit", name, "--publish"), 9, "not approved", "approve-deposit")
    failed(
        sovereign("approve-deposit", name, "--reason", "read", "--confirm", "SRCH:00000000"), 2, "nothing was approved"
    )
    failed(sovereign("approve-deposit", name, "--reason", " ", "--confirm", name), 2, "reason")
    failed(sovereign("deposit", name, "--publish"), 9, "approve-deposit")
    approved = sovereign("approve-deposit", name, "--reason", "read", "--confirm", name, "--json").json
    assert approved["approved"] and approved["files"] == drafted["files"]

    said_last = sovereign("deposit", name, "--publish")
    assert said_last.code == 0 and drafted["doi"] in said_last.out and "published" in said_last.out
    (item,) = archive.published
    assert set(item.files) == {
        "record.json",
        "report.html",
        "report.pdf",
        "manifest.json",
        f"{name.replace(':', '-')}.zip",
    }
    assert hashlib.sha256(item.files["manifest.json"] or b"").hexdigest() == drafted["manifest_sha256"]
    assert_nothing_of_others(item.files[f"{name.replace(':', '-')}.zip"], asked)
    assert sovereign("deposit", name, "--publish", "--json").json["doi"] == item.doi == drafted["doi"]
    assert sovereign("ledger", "verify").code == 0
    assert TOKEN not in everything(asked.home)


def test_a_dry_run_needs_no_token_and_masks_it(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    said = sovereign("deposit", asked.short_id, "--dry-run", "--publish")
    assert said.code == 0 and "https://sandbox.zenodo.org/api/records" in said.out
    assert "authorization: Bearer REDACTED" in said.out and "actions/publish" in said.out and "sha256" in said.out
    monkeypatch.setenv("SOVEREIGN_ARCHIVE_TOKEN", TOKEN)
    assert TOKEN not in sovereign("deposit", asked.short_id, "--dry-run", "--publish").out
    production = sovereign("deposit", asked.short_id, "--dry-run", "--production", "--json").json
    assert production["archive"] == "https://zenodo.org" and production["sent"] is False


def test_without_a_token_nothing_is_sent(asked: Asked) -> None:
    failed(sovereign("deposit", asked.short_id), 2, "no token", "SOVEREIGN_ARCHIVE_TOKEN")


def test_production_has_to_be_said(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_ARCHIVE_URL", "https://zenodo.org")
    failed(sovereign("deposit", asked.short_id, "--dry-run"), 2, "--production")


def test_a_record_that_is_not_there(asked: Asked) -> None:
    failed(sovereign("deposit", "SRCH:00000000", "--dry-run"), 5)


def test_nothing_is_approved_that_was_not_prepared(asked: Asked, archive: StandIn) -> None:
    failed(
        sovereign("approve-deposit", asked.short_id, "--reason", "x", "--confirm", asked.short_id),
        9,
        "prepare it first",
    )


def test_the_short_id_is_typed_by_the_owner(asked: Asked, archive: StandIn) -> None:
    assert sovereign("deposit", asked.short_id).code == 0
    typed = in_a_process("approve-deposit", asked.short_id, "--reason", "read", stdin=f"{asked.short_id}\n")
    assert typed.code == 0 and "cc-by-4.0" in typed.err and "sha256" in typed.err
    failed_one = in_a_process("approve-deposit", asked.short_id, "--reason", "read", stdin="")
    assert failed_one.code == 2 and "nothing was approved" in failed_one.err.replace("\n", " ")


def test_a_licence_that_cannot_be_sent(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_RECORD_LICENSE", "CC BY 4.0!")
    failed(sovereign("deposit", asked.short_id, "--dry-run"), 2, "record_license")
    monkeypatch.setenv("SOVEREIGN_RECORD_LICENSE", "cc0-1.0")
    monkeypatch.setenv("SOVEREIGN_RECORD_CONTRIBUTOR", "Lovelace")
    failed(sovereign("deposit", asked.short_id, "--dry-run"), 2, "record_contributor", "Family, Given")


def test_a_process_that_is_killed_at_each_change_goes_on_from_there(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SIGKILL, after the archive has acted and before it answers. Each run gets one change further."""
    found, running = StandIn(), list[subprocess.Popen[bytes]]()

    def meddle(method: str, path: str) -> Literal["drop"] | None:
        if method == "GET" or not running:
            return None
        running.pop().kill()
        return "drop"

    with served(found, meddle) as url:
        monkeypatch.setenv("SOVEREIGN_ARCHIVE_URL", url)
        monkeypatch.setenv("SOVEREIGN_ARCHIVE_TOKEN", TOKEN)
        command = [sys.executable, "-m", "sovereign.cli", "deposit", asked.short_id, "--json"]
        for _ in range(4):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            running.append(process)
            assert process.wait(60) == -signal.SIGKILL
        done = sovereign("deposit", asked.short_id, "--json")
    assert done.code == 0, done.err
    (draft,) = found.items.values()
    assert draft.doi == done.json["doi"] and draft.committed == set(draft.files) == {
        f["name"] for f in done.json["files"]
    }
    assert {hashlib.md5(data or b"").hexdigest() for data in draft.files.values()} == {
        f["md5"] for f in done.json["files"]
    }


def test_two_processes_at_once_make_one_draft(asked: Asked, archive: StandIn) -> None:
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: in_a_process("deposit", asked.short_id, "--json"), range(2)))
    assert {one.code for one in said} <= {0, 9} and 0 in {one.code for one in said}, [one.err for one in said]
    assert len(archive.drafts) == 1 and not archive.published
