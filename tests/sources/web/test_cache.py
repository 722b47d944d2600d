"""Answers on disk: used while fresh, confirmed after that, ignored when damaged, and never an error or a secret."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from sovereign.sources.web import Answer, FetchError, Kind
from sovereign.sources.web.cache import Cache
from sovereign.sources.web.hosts import LIFETIMES
from sovereign.sources.web.request import build

from .conftest import Clock, Make
from .server import Behaviour, Server, half, redirect, reply

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "s3cret-key-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["search", "record", "fulltext"])
def test_an_answer_is_used_while_it_is_fresh(
    make: Make, server: Server, clock: Clock, folder: Path, kind: Kind
) -> None:
    server.on("/x", reply(b'{"n": 1}'), reply(b'{"n": 2}'))
    first = make(cache=folder).get(server.url("/x"), kind=kind)
    clock.now += LIFETIMES[kind] - 1
    assert make(cache=folder).get(server.url("/x"), kind=kind) == first
    clock.now += 2
    assert make(cache=folder).get(server.url("/x"), kind=kind).json() == {"n": 2}
    assert len(server.seen) == 2 and len(files(folder)) == 1


def test_lifetimes_are_those_that_are_documented() -> None:
    assert LIFETIMES == {"search": 86_400, "record": 604_800, "fulltext": 7_776_000}


def test_an_old_answer_is_confirmed_by_its_host(make: Make, server: Server, clock: Clock, folder: Path) -> None:
    marks = {"ETag": 'W/"7"', "Last-Modified": "Thu, 01 Jan 1970 00:00:10 GMT"}
    server.on("/x", redirect("/y"))
    server.on("/y", reply(b'{"n": 1}', headers=marks), reply(b"", 304))
    client = make(cache=folder)
    first = client.get(server.url("/x"))
    clock.now += LIFETIMES["search"]
    assert client.get(server.url("/x")) == first
    assert [("if-none-match" in seen.headers) for seen in server.seen] == [False, False, False, True]
    assert server.seen[-1].headers["if-none-match"] == 'W/"7"'
    assert server.seen[-1].headers["if-modified-since"] == marks["Last-Modified"]
    clock.now += LIFETIMES["search"] - 1  # the 304 began a new lifetime
    assert client.get(server.url("/x")) == first and len(server.seen) == 4


def test_an_unasked_304_is_an_error(make: Make, server: Server, folder: Path) -> None:
    server.on("/x", reply(b"", 304))
    with pytest.raises(FetchError) as caught:
        make(cache=folder).get(server.url("/x"))
    assert caught.value.status == 304


def test_a_304_confirms_only_what_was_asked_about(make: Make, server: Server, clock: Clock, folder: Path) -> None:
    """The address moved meanwhile, and the new one has never answered anything that could be confirmed."""
    server.on("/x", reply(b'{"old": 1}', headers={"etag": '"1"'}), redirect("/y"))
    server.on("/y", reply(b"", 304))
    make(cache=folder).get(server.url("/x"))
    clock.now += LIFETIMES["search"]
    with pytest.raises(FetchError):
        make(cache=folder).get(server.url("/x"))
    assert "if-none-match" not in server.seen[-1].headers


@pytest.mark.parametrize(
    "bad",
    [
        reply(b"{}", 404),
        reply(b"{}", 500),
        reply(b"{}", 204),
        half(b"{"),
        reply(b"<p>Log in", headers={"content-type": "text/html"}),
        reply(b'{"a": ['),
    ],
    ids=["404", "500", "204", "half", "html", "broken"],
)
def test_what_is_no_good_answer_is_not_kept(make: Make, server: Server, folder: Path, bad: Behaviour) -> None:
    server.on("/x", bad)
    with suppress(FetchError):
        make(cache=folder).get(server.url("/x"))
    server.on("/x", reply(b'{"good": 1}'))
    assert make(cache=folder).get(server.url("/x")).json() == {"good": 1}


def test_a_page_is_a_full_text(make: Make, server: Server, folder: Path) -> None:
    server.on("/x", reply(b"<p>Text", headers={"content-type": "text/html"}))
    for _ in range(2):
        make(cache=folder).get(server.url("/x"), kind="fulltext")
    assert len(server.seen) == 1


@pytest.mark.parametrize("damage", ["cut", "flip in the head", "flip in the body", "empty", "folder", "json"])
def test_a_damaged_file_counts_as_not_there(make: Make, server: Server, folder: Path, damage: str) -> None:
    server.on("/x", reply(b'{"n": 1}'), reply(b'{"n": 2}'))
    client = make(cache=folder)
    client.get(server.url("/x"))
    (path,) = files(folder)
    data = path.read_bytes()
    path.unlink()
    match damage:
        case "cut":
            path.write_bytes(data[:-3])
        case "flip in the head":
            path.write_bytes(data.replace(b'"status":200', b'"status":201'))
        case "flip in the body":
            path.write_bytes(data.replace(b'"n": 1', b'"n": 7'))
        case "empty":
            path.write_bytes(b"")
        case "json":
            path.write_bytes(b"\n[]\n")
        case "folder":
            path.mkdir()
    assert client.get(server.url("/x")).json() == {"n": 2}


def test_a_file_from_the_future_is_not_trusted(make: Make, server: Server, clock: Clock, folder: Path) -> None:
    server.on("/x", reply(b"1"), reply(b"2"))
    make(cache=folder).get(server.url("/x"))
    clock.now -= 500
    assert make(cache=folder).get(server.url("/x")).body == b"2"


def test_what_differs_is_asked_anew(make: Make, server: Server, folder: Path) -> None:
    server.on("/x", reply())
    client = make(cache=folder)
    for _ in range(2):
        client.get(server.url("/x"))
        client.get(server.url("/x"), params={"q": "1"})
        client.get(server.url("/x"), headers={"Accept": "text/turtle"})
        client.post(server.url("/x"), json=[1])
        client.post(server.url("/x"), json=[2])
    assert len(server.seen) == 5


def test_a_cache_that_cannot_be_written_costs_only_the_cache(make: Make, server: Server, tmp_path: Path) -> None:
    told: list[str] = []
    server.on("/x", reply())
    (tmp_path / "file").write_bytes(b"")
    client = make(cache=tmp_path / "file", tell=told.append)
    for _ in range(2):
        assert client.get(server.url("/x")).status == 200
    assert len(told) == 1 and "without the cache" in told[0]


def test_no_secret_is_in_the_cache(make: Make, server: Server, folder: Path) -> None:
    echo = f'{{"key": "{KEY}", "by": "me@example.org", "as": "me%40example.org"}}'.encode()
    server.on("/x", reply(echo, headers={"link": f"<{server.url('/x')}?key={KEY}>; rel=next"}))
    client = make(cache=folder, contact="me@example.org")
    params = {"api_key": KEY, "mailto": "me@example.org", "q": "kept"}
    answer = client.get(server.url("/x"), params=params, headers={"x-api-key": KEY})
    (path,) = files(folder)
    assert b"kept" in path.read_bytes()
    for text in (path.read_bytes(), answer.body, repr(answer).encode()):
        assert KEY.encode() not in text and b"example.org" not in text and b"me%40" not in text
    assert answer.headers["link"] == f"<{server.url('/x')}?key=REDACTED>; rel=next"
    assert client.get(server.url("/x"), params={"q": "kept"}) == answer  # found without a key as well


def test_what_was_not_used_for_longest_goes_first(folder: Path) -> None:
    asked = [build("GET", f"https://arxiv.org/{n}", {}, {}, None, False) for n in range(6)]
    answer = Answer("https://arxiv.org/", 200, {}, b"x" * 10_000)
    cache = Cache(folder, lambda line: None, cap=55_000)
    for age, request in enumerate(asked[:5]):
        cache.put(request, answer, "record", 0.0)
        (new,) = (path for path in files(folder) if path.stat().st_mtime > 1_000_000)
        os.utime(new, (age, age))
    assert cache.get(asked[0])  # used now
    cache.put(asked[5], answer, "record", 0.0)
    left = [n for n, request in enumerate(asked) if cache.get(request)]
    assert left == [0, 3, 4, 5]  # 50,000 bytes are more than nine tenths
    assert sum(path.stat().st_size for path in files(folder)) <= 49_500
    again = Cache(folder, lambda line: None, cap=25_000)  # another process counts what is there
    again.put(asked[1], answer, "record", 0.0)
    assert again.get(asked[1]) and len(files(folder)) == 2


def test_what_a_killed_process_left_half_written_takes_no_room_for_ever(folder: Path) -> None:
    (folder / "ab").mkdir(parents=True)
    left, fresh = folder / "ab" / ".left.tmp", folder / "ab" / ".fresh.tmp"
    for path in (left, fresh):
        path.write_bytes(b"x" * 50_000)
    os.utime(left, (1, 1))
    request = build("GET", "https://arxiv.org/1", {}, {}, None, False)
    cache = Cache(folder, lambda line: None, cap=55_000)
    cache.put(request, Answer("https://arxiv.org/", 200, {}, b"x" * 10_000), "record", 0.0)
    assert cache.get(request) and fresh.exists() and not left.exists()
