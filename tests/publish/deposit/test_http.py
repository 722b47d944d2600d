"""Over HTTP on this machine: bad answers, bad tokens, redirects; and what a token must never be found in."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

import httpx
import pytest

from sovereign.errors import DepositError, InputError
from sovereign.publish.deposit import PRODUCTION, SANDBOX, Archive, Terms, address, approve, deposit, read_token
from sovereign.publish.deposit.answers import Unclear
from sovereign.publish.deposit.archive import _LIMITS, headers
from sovereign.publish.deposit.plan import Call
from tests.sources.web.server import Behaviour, Server, half, hang, head, raw, redirect, reply, serving

from .conftest import FILES, Desk
from .standin import TOKEN, StandIn, served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
GET = Call("record", "GET", "/api/records/1")
POST = Call("create", "POST", "/api/records", body={})
SHORT = replace(_LIMITS, read=1.5, total=dict.fromkeys(_LIMITS.total, 3.0), body=dict.fromkeys(_LIMITS.body, 100_000))


def asked(server: Server, call: Call) -> object:
    archive = Archive(server.url("").rstrip("/"), TOKEN, limits=SHORT)
    try:
        return archive(call, b"{}" if call.body is not None else b"")
    finally:
        archive.close()


def test_a_whole_deposit_over_http(desk: Desk) -> None:
    with served(desk.archive) as url:
        terms, send = Terms(url), Archive(url, TOKEN)
        state = deposit(desk.store, desk.record, FILES, terms, send, sleep=desk.sleep)
        send.close()
    (draft,) = desk.archive.drafts
    assert draft.files == FILES and state.doi == draft.doi and not desk.waits
    assert TOKEN not in "".join(p.read_text("utf-8", "replace") for p in desk.store.home.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "path", ["/api/records", "/draft/pids/doi", "/content", "/commit", "/draft/files", "/draft", "/publish"]
)
def test_a_connection_that_breaks_after_the_archive_has_acted(desk: Desk, path: str) -> None:
    left = [path]

    def meddle(method: str, target: str) -> Literal["drop"] | None:
        return "drop" if method != "GET" and left and target.endswith(left[0]) and left.pop() else None

    with served(desk.archive, meddle) as url, closing(Archive(url, TOKEN)) as send:
        terms = Terms(url)
        state = deposit(desk.store, desk.record, FILES, terms, send, sleep=desk.sleep)
        desk.decide()
        approve(desk.store, desk.record, url, state.digest, "read", "ada")
        state = deposit(desk.store, desk.record, None, terms, send, publish=True, sleep=desk.sleep)
    assert not left and state.published and not desk.archive.drafts
    assert [item.files for item in desk.archive.published] == [FILES]


def test_the_headers_of_a_429_say_how_long_to_wait(desk: Desk) -> None:
    left = [(429, {"retry-after": "17"}), (503, {"retry-after": "5"})]
    with (
        served(desk.archive, lambda m, t: left.pop(0) if left and m == "GET" else None) as url,
        closing(Archive(url, TOKEN)) as send,
    ):
        deposit(desk.store, desk.record, FILES, Terms(url), send, sleep=desk.sleep)
    assert desk.waits == [17.0, 5.0]


def test_what_is_sent_with_a_request() -> None:
    with serving() as server:
        server.on("/api/records", reply(b"{}", 201))
        asked(server, POST)
        (seen,) = server.seen
    assert (seen.method, seen.body) == ("POST", b"{}")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["accept"] == "application/vnd.inveniordm.v1+json"
    assert seen.headers["content-type"] == "application/json" and seen.headers["content-length"] == "2"


@pytest.mark.parametrize(
    "behave",
    [
        hang,
        half(b"{}"),
        raw(b""),
        raw(b"HTTP/1.1 banana\r\n\r\n"),
        reply(b"x" * 200_000),
        raw(head(content_length="9")),
    ],
    ids=["hangs", "cut", "closed", "not http", "too large", "no body"],
)
@pytest.mark.parametrize("call", [GET, POST], ids=["get", "post"])
def test_an_answer_that_is_none_leaves_open_what_was_done(behave: Behaviour, call: Call) -> None:
    with serving() as server:
        server.on(call.path, behave)
        with pytest.raises(Unclear) as caught:
            asked(server, call)
        assert TOKEN not in str(caught.value)
        assert len(server.seen) == 1, "nothing is sent twice without looking"


def test_nobody_there() -> None:
    with serving() as server:
        pass
    with pytest.raises(Unclear):
        asked(server, GET)


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/api", "http://127.0.0.1:1/", "//evil.example/", "file:///etc/passwd", "", "http://[/"],
)
@pytest.mark.parametrize("call", [GET, POST], ids=["get", "post"])
def test_a_redirect_elsewhere_is_not_followed(location: str, call: Call) -> None:
    with serving() as server:
        server.on(call.path, redirect(location))
        with pytest.raises(DepositError, match="redirects") as caught:
            asked(server, call)
        assert len(server.seen) == 1 and caught.value.advice and TOKEN not in str(caught.value)


def test_a_redirect_within_the_archive_is_followed_for_questions_only() -> None:
    with serving() as server:
        server.on("/api/records/1", redirect("/api/records/1/", 308))
        server.on("/api/records/1/", reply(b'{"id": "1"}'))
        assert asked(server, GET).body == b'{"id": "1"}'  # type: ignore[attr-defined]
        server.on("/api/records", redirect("/api/records/", 308))
        with pytest.raises(DepositError, match="redirects POST"):
            asked(server, POST)
        server.on("/api/records/1", redirect("/api/records/1"))
        with pytest.raises(DepositError, match="without end"):
            asked(server, GET)


def test_a_token_that_the_archive_echoes_is_not_passed_on() -> None:
    with serving() as server:
        server.on("/api/records/1", reply(json.dumps({"message": f"bad {TOKEN}"}).encode(), 401))
        assert TOKEN.encode() not in asked(server, GET).body  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (lambda a: setattr(a, "token", "another"), "401", "token is wrong"),
        (lambda a: setattr(a, "rights", frozenset()), "403", "deposit:write"),
    ],
)
def test_a_token_that_does_not_do(desk: Desk, change: Callable[[StandIn], None], status: str, words: str) -> None:
    change(desk.archive)
    with pytest.raises(DepositError, match=status) as caught:
        desk.deposit()
    assert words in caught.value.advice and TOKEN not in str(caught.value)
    assert not desk.archive.items and not desk.waits


def test_a_token_without_the_right_to_publish(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    desk.archive.rights = frozenset({"write"})
    with pytest.raises(DepositError, match="403") as caught:
        desk.deposit(publish=True)
    assert "deposit:actions" in caught.value.advice
    desk.archive.rights = frozenset({"write", "actions"})
    assert desk.deposit(publish=True).published and len(desk.archive.published) == 1


def answering(desk: Desk, step: str, *replies: tuple[int, bytes, float]) -> None:
    """Answer a step so, as often as there are replies, without asking the archive."""
    from sovereign.publish.deposit import Reply

    left, real = list(replies), desk.send

    def send(call: Call, content: bytes) -> Reply:
        return Reply(*left.pop(0)) if call.step == step and left else real(call, content)

    desk.send = send  # type: ignore[method-assign]


def test_a_429_is_waited_for_as_it_asks(desk: Desk) -> None:
    answering(desk, "create", (429, b"{}", 42.0))
    desk.deposit()
    assert desk.waits == [42.0] and len(desk.archive.items) == 1


def test_a_429_that_asks_for_too_much_is_told_and_left_alone(desk: Desk) -> None:
    answering(desk, "create", (429, b"{}", 3_600.0))
    with pytest.raises(DepositError, match="3600 s"):
        desk.deposit()
    assert not desk.waits
    assert desk.deposit().prepared and not desk.waits, "a refused request is not looked for"


@pytest.mark.parametrize("status", [409, 500, 502, 503, 504])
def test_an_archive_that_stays_down_is_given_up_and_found_again(desk: Desk, status: int) -> None:
    answering(desk, "reserve", *[(status, b'{"message": "busy"}', 0.0)] * 6)
    with pytest.raises(DepositError, match=rf"6 times.*reserve.*{status} \(busy\)") as caught:
        desk.deposit()
    assert "run the same command again" in caught.value.advice
    assert desk.deposit().doi and len(desk.archive.items) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"id": "1/../2"}', b'{"id": [], "pids": []}', b"[" * 100_000, b'{"id": NaN}', b"\xff"],
)
def test_answers_that_cannot_be_read_do_no_harm(desk: Desk, body: bytes) -> None:
    for step in ("look", "create", "draft", "reserve", "files", "open", "commit", "describe"):
        answering(desk, step, (200, body, 0.0))
    with pytest.raises(DepositError, match="no clear answer 6 times"):
        desk.deposit()
    desk.deposit()
    (draft,) = desk.archive.drafts
    assert draft.files == FILES


def test_what_the_archive_minds_is_told_in_its_words(desk: Desk) -> None:
    said = {
        "message": "A validation error occurred.",
        "errors": [{"field": "metadata.title", "messages": ["Too \x1b[31mshort."]}],
    }
    answering(desk, "create", (400, json.dumps(said).encode(), 0.0))
    with pytest.raises(DepositError, match=r"metadata\.title: Too \[31mshort"):
        desk.deposit()
    assert desk.deposit().prepared and not desk.waits, "what was refused is not looked for"


def test_a_description_that_is_taken_with_errors_is_not_published(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    (draft,) = desk.archive.drafts
    shown = desk.archive._shown(draft) | {"errors": [{"field": "metadata.rights", "messages": ["Invalid value."]}]}
    answering(desk, "describe", (200, json.dumps(shown).encode(), 0.0))
    with pytest.raises(DepositError, match=r"metadata\.rights"):
        desk.deposit(publish=True)
    assert not desk.archive.published


def test_a_file_that_arrives_damaged_is_sent_again(desk: Desk) -> None:
    real, damaged = desk.send, [True]

    def send(call: Call, content: bytes):  # type: ignore[no-untyped-def]
        if call.step == "content" and damaged:
            damaged.clear()
            content = content[:-1] + b"?"
        return real(call, content)

    desk.send = send  # type: ignore[method-assign]
    desk.deposit()
    assert desk.archive.drafts[0].files == FILES and any(line.startswith("delete") for line in desk.said)


def test_an_archive_that_always_damages_a_file_comes_to_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.publish.deposit.drive.MOST_CALLS", 60)
    real = desk.send
    desk.send = lambda call, content: real(call, content + b"?" if call.step == "content" else content)  # type: ignore[method-assign]
    with pytest.raises(DepositError, match="no end"):
        desk.deposit()
    assert not desk.archive.published


@pytest.mark.parametrize(
    ("url", "production", "expected"),
    [
        ("", False, SANDBOX),
        ("", True, PRODUCTION),
        ("https://archive.example.org/", False, "https://archive.example.org"),
        ("https://zenodo.org", True, PRODUCTION),
        ("http://127.0.0.1:5000", False, "http://127.0.0.1:5000"),
        ("http://localhost:5000", False, "http://localhost:5000"),
    ],
)
def test_addresses(url: str, production: bool, expected: str) -> None:
    assert address(url, production) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://zenodo.org", "https://ZENODO.org/", "https://www.zenodo.org", "https://zenodo.org.", "http://archive.example.org", "ftp://x.org",
        "zenodo.org", "https://user:secret-word@x.org", "https://x.org/api", "https://x.org?a=1", "https://", "https://x.org#a", "http://[", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        address(url, False)
    assert caught.value.advice and "secret-word" not in caught.value.message


def test_a_token_comes_from_the_variable_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert read_token({"SOVEREIGN_ARCHIVE_TOKEN": f" {TOKEN} "}) == TOKEN
    assert read_token({"SOVEREIGN_ARCHIVE_TOKEN_FILE": str(tmp_path / "token")}) == TOKEN
    for bad in ({}, {"SOVEREIGN_ARCHIVE_TOKEN_FILE": str(tmp_path / "no")}, {"SOVEREIGN_ARCHIVE_TOKEN": "two secretwords"}, {"SOVEREIGN_ARCHIVE_TOKEN": "é" * 9}, {"SOVEREIGN_ARCHIVE_TOKEN": "x\r\nHost: y"}):  # fmt: skip
        with pytest.raises(InputError) as caught:
            read_token(bad)
        assert "secretwords" not in caught.value.message + caught.value.advice
    assert TOKEN not in repr(Archive(SANDBOX, TOKEN))


def test_an_archive_on_a_private_address_is_not_asked() -> None:
    archive = Archive("https://archive.example.org", TOKEN, resolve=lambda name, port: ["10.0.0.1"])
    with pytest.raises(DepositError, match="not a public one"):
        archive(GET, b"")


def test_headers_are_those_of_a_client_that_says_what_it_is() -> None:
    assert headers(POST, "x")["user-agent"].startswith("sovereign/")
    assert httpx.URL(SANDBOX).scheme == "https"
