"""A misbehaving server, and clients whose clock moves only when they wait."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from sovereign.sources.web import Client, Host, Limits

from .server import Server, serving

ROOMY = Limits(body={"search": 200_000, "record": 200_000, "fulltext": 3_000_000})
"""Small bodies, and times that a busy machine does not use up."""

SHORT = replace(ROOMY, read=0.3, total={"search": 0.8, "record": 0.8, "fulltext": 0.8})
"""For servers that stall."""


@dataclass
class Clock:
    """Time that passes only by waiting; ``waits`` holds every wait."""

    now: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    assert request.node.get_closest_marker("allow_hosts"), (
        "mark the module with allow_hosts, so that nothing else is reached"
    )
    with serving() as running:
        yield running


def resolve_from(names: Mapping[str, Iterable[str]]) -> Callable[[str, int], Iterable[str]]:
    """A resolver that knows these names, and addresses as they are."""

    def resolve(name: str, port: int) -> Iterable[str]:
        if name in names:
            return list(names[name])
        try:
            return [str(ipaddress.ip_address(name))]
        except ValueError:
            raise OSError(f"unknown name {name}") from None

    return resolve


Make = Callable[..., Client]


@pytest.fixture
def make(server: Server, clock: Clock) -> Iterator[Make]:
    """Makes clients that may ask the server, as 127.0.0.1 or as the name other.test, with a budget of an hour."""
    made: list[Client] = []
    hosts = {
        host.name: host
        for host in (
            Host(server.name, 0.0, local=True),
            Host(f"other.test:{server.port}", 0.0, local=True),
            Host(f"slow.test:{server.port}", 3.0, every_with_contact=1.5, local=True),
        )
    }

    def client(**changes: object) -> Client:
        known = {"other.test": ["127.0.0.1"], "slow.test": ["127.0.0.1"]}
        arguments: dict[str, object] = {
            "seconds_left": lambda: 3_600.0,
            "hosts": hosts,
            "limits": ROOMY,
            "clock": clock,
            "wall": lambda: clock.now,
            "sleep": clock.sleep,
            "resolve": resolve_from(known),
            "certificates": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # the system's take a while to load
        }
        made.append(Client(**(arguments | changes)))  # type: ignore[arg-type]
        return made[-1]

    yield client
    for one in made:
        one.close()
