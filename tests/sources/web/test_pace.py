"""Requests of one provider go one after another at its pace; providers do not wait for each other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sovereign.errors import InputError
from sovereign.sources.web import HOSTS, Client, FetchError
from sovereign.sources.web.lane import GIVEN_UP, asked_pause

from .conftest import Clock, Make
from .server import Server, lasting, promising, reply

HEADERS = [
    "retry-after",
    "backoff",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-rate-limit-limit",
    "x-rate-limit-interval",
]
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(("contact", "waits"), [("", [3, 3]), ("me@example.org", [1.5, 1.5])])
def test_the_pace_of_a_host(make: Make, server: Server, clock: Clock, contact: str, waits: list[float]) -> None:
    server.on("/x", reply())
    client = make(contact=contact)
    for _ in range(3):
        client.get(server.url("/x", "slow.test"))
    assert clock.waits == waits
    clock.now += 10
    client.get(server.url("/x", "slow.test"))
    assert clock.waits == waits


def test_the_table_says_what_the_providers_say() -> None:
    per_second = {name: (1 / host.pace(False), 1 / host.pace(True)) for name, host in HOSTS.items() if not host.local}
    assert per_second["export.arxiv.org"] == per_second["arxiv.org"] == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert per_second["api.crossref.org"] == (5, 10)
    assert per_second["api.semanticscholar.org"] == per_second["api.unpaywall.org"] == (1, 1)
    assert HOSTS["export.arxiv.org"].lane == HOSTS["arxiv.org"].lane != ""
    assert all(name == host.name for name, host in HOSTS.items())


def test_one_after_another_per_host_and_hosts_side_by_side(make: Make, server: Server) -> None:
    """The requests of two hosts meet in the server; those of one never do."""
    both = threading.Barrier(2, timeout=5)

    def meet(connection: object, stop: threading.Event) -> None:
        both.wait()
        reply()(connection, stop)  # type: ignore[arg-type]

    server.on("/meet", meet)
    client = make()
    with ThreadPoolExecutor(8) as pool:
        pair = [pool.submit(client.get, server.url("/meet", host)) for host in ("127.0.0.1", "other.test")]
        assert [future.result().status for future in pair] == [200, 200]

    busy = threading.Lock()
    overlaps: list[bool] = []

    def slowly(connection: object, stop: threading.Event) -> None:
        overlaps.append(not busy.acquire(blocking=False))
        time.sleep(0.02)
        busy.release()  # before the answer goes out: the client may come back at once
        reply()(connection, stop)  # type: ignore[arg-type]

    server.on("/one", slowly)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.get(server.url("/one")), range(8)))
    assert [answer.status for answer in answers] == [200] * 8 and overlaps == [False] * 8


def test_threads_keep_the_pace_together(make: Make, server: Server, clock: Clock) -> None:
    times: list[float] = []

    def sleep(seconds: float) -> None:
        time.sleep(0.01)  # long enough for the other threads to come by
        clock.sleep(seconds)

    def note(connection: object, stop: threading.Event) -> None:
        times.append(clock.now)
        reply()(connection, stop)  # type: ignore[arg-type]

    server.on("/x", note)
    client = make(sleep=sleep)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.get(server.url("/x", "slow.test")), range(6)))
    assert [answer.status for answer in answers] == [200] * 6
    assert times == [1_000.0 + 3 * n for n in range(6)]


def test_a_connection_is_used_again(make: Make, server: Server) -> None:
    server.on("/x", lasting())
    client = make()
    for _ in range(3):
        client.get(server.url("/x"))
    assert (len(server.seen), server.connections) == (3, 1)


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(make: Make, server: Server) -> None:
    server.on("/x", promising())
    client = make()
    for _ in range(3):
        assert client.get(server.url("/x")).status == 200
    assert (len(server.seen), server.connections) == (3, 3)


@given(
    st.dictionaries(
        st.sampled_from(HEADERS), st.text(max_size=30) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ .*")
    )
)
@example({"retry-after": "0\x1f"})
def test_whatever_a_host_asks_for_is_a_time(headers: dict[str, str]) -> None:
    assert 0 <= asked_pause(headers, wall=1e9) < 1e13


def test_waiting_for_a_turn_ends_with_the_budget(make: Make, server: Server) -> None:
    begun, release = threading.Event(), threading.Event()

    def late(connection: object, stop: threading.Event) -> None:
        begun.set()
        release.wait(5)

    server.on("/late", late)
    end = time.monotonic() + 0.6
    client = make(seconds_left=lambda: end - time.monotonic())
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, server.url("/late"), kind="fulltext")
        assert begun.wait(5)
        with pytest.raises(FetchError, match="budget"):
            client.get(server.url("/late"))
        release.set()
        assert first.exception()
    assert server.targets() == ["/late"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "Thu, 01 Jan 1970 00:02:00 GMT"}, 20),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:10 GMT"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "1e999"}, 0),
        ({"retry-after": "9" * 400}, 0),
        ({"retry-after": "Thu, 99 Foo 2026 99:99:99 GMT"}, 0),
        ({"backoff": "4", "retry-after": "2"}, 4),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "50"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "50"}, 50),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-credits-required": "10", "x-ratelimit-reset": "50"}, 50),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-credits-required": "0", "x-ratelimit-reset": "50"}, 0),
        ({"x-rate-limit-limit": "5", "x-rate-limit-interval": "1s"}, 0.2),
        ({"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s"}, 0),
    ],
)
def test_what_a_host_asks_for(headers: dict[str, str], seconds: float) -> None:
    assert asked_pause(headers, wall=100.0) == pytest.approx(seconds)


@pytest.mark.parametrize("contact", ["me", "me@exa mple.org", "me@example.org\nx: y", "@", "é@example.org"])
def test_a_contact_is_an_address(contact: str) -> None:
    with pytest.raises(InputError, match="no e-mail address"):
        Client(seconds_left=lambda: 1.0, contact=contact)


def test_a_host_that_does_not_answer_is_given_up(make: Make, server: Server) -> None:
    server.on("/down", reply(status=503))
    server.on("/up", reply())
    client = make()
    for _ in range(GIVEN_UP):
        with pytest.raises(FetchError, match="status 503"):
            client.get(server.url("/down"))
    asked = len(server.seen)
    with pytest.raises(FetchError, match=f"is not asked any more: {GIVEN_UP} requests in a row got no answer"):
        client.get(server.url("/up"))
    assert len(server.seen) == asked
    client.get(server.url("/up", "slow.test"))


def test_an_answer_between_failures_keeps_a_host(make: Make, server: Server) -> None:
    server.on("/down", reply(status=503))
    server.on("/up", reply())
    client = make()
    for _ in range(GIVEN_UP):
        for _ in range(GIVEN_UP - 1):
            with pytest.raises(FetchError, match="status 503"):
                client.get(server.url("/down"))
        client.get(server.url("/up"))
