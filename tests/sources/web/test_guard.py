"""Which URLs, redirects and addresses are refused, and that a key stays with the host that was asked."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from httpx import URL

from sovereign.sources.web import HOSTS, Client, FetchError, Host, Limits
from sovereign.sources.web.guard import allowed, check_hop, public
from sovereign.sources.web.request import build

from .conftest import ROOMY, SHORT, Clock, Make, resolve_from
from .server import Server, redirect, reply, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "s3cret-key-0123456789"


@pytest.mark.parametrize("anywhere", [False, True])
@pytest.mark.parametrize(
    ("url", "even_anywhere"),
    [
        ("http://api.crossref.org/works", True),
        ("ftp://api.crossref.org/works", True),
        ("file:///etc/passwd", True),
        ("https://example.org/", False),
        ("https://example.org:8443/", True),
        ("https://api.crossref.org:8443/works", True),
        ("https://api.crossref.org.example.org/", False),
        ("https://api.crossref.org@example.org/", True),
        ("https://me:pw@api.crossref.org/", True),
        ("https://api.crossref.org./", False),
        ("https://127.0.0.1:631/", True),
        ("//api.crossref.org/", True),
        ("api.crossref.org", True),
        ("", True),
        ("https://api.crossref.org/\nx", True),
        ("https://[::1/", True),
    ],
)
def test_only_hosts_of_the_table_are_asked(url: str, even_anywhere: bool, anywhere: bool) -> None:
    lookups: list[str] = []

    def resolve(name: str, port: int) -> Iterable[str]:
        lookups.append(name)
        raise OSError("nothing is there")

    client = Client(seconds_left=lambda: 60.0, resolve=resolve, limits=Limits(retries=0))
    with pytest.raises(FetchError) as caught:
        client.get(url, anywhere=anywhere)
    assert caught.value.status is None and "pw" not in caught.value.message
    assert bool(lookups) is (anywhere and not even_anywhere)


def test_the_hosts_of_the_table_are_asked(clock: Clock) -> None:
    lookups: list[str] = []

    def resolve(name: str, port: int) -> Iterable[str]:
        lookups.append(f"{name}:{port}")
        raise OSError("nothing is there")

    client = Client(
        seconds_left=lambda: 60.0, resolve=resolve, limits=Limits(retries=0), clock=clock, sleep=clock.sleep
    )
    urls = {name: f"{'http' if host.local else 'https'}://{name}/x" for name, host in HOSTS.items()}
    for url in [*urls.values(), "https://API.crossref.org:443/"]:
        with pytest.raises(FetchError, match="cannot be resolved"):
            client.get(url)
    assert lookups == [*(name if ":" in name else f"{name}:443" for name in urls), "api.crossref.org:443"]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_public_addresses(text: str, good: bool) -> None:
    assert public(ipaddress.ip_address(text)) is good


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_refused(server: Server, address: str) -> None:
    """The server listens on 127.0.0.1 and would answer: a table entry that is not local keeps it out."""
    names = {"api.crossref.org": [address], "papers.example.org": [address]}
    client = Client(seconds_left=lambda: 60.0, resolve=resolve_from(names), limits=ROOMY)
    for url, anywhere in (("https://api.crossref.org/", False), ("https://papers.example.org/a.pdf", True)):
        with pytest.raises(FetchError, match="not a public one"):
            client.get(url, anywhere=anywhere)
    assert not server.connections


def test_a_local_host_must_be_local() -> None:
    client = Client(seconds_left=lambda: 60.0, resolve=lambda name, port: ["93.184.215.14"], limits=ROOMY)
    with pytest.raises(FetchError, match="not a loopback one"):
        client.get("http://localhost:23119/api/")


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("http://127.0.0.1:1/", "not among the hosts"),
        ("http://169.254.169.254/latest/meta-data/", "not among the hosts"),
        ("https://[::ffff:169.254.169.254]/", "not among the hosts"),
        ("file:///etc/passwd", "file is not allowed"),
        ("ftp://127.0.0.1/", "ftp is not allowed"),
        ("https://example.org/", "not among the hosts"),
        ("https://[::1", "no URL"),
        ("/x", "more than 5 redirects"),
        ("", "more than 5 redirects"),
    ],
)
def test_redirects_that_are_refused(make: Make, server: Server, location: str, says: str) -> None:
    server.on("/x", redirect(location))
    with pytest.raises(FetchError, match=says):
        make().get(server.url("/x"))
    assert len(server.seen) == (6 if "more than" in says else 1)


@pytest.mark.parametrize(
    "location", ["https://169.254.169.254/", "https://127.0.0.1/", "https://[::1]/", "https://inside.test/"]
)
def test_anywhere_is_no_way_inside(make: Make, server: Server, location: str) -> None:
    server.on("/x", redirect(location))
    resolve = resolve_from({"inside.test": ["192.168.0.1"]})
    with pytest.raises(FetchError, match="not a public one"):
        make(resolve=resolve).get(server.url("/x"), anywhere=True)


def test_anywhere_does_not_reach_a_program_of_this_machine_that_may_be_asked() -> None:
    inside = URL("https://127.0.0.1:23119/api/")
    with pytest.raises(FetchError, match="not among the hosts"):
        allowed(inside, HOSTS, anywhere=True, shown=str(inside))


def test_a_redirect_may_not_lead_into_a_program_that_may_be_asked(server: Server) -> None:
    outside, zotero = HOSTS["arxiv.org"], HOSTS["127.0.0.1:23119"]
    inside = URL("http://127.0.0.1:23119/api/")
    with pytest.raises(FetchError, match="into this machine"):
        check_hop(outside, zotero, URL("https://arxiv.org/pdf/1"), inside, str(inside))
    check_hop(zotero, zotero, inside, inside, str(inside))
    with pytest.raises(FetchError, match="leaves https"):
        check_hop(zotero, zotero, URL("https://127.0.0.1:23119/"), inside, str(inside))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(make: Make, server: Server, status: int) -> None:
    server.on("/x", redirect("/y?z=1", status))
    server.on("/y", reply(b'{"here": true}'))
    answer = make().post(server.url("/x"), json={"ids": [1]}, headers={"x-api-key": KEY})
    assert answer.url == server.url("/y?z=1") and answer.json() == {"here": True}
    last = server.seen[-1]
    assert (last.method, last.body) == (("POST", b'{"ids":[1]}') if status > 303 else ("GET", b""))
    assert last.headers["x-api-key"] == KEY  # the same host


def test_a_key_does_not_follow_to_another_host(make: Make, server: Server) -> None:
    server.on("/x", redirect(server.url(f"/y?q=1&api_key={KEY}&mailto=me%40example.org", "other.test")))
    server.on("/y", redirect(server.url("/z")))
    server.on("/z", reply())
    headers = {"Authorization": f"Bearer {KEY}", "x-api-key": KEY, "Zotero-API-Key": KEY, "Accept": "text/x"}
    params = {"api_key": KEY, "mailto": "me@example.org"}
    answer = make().get(server.url("/x"), params=params, headers=headers)
    asked, other, back = server.seen
    assert asked.headers["authorization"] == f"Bearer {KEY}" and KEY in asked.target
    for seen in (other, back):
        assert KEY not in repr(seen) and "example.org" not in seen.target
    assert other.target == "/y?q=1" and other.headers["accept"] == "text/x"
    assert KEY not in repr(answer)


def test_a_redirect_that_would_hand_over_a_key_in_a_path_is_refused(make: Make, server: Server) -> None:
    server.on("/x", redirect(server.url(f"/y/{KEY}", "other.test")))
    with pytest.raises(FetchError, match="hand it a key") as caught:
        make().get(server.url("/x"), headers={"x-api-key": KEY})
    assert len(server.seen) == 1 and KEY not in str(caught.value)


def test_a_key_that_a_host_repeats_is_in_no_message(make: Make, server: Server) -> None:
    server.on("/x", redirect(f"/y/{KEY}"))
    with pytest.raises(FetchError) as caught:
        make().get(server.url("/x"), headers={"x-api-key": KEY})
    assert caught.value.message == f"{server.url('/y/REDACTED')}: status 404 (no such page)"


def test_a_link_that_another_host_signed_stays_as_it_is(make: Make, server: Server) -> None:
    server.on("/x", redirect(server.url("/y?a=b%20c&X-Amz-Signature=abcdef0123", "other.test")))
    server.on("/y", reply())
    answer = make().get(server.url("/x"), headers={"x-api-key": KEY})
    assert server.seen[-1].target == "/y?a=b%20c&X-Amz-Signature=abcdef0123"
    assert "abcdef0123" not in answer.url


def test_the_contact_stays_with_the_table(make: Make, server: Server) -> None:
    """A host from anywhere is not told who asks. It is asked over TLS, so its headers are looked at before they are sent."""
    client = make(contact="me@example.org")
    request = build("GET", "https://papers.example.org/", {}, {}, None, anywhere=True)
    assert "example" not in client._headers(request, Host("papers.example.org", 1.0))["user-agent"]
    assert "example" in client._headers(request, Host(server.name, 1.0))["user-agent"]


@pytest.mark.parametrize("value", ["key\nx: y", "clé", "k\0"])
def test_a_key_that_cannot_be_sent_is_not_told(make: Make, server: Server, value: str) -> None:
    with pytest.raises(FetchError, match="'x-api-key'") as caught:
        make().get(server.url("/x"), headers={"x-api-key": value})
    assert value not in caught.value.message and not server.seen


def test_a_name_that_does_not_resolve(make: Make, server: Server) -> None:
    with pytest.raises(FetchError, match="cannot be resolved"):
        make(resolve=resolve_from({})).get(server.url("/x", "other.test"))


def test_a_resolver_that_hangs(make: Make, server: Server) -> None:
    stop = threading.Event()

    def resolve(name: str, port: int) -> Iterable[str]:
        stop.wait(20)
        return ["127.0.0.1"]

    started = time.monotonic()
    with pytest.raises(FetchError, match="in time"):
        make(resolve=resolve, limits=SHORT).get(server.url("/x", "other.test"))
    stop.set()
    assert time.monotonic() - started < 3


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
@pytest.mark.parametrize("order", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]])
def test_addresses_are_tried_in_turn(make: Make, server: Server, order: list[str]) -> None:
    """Nothing listens on 127.0.0.2 at that port."""
    server.on("/x", reply())
    resolve = resolve_from({"other.test": order})
    assert make(resolve=resolve).get(server.url("/x", "other.test")).status == 200


PEM = Path(__file__).with_name("paper.test.pem")


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(PEM))


@pytest.mark.parametrize("name", ["paper.test", "wrong.test"])
def test_the_checked_address_is_connected_to_under_its_name(name: str) -> None:
    """The name is resolved once, and stands in the handshake, the certificate check and the Host header."""
    lookups: list[str] = []
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])  # a second lookup would lead elsewhere

    def resolve(asked: str, port: int) -> Iterable[str]:
        lookups.append(asked)
        return next(answers)

    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(PEM)
    with serving(secured) as server:
        server.on("/x", reply())
        host = Host(f"{name}:{server.port}", 0.0, local=True)
        client = Client(
            seconds_left=lambda: 60.0,
            hosts={host.name: host},
            limits=ROOMY,
            resolve=resolve,
            certificates=trusting(),
        )
        url = f"https://{name}:{server.port}/x"
        if name == "paper.test":
            assert client.get(url).status == 200
            assert server.seen[0].headers["host"] == host.name
        else:
            with pytest.raises(FetchError, match=r"certificate is not valid: Hostname mismatch"):
                client.get(url)
            assert not server.seen
        assert lookups == [name] and server.sni == [name]
        client.close()
