"""What is too much, comes from elsewhere, or is a fault of ours: each is turned away in a form that programs and people can read."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import anyio
import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from starlette.types import Message

from sovereign.site.app import make_app
from sovereign.site.context import Options, Site
from sovereign.site.http import limits
from sovereign.site.http.limits import Allowance, Limits, names_of


def test_an_allowance_fills_again() -> None:
    allowance = Allowance(rate=2.0, most=3.0)
    assert [allowance.wait("a", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert allowance.wait("b", 0.0) == 0.0
    assert [allowance.wait("a", 0.5), allowance.wait("a", 0.5)] == [0.0, 0.5]
    assert [allowance.wait("a", 100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    allowance.give_back("a")
    assert allowance.wait("a", 100.0) == 0.0


def test_few_readers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_READERS", 5)
    allowance = Allowance(1.0, 1.0)
    for n in range(50):
        allowance.wait(str(n), 0.0)
    assert len(allowance._left) == 5 and allowance.wait("49", 0.0) == 1.0


def test_who_asks_too_often_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READS_AT_ONCE", 3.0)
    monkeypatch.setattr(limits, "READS_PER_SECOND", 0.01)
    app = make_app(site)
    hasty = TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.1", 5))
    # From another port, and under another name, it is the same reader.
    again = TestClient(
        app, base_url="http://127.0.0.1", client=("192.0.2.1", 6), headers={"x-forwarded-for": "192.0.2.7"}
    )
    assert [c.get("/robots.txt").status_code for c in (hasty, again, hasty, again)] == [200, 200, 200, 429]
    refused = again.get("/robots.txt")
    assert (
        refused.headers["content-type"] == "application/problem+json"
        and 90 < int(refused.headers["retry-after"]) <= 100
    )
    assert refused.json()["status"] == 429 and "content-security-policy" in refused.headers
    other = TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.2", 5))
    assert other.get("/robots.txt").status_code == 200


def test_who_makes_files_of_the_pages_does_not_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READS_AT_ONCE", 1.0)
    asked = TestClient(make_app(Site(site.store, site.catalog, Options(static=True))))
    assert {asked.get("/robots.txt").status_code for _ in range(5)} == {200}


def test_a_network_of_version_six_is_one_reader() -> None:
    readers = {limits.reader_of({"client": (host, 1)}) for host in ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1")}
    assert len(readers) == 2
    # As a socket that takes both kinds gives them.
    mapped = ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1")
    assert [limits.reader_of({"client": (host, 1)}) for host in mapped] == ["192.0.2.1", "192.0.2.2", "192.0.2.1"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"])
def test_a_name_that_is_not_ours_is_not_served(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421 and answer.headers["content-type"] == "application/problem+json"


def test_the_names_of_this_machine_are_served(client: TestClient) -> None:
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"):
        assert client.get("/robots.txt", headers={"host": host}).status_code == 200
    assert "records.example" in names_of("https://records.example:8443/x", loopback=False)
    assert names_of("", loopback=False) == frozenset()


def test_a_long_address_or_header_is_not_read(client: TestClient) -> None:
    assert client.get("/" + "x" * 5000).status_code == 414
    assert client.get("/", params={"q": "x" * 5000}).status_code == 414
    assert client.get("/", headers={"x-much": "x" * 20_000}).status_code == 431


def test_a_slow_body_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.01)
    sent: list[Message] = []

    async def never() -> Message:
        await anyio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def inner(*_: object) -> None:
        raise AssertionError("nothing of it goes further")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": None,
    }
    anyio.run(Limits(inner, frozenset()), scope, never, send)
    assert sent[0]["status"] == 408


def test_half_a_form_goes_no_further() -> None:
    came: list[Message] = [
        {"type": "http.request", "body": b"outcome=APPROVED&reason=Not+che", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return came.pop(0)

    async def unwanted(*_: object) -> None:
        raise AssertionError("half a form is no form, and nobody is there to be told")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": None,
    }
    anyio.run(Limits(unwanted, frozenset()), scope, receive, unwanted)
    assert not came


def test_a_fault_of_ours_shows_a_number_and_no_more(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    app: FastAPI = make_app(site)

    @app.get("/api/v1/fault")
    def fault() -> None:
        raise RuntimeError("a secret place")

    answer = TestClient(app, base_url="http://127.0.0.1").get("/api/v1/fault")
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text and "content-security-policy" in answer.headers
    number = answer.json()["detail"].split()[-1].rstrip(".")
    told = capsys.readouterr().err
    assert f"Fault {number} " in told and "a secret place" in told


def test_what_has_a_time_is_known_by_it(site: Site) -> None:
    app: FastAPI = make_app(site)
    changed = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    @app.get("/dated")
    def dated() -> Response:
        return Response("x", headers={"last-modified": format_datetime(changed, usegmt=True)})

    client = TestClient(app, base_url="http://127.0.0.1")
    for since, status in (
        ("Fri, 02 Jan 2026 03:04:05 GMT", 304),
        ("Fri, 02 Jan 2026 03:04:04 GMT", 200),
        ("yesterday", 200),
    ):
        assert client.get("/dated", headers={"if-modified-since": since}).status_code == status
    both = {"if-modified-since": "Fri, 02 Jan 2026 03:04:05 GMT", "if-none-match": '"other"'}
    assert client.get("/dated", headers=both).status_code == 200


def test_other_sites_may_read_and_not_write(client: TestClient) -> None:
    asked = {"origin": "https://elsewhere.example", "access-control-request-headers": "if-none-match"}
    may = client.options("/api/v1/records", headers={**asked, "access-control-request-method": "GET"})
    assert may.status_code == 204 and may.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in may.headers
    for path, method in (("/api/v1/records", "POST"), ("/api/v1/questions", "GET"), ("/owner", "GET"), ("/", "GET")):
        answer = client.options(path, headers={**asked, "access-control-request-method": method})
        assert answer.status_code == 405 and "access-control-allow-origin" not in answer.headers
    assert client.get("/api/v1/records").headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.get("/").headers["cross-origin-resource-policy"] == "same-origin"


def test_a_stricter_policy_of_a_route_stays(site: Site) -> None:
    app: FastAPI = make_app(site)

    @app.get("/strict")
    def strict() -> Response:
        return Response("x", headers={"content-security-policy": "default-src 'none'"})

    answer = TestClient(app, base_url="http://127.0.0.1").get("/strict")
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_compression_that_is_refused_is_not_used(client: TestClient) -> None:
    answer = client.get("/", headers={"accept-encoding": "br, gzip;q=0"})
    assert answer.status_code == 200 and "content-encoding" not in answer.headers
    assert client.get("/", headers={"accept-encoding": "br, GZIP; q=0.5"}).headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/assets/....//app.py",
        "/assets/site.css%00.js",
        "/assets/%2fetc%2fpasswd",
        "/paper/../../ledger.head",
        "/paper/..%2f..%2fledger.head",
        "/paper/%2e%2e%2fsovereign.db",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404), path
    assert "import" not in answer.text and "hash" not in answer.text


def test_the_page_of_the_interface_has_every_operation(client: TestClient, site: Site) -> None:
    page, document = client.get("/docs").text, client.get("/openapi.json").json()
    for path, entry in document["paths"].items():
        for method in entry:
            assert f"<b>{method.upper()}</b> {path}<" in page
    assert "curl http://127.0.0.1/api/v1/records<" in page
    assert "$SOVEREIGN_SITE_TOKEN" in page and Options(token="x" * 16).token not in page
    for entry in document["paths"].values():
        for operation in entry.values():
            assert operation["description"] and {"400", "404", "422", "429"} <= set(operation["responses"])
