"""A server that fails, lies, stalls or floods: tried again where that helps, ended where it does not, never a hang."""

from __future__ import annotations

import gzip
import ssl
import time
import zlib
from email.utils import formatdate

import pytest

from sovereign.sources.web import FetchError, Host, Limits
from sovereign.sources.web.body import Broken
from sovereign.sources.web.request import build
from sovereign.sources.web.wire import Wire

from .conftest import ROOMY, SHORT, Clock, Make, resolve_from
from .server import Behaviour, Server, drip, half, hang, head, raw, reply

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

GOOD = reply(b'{"found": 1}')


def failure(make: Make, server: Server, *plan: Behaviour, kind: str = "search", **changes: object) -> FetchError:
    server.on("/x", *plan)
    with pytest.raises(FetchError) as caught:
        make(**changes).get(server.url("/x"), kind=kind)  # type: ignore[arg-type]
    assert caught.value.__cause__ is None  # its text was cleaned, so nothing unclean hangs on it
    return caught.value


def test_a_good_answer(make: Make, server: Server) -> None:
    server.on("/x", reply(b'{"a": null}', headers={"ETag": '"1"', "Set-Cookie": "s=1"}))
    answer = make(contact="me@example.org").get(server.url("/x"), params={"q": "mixture of experts"})
    assert answer.json() == {"a": None}
    assert answer.headers == {"content-type": "application/json", "etag": '"1"'}
    assert answer.url == server.url("/x?q=mixture+of+experts")
    assert server.targets() == ["/x?q=mixture+of+experts"]
    assert server.seen[0].headers["user-agent"].endswith("(mailto:me@example.org)")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_tried_again(make: Make, server: Server, clock: Clock, status: int) -> None:
    server.on("/x", reply(status=status), reply(status=status), GOOD)
    assert make().get(server.url("/x")).json() == {"found": 1}
    first, second = clock.waits
    assert 0.5 <= first <= 1 <= second <= 2


def test_the_waits_are_the_same_each_time(make: Make, server: Server, clock: Clock) -> None:
    for _ in range(2):
        failure(make, server, reply(status=503))
    assert clock.waits[:3] == pytest.approx(clock.waits[3:]) and len(clock.waits) == 6


@pytest.mark.parametrize("after", ["17", "date"])
def test_retry_after_is_obeyed(make: Make, server: Server, clock: Clock, after: str) -> None:
    value = formatdate(clock.now + 17, usegmt=True) if after == "date" else after
    server.on("/x", reply(status=429, headers={"Retry-After": value}), GOOD)
    assert make().get(server.url("/x")).status == 200
    assert clock.waits == [pytest.approx(17)]


def test_a_host_that_asks_for_too_long_a_wait_is_left_alone(make: Make, server: Server, clock: Clock) -> None:
    server.on("/x", reply(status=429, headers={"Retry-After": "900"}))
    client = make()
    for status in (429, None):
        with pytest.raises(FetchError) as caught:
            client.get(server.url("/x"))
        assert caught.value.status == status
    assert len(server.seen) == 1 and not clock.waits


def test_a_pause_is_obeyed_after_a_good_answer_too(make: Make, server: Server, clock: Clock) -> None:
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5"}
    server.on("/x", reply(headers=spent), reply(headers={"backoff": "7"}), GOOD)
    client = make()
    for _ in range(3):
        client.get(server.url("/x"))
    assert clock.waits == [5, 7]


def test_trying_again_has_an_end_and_then_one_try_is_enough(make: Make, server: Server) -> None:
    server.on("/x", reply(status=500))
    client = make()
    for requests in (4, 5):
        with pytest.raises(FetchError) as caught:
            client.get(server.url("/x"))
        assert caught.value.status == 500 and len(server.seen) == requests
    server.on("/x", GOOD, reply(status=500))
    client.get(server.url("/x"))
    with pytest.raises(FetchError):
        client.get(server.url("/x"))
    assert len(server.seen) == 6 + 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(make: Make, server: Server, status: int) -> None:
    error = failure(make, server, reply(b'{"message": "no \\u001b[31m", "error": "not for you"}', status))
    assert error.status == status and len(server.seen) == 1
    assert error.message.endswith(f"status {status} (not for you)")


def test_a_hang_ends(make: Make, server: Server) -> None:
    started = time.monotonic()
    error = failure(make, server, hang, limits=SHORT)
    assert "did not answer in time" in error.message and error.status is None
    assert len(server.seen) == 4 and 4 * 0.3 <= time.monotonic() - started < 8


