"""Answers that Zenodo itself gave, to the requests that we make too; and what of its older forms must not be misread."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any

import httpx
import pytest

from sovereign.errors import DepositError
from sovereign.publish.deposit import Archive, Reply
from sovereign.publish.deposit.answers import _DOI, _ID, Unclear, _entry, absorb, explained
from sovereign.publish.deposit.plan import Call, Seen
from sovereign.publish.deposit.state import State, marker
from tests.evals.data import SHARED

from .conftest import ARCHIVE, Desk

FILE = SHARED / "api_recordings" / "responses.jsonl.gz"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"there are no recorded answers in {SHARED}")


@cache
def exchanges() -> tuple[dict[str, Any], ...]:
    rows = map(json.loads, gzip.decompress(FILE.read_bytes()).decode().splitlines())
    return tuple(row for row in rows if row["service"] == "zenodo")


def only(method: str, part: str, status: int) -> list[dict[str, Any]]:
    found = [e for e in exchanges() if e["method"] == method and part in e["url"] and e["status"] == status]
    assert found, "the recordings have changed"
    return found


def fresh(desk: Desk, **known: Any) -> State:
    fields = {"record_id": desk.record.id, "short_id": desk.record.short_id, "version": 1, "archive": ARCHIVE}
    return State(**fields, marker=marker(desk.record.id, 1), body={}, files=(), **known)


def test_its_404_for_a_record_is_that_the_draft_is_not_published(desk: Desk) -> None:
    (recorded,) = only("GET", "/api/records/68358988", 404)
    real, shown = desk.send, []

    def send(call: Call, content: bytes) -> Reply:
        if call.step == "record":
            shown.append(call.path)
            return Reply(recorded["status"], recorded["body"].encode(), 60.0)
        return real(call, content)

    desk.send = send  # type: ignore[method-assign]
    assert desk.deposit().prepared and shown and not desk.waits
    assert explained(json.loads(recorded["body"])) == "PID does not exist."


@pytest.mark.parametrize("number", [0, 1])
def test_its_401_is_told_and_nothing_is_tried_again(desk: Desk, number: int) -> None:
    recorded = only("POST", "depositions", 401)[number]
    desk.send = lambda call, content: Reply(401, recorded["body"].encode(), 60.0)  # type: ignore[method-assign]
    with pytest.raises(DepositError, match=r"401: The server could not verify") as caught:
        desk.deposit()
    assert "token" in caught.value.advice and not desk.waits


def test_its_redirects_to_itself_are_followed_for_questions(desk: Desk) -> None:
    archive = Archive("https://zenodo.org", "secret-token")
    for recorded in only("GET", "/api/records", 308):
        url, call = httpx.URL(recorded["url"]), Call("look", "GET", "/api/records")
        assert archive._followed(call, url, recorded["headers"]["location"]).path == "/api/records/"
        with pytest.raises(DepositError):
            archive._followed(Call("create", "POST", "/api/records"), url, recorded["headers"]["location"])
        with pytest.raises(DepositError):
            archive._followed(
                call, httpx.URL("https://sandbox.zenodo.org/api/records"), recorded["headers"]["location"]
            )


def test_its_checksums_and_ids_and_dois_have_the_form_that_we_expect() -> None:
    files, ids, dois = [], set(), set()
    for recorded in exchanges():
        try:
            answer = json.loads(recorded["body"] or "")
        except ValueError:
            continue
        hits = answer.get("hits", {}).get("hits", [answer]) if isinstance(answer, dict) else []
        for hit in hits:
            ids.add(str(hit.get("id", "")))
            dois |= {
                hit.get("doi"),
                hit.get("conceptdoi"),
                hit.get("metadata", {}).get("prereserve_doi", {}).get("doi"),
            }
            files += [f for f in hit.get("files", []) if "key" in f]
    assert len(files) > 20 and all(_entry(file).complete and _entry(file).size == file["size"] for file in files)
    named = dois - {None, ""}
    assert len(named) > 30 and all(_DOI.fullmatch(doi) for doi in named)
    # Uploads through the older API were named by a UUID; records and drafts by a number.
    assert len(ids) > 30 and all(_ID.fullmatch(name) for name in ids - {""})


def test_its_older_form_of_a_search_holds_nothing_of_ours(desk: Desk) -> None:
    for recorded in only("GET", "/api/records?communities", 200):
        call = Call("look", "GET", "/api/user/records")
        state, seen = absorb(fresh(desk), Seen(), call, recorded["body"].encode())
        assert (state.archive_id, seen.looks) == ("", 1)


def test_its_older_form_of_a_record_is_not_taken_for_ours(desk: Desk) -> None:
    (recorded,) = only("GET", "/api/records/13850346", 200)
    with pytest.raises(DepositError, match="does not carry our identifier"):
        absorb(fresh(desk, archive_id="13850346"), Seen(), Call("record", "GET", "x"), recorded["body"].encode())


def test_its_older_form_of_a_draft_is_not_read_as_one(desk: Desk) -> None:
    for recorded in only("POST", "depositions", 201):
        answer = json.loads(recorded["body"])
        if "conceptrecid" not in answer:
            continue
        state, _ = absorb(fresh(desk), Seen(), Call("create", "POST", "x"), recorded["body"].encode())
        assert state.archive_id == str(answer["id"])
        with pytest.raises(Unclear, match="identifiers"):
            absorb(state, Seen(), Call("draft", "GET", "x"), recorded["body"].encode())
