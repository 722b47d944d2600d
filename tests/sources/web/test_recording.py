"""A recording gives the same answers and the same failures, sends nothing, and holds no secret."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.sources.web import Answer, Client, FetchError
from sovereign.sources.web.hosts import LIFETIMES

from .conftest import SHORT, Clock, Make
from .server import Server, drip, hang, head, redirect, reply

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "s3cret-key-0123456789"
PDF = b"%PDF-1.7\n\x00\xff" + bytes(range(256)) * 40


def replaying(folder: Path, **changes: object) -> Client:
    """A client that fails the test as soon as it looks up a name, waits, or reads a clock."""

    def never(*arguments: object) -> object:
        raise AssertionError("a replay sends nothing and waits for nothing")

    clocks = {"clock": never, "wall": never, "sleep": never, "resolve": never, "seconds_left": never}
    return Client(replay=folder, **(clocks | changes))  # type: ignore[arg-type]


Outcome = Answer | tuple[str, str, int | None]


def outcomes(client: Client, server: Server, key: str) -> list[Outcome]:
    """What a run gets that meets most of what can happen."""

    def get(path: str, kind: str = "search") -> Answer:
        return client.get(server.url(path), params={"q": "ü b", "api_key": key}, headers={"x-api-key": key}, kind=kind)  # type: ignore[arg-type]

    calls: list[Callable[[], Answer]] = [
        lambda: get("/twice"),
        lambda: get("/twice"),
        lambda: get("/moved"),
        lambda: get("/pdf", "fulltext"),
        lambda: get("/busy"),
        lambda: get("/gone"),
        lambda: get("/down"),
        lambda: get("/hang"),
        lambda: get("/drip"),
        lambda: client.post(server.url("/post"), json={"ids": ["b", "a"], "n": 1}),
        lambda: client.post(server.url("/post"), json={"ids": ["a"], "n": 1}),
        lambda: client.get("https://evil.example.org/"),
    ]
    found: list[Outcome] = []
    for call in calls:
        try:
            found.append(call())
        except FetchError as error:
            found.append((error.message, error.advice, error.status))
    return found


def prepare(server: Server) -> None:
    server.on("/twice", reply(b'{"n": 1}'), reply(b'{"n": 2}'))
    server.on("/moved", redirect("/twice"))
    server.on("/pdf", reply(PDF, headers={"content-type": "application/pdf"}))
    server.on("/busy", reply(status=429, headers={"retry-after": "9"}), reply(f'{{"echo": "{KEY}"}}'.encode()))
    server.on("/gone", reply(b'{"message": "gone"}', 404))
    server.on("/down", reply(status=503))
    server.on("/hang", hang)
    server.on("/drip", drip(head(content_length="9999"), 0.05))
    server.on("/post", reply(b"[1]"), reply(b"[2]"))


def test_a_replay_gives_what_the_run_got(make: Make, server: Server, tmp_path: Path) -> None:
    prepare(server)
    client = make(record=tmp_path / "r", contact="me@example.org", limits=SHORT)
    live = outcomes(client, server, KEY)
    client.close()
    asked = len(server.seen)
    shapes = [type(outcome) for outcome in live]
    assert shapes.count(Answer) == 7 and [o[2] for o in live if isinstance(o, tuple)] == [404, 503, None, None, None]
    assert outcomes(replaying(tmp_path / "r"), server, KEY) == live
    assert outcomes(replaying(tmp_path / "r"), server, "") == live  # a reader of the recording has no key
    assert len(server.seen) == asked


def test_the_recording_is_stable_and_holds_no_secret(make: Make, server: Server, tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        prepare(server)
        client = make(record=tmp_path / name, contact="me@example.org", limits=SHORT)
        outcomes(client, server, KEY)
        client.close()
        texts.append((tmp_path / name / "exchanges.jsonl").read_bytes())
    assert texts[0] == texts[1]
    lines = [json.loads(line) for line in texts[0].splitlines()]
    assert len(lines) == 12 and lines[0]["url"] == server.url("/twice?q=%C3%BC+b")
    bodies = [path for path in (tmp_path / "a" / "bodies").rglob("*") if path.is_file()]
    assert PDF in [path.read_bytes() for path in bodies]
    for path in (*bodies, tmp_path / "a" / "exchanges.jsonl"):
        data = path.read_bytes()
        assert KEY.encode() not in data and b"me@example" not in data and b"me%40" not in data


def test_a_cached_answer_is_recorded(make: Make, server: Server, clock: Clock, tmp_path: Path) -> None:
    server.on("/x", reply(b'{"n": 1}', headers={"etag": '"1"'}), reply(b"", 304))
    cache = tmp_path / "cache"
    first = make(cache=cache).get(server.url("/x"))
    for name, later in (("fresh", 0.0), ("confirmed", LIFETIMES["search"])):
        clock.now += later
        client = make(cache=cache, record=tmp_path / name)
        assert client.get(server.url("/x")) == first
        client.close()
        assert replaying(tmp_path / name).get(server.url("/x")) == first
    assert len(server.seen) == 2


def test_a_replay_leaves_the_cache_alone(make: Make, server: Server, tmp_path: Path) -> None:
    server.on("/x", reply(b"1"), reply(b"2"))
    make(record=tmp_path / "r").get(server.url("/x"))
    make(cache=tmp_path / "cache").get(server.url("/x"))
    before = sorted((tmp_path / "cache").rglob("*"))
    assert replaying(tmp_path / "r", cache=tmp_path / "cache").get(server.url("/x")).body == b"1"
    assert sorted((tmp_path / "cache").rglob("*")) == before


def test_what_is_not_in_the_recording_is_an_error(make: Make, server: Server, tmp_path: Path) -> None:
    server.on("/x", reply())
    make(record=tmp_path / "r").get(server.url("/x"))
    client = replaying(tmp_path / "r")
    with pytest.raises(FetchError, match=r"is not in the recording$"):
        client.get(server.url("/x"), params={"q": "other"})
    with pytest.raises(FetchError, match=r"is not in the recording$"):
        client.post(server.url("/x"), json={})
    client.get(server.url("/x"))
    with pytest.raises(FetchError, match="is not in the recording once more"):
        client.get(server.url("/x"))


def test_a_resumed_run_adds_to_its_recording(make: Make, server: Server, tmp_path: Path) -> None:
    server.on("/x", reply(b"1"), reply(b"2"))
    for _ in range(2):
        client = make(record=tmp_path / "r")
        client.get(server.url("/x"))
        client.close()
        with (tmp_path / "r" / "exchanges.jsonl").open("ab") as file:
            file.write(b'{"method":"GET","ou')  # killed while writing the next line
    make(record=tmp_path / "r").close()
    client = replaying(tmp_path / "r")
    assert [client.get(server.url("/x")).body for _ in range(2)] == [b"1", b"2"]


@pytest.mark.parametrize("damage", ["no folder", "cut", "not JSON", "unknown field", "body gone", "body changed"])
def test_a_damaged_recording_is_refused(make: Make, server: Server, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "r"
    server.on("/x", reply(b'{"n": 1}'))
    client = make(record=folder)
    client.get(server.url("/x"))
    client.close()
    assert replaying(folder).get(server.url("/x")).json() == {"n": 1}
    lines = folder / "exchanges.jsonl"
    (body,) = (path for path in (folder / "bodies").rglob("*") if path.is_file())
    match damage:
        case "no folder":
            shutil.rmtree(folder)
        case "cut":
            lines.write_bytes(lines.read_bytes()[:-9])
        case "not JSON":
            lines.write_bytes(lines.read_bytes() + b"\xff\n")
        case "unknown field":
            lines.write_bytes(lines.read_bytes().replace(b'"sent"', b'"cent"'))
        case "body gone":
            body.unlink()
        case "body changed":
            body.write_bytes(b'{"n": 2}')
    with pytest.raises(InputError, match="no recording" if damage == "no folder" else "damaged at line [12]") as caught:
        replaying(folder)
    assert caught.value.advice


def test_what_ends_after_the_run_is_not_recorded(make: Make, server: Server, tmp_path: Path) -> None:
    server.on("/x", reply(b"1"))
    client = make(record=tmp_path / "r")
    client.close()
    assert client.get(server.url("/x")).body == b"1"
    assert (tmp_path / "r" / "exchanges.jsonl").read_bytes() == b""


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="nothing can be recorded"):
        Client(seconds_left=lambda: 1.0, record=tmp_path / "file", limits=SHORT)
    with pytest.raises(InputError, match="at once"):
        Client(seconds_left=lambda: 1.0, record=tmp_path / "a", replay=tmp_path / "b")