@pytest.mark.parametrize(
    "begun",
    [head(content_length="100000"), b"HTTP/1.1 200 OK\r\nx-slow: "],
    ids=["body", "headers"],
)
def test_a_drip_ends(make: Make, server: Server, begun: bytes) -> None:
    started = time.monotonic()
    error = failure(make, server, drip(begun, every=0.05), limits=SHORT)
    assert "did not answer in time" in error.message
    assert len(server.seen) == 1 and time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("behaviour", "says", "tries"),
    [
        (half(b'{"a": 1'), "cut short", 4),
        (raw(b""), "cut short", 4),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "not HTTP", 4),
        (raw(head(transfer_encoding="chunked") + b"zzz\r\n{}\r\n"), "not HTTP", 4),
        (raw(head(transfer_encoding="chunked") + b"5\r\nabc"), "cut short", 4),
        (raw(head(x_big="y" * 70_000, content_length="0")), "headers are larger", 1),
        (raw(head(x_big="y" * 2_000_000)), "not HTTP", 4),
        (reply(b"\x1f\x8bgarbage", headers={"content-encoding": "gzip"}), "damaged", 4),
        (reply(b"garbage", headers={"content-encoding": "deflate"}), "damaged", 4),
        (reply(gzip.compress(b"x" * 5000)[:-9], headers={"content-encoding": "gzip"}), "cut short", 4),
        (reply(b"x", headers={"content-encoding": "br"}), "not asked for", 1),
        (reply(b"x" * 200_001), "larger than 200,000", 1),
        (raw(head() + b"x" * 300_000), "larger than 200,000", 1),
        (reply(gzip.compress(b"") * 20_000, headers={"content-encoding": "gzip"}), "larger than 200,000", 1),
        (reply(gzip.compress(b"\0" * 200_001), headers={"content-encoding": "gzip"}), "larger than 200,000", 1),
    ],
)
def test_broken_answers(make: Make, server: Server, behaviour: Behaviour, says: str, tries: int) -> None:
    error = failure(make, server, behaviour)
    assert says in error.message and len(server.seen) == tries and error.status is None


def test_a_bomb_is_stopped_by_its_ratio_long_before_its_size(make: Make, server: Server) -> None:
    bomb = reply(gzip.compress(b"\0" * 50_000_000), headers={"content-encoding": "gzip"})
    limits = Limits(body={"search": 10**9, "record": 10**9, "fulltext": 10**9}, ratio=200)
    started = time.monotonic()
    assert "200 times" in failure(make, server, bomb, limits=limits).message
    assert time.monotonic() - started < 2


def test_larger_bodies_are_full_texts(make: Make, server: Server) -> None:
    server.on("/x", reply(b"%PDF" + b"x" * 2_000_000))
    assert len(make().get(server.url("/x"), kind="fulltext").body) == 2_000_004


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


TEXT = bytes(range(256)) * 300


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT[:1000], mtime=0) + gzip.compress(TEXT[1000:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("identity", TEXT),
    ],
)
@pytest.mark.parametrize("step", [1, 100_000])
def test_codings(make: Make, server: Server, coding: str, packed: bytes, step: int) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(c), c) for i in range(0, len(packed), step) if (c := packed[i : i + step]))
    server.on("/x", raw(head(transfer_encoding="chunked", content_encoding=coding) + chunks + b"0\r\n\r\n"))
    assert make(limits=Limits()).get(server.url("/x")).body == TEXT
    assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>Log in", b'{"a": [1, 2', b"", b'{"a": NaN}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_json_says_so(make: Make, server: Server, body: bytes) -> None:
    server.on("/x", reply(body))
    with pytest.raises(FetchError, match="instead of JSON"):
        make().get(server.url("/x")).json()


def test_text_in_its_character_set(make: Make, server: Server) -> None:
    for charset, body in (("latin-1", b"M\xfcller"), ("nonsense", "Müller".encode()), ("utf-8", b"M\xff")):
        server.on("/x", reply(body, headers={"content-type": f"text/plain; charset={charset}"}))
        assert make().get(server.url("/x")).text() == ("M\ufffd" if charset == "utf-8" else "Müller")


def test_the_budget_ends_everything(make: Make, server: Server, clock: Clock) -> None:
    end = clock.now + 2.0
    server.on("/x", reply(status=503))
    client = make(seconds_left=lambda: end - clock.now)
    with pytest.raises(FetchError) as caught:
        client.get(server.url("/x"))
    assert caught.value.status == 503 and "budget" in caught.value.advice
    assert clock.now < end and len(server.seen) < 4
    asked = len(server.seen)
    clock.now = end
    with pytest.raises(FetchError, match="budget"):
        client.get(server.url("/x"))
    assert len(server.seen) == asked


def test_the_budget_ends_an_exchange_under_way(make: Make, server: Server) -> None:
    started = time.monotonic()
    server.on("/x", hang)
    client = make(seconds_left=lambda: started + 0.5 - time.monotonic(), limits=Limits(read=20.0))
    with pytest.raises(FetchError, match="budget"):
        client.get(server.url("/x"))
    assert time.monotonic() - started < 3


def test_no_time_is_no_exchange(server: Server) -> None:
    wire = Wire(resolve_from({}), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ROOMY)
    request = build("GET", server.url("/x"), {}, {}, None, anywhere=False)
    with pytest.raises(Broken, match="in time") as caught:
        wire.exchange(request, {}, Host(server.name, 0.0, local=True), "search", seconds=-1.0)
    assert not caught.value.again and not server.connections


def test_what_is_waited_for_is_told(make: Make, server: Server) -> None:
    told: list[str] = []
    failure(make, server, reply(status=429, headers={"Retry-After": "9"}), reply(status=404), tell=told.append)
    assert told == ["127.0.0.1: status 429; trying again (1 of 3)", "127.0.0.1: waiting 9 s"]
