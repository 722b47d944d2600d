"""Every provider on every kind of bad day, through a whole run beside a healthy library.

A run asks all providers at once, and all have the same bad day: one run for each, looked at provider by provider. What
single requests and single answers come to is told in the tests of the sources.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from sovereign.kernel import Request, run
from sovereign.records import Record
from sovereign.settings import load
from sovereign.store import open_store
from tests.kernel import columnar
from tests.kernel.local import ADDRESSES, bring_home, path
from tests.sources.web.server import Behaviour, Server, half, hang, redirect, reply, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BUDGET = 20.0
DOI = "10.1000/columns"
PROVIDERS = tuple(name for name in ADDRESSES if name != "unpaywall")
NULLS = {
    "arxiv": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2101.00001v1</id><title/></entry></feed>',
    "semanticscholar": b'{"total": 1, "data": [{"paperId": "a", "title": null, "abstract": null, "externalIds": null}]}',
    "openalex": b'{"results": [{"id": "https://openalex.org/W1", "title": null, "authorships": null}]}',
    "crossref": json.dumps({"message": {"items": [{"DOI": DOI, "title": None, "updated-by": None}]}}).encode(),
    "zotero": b'[{"key": "AAAA1111", "data": {"itemType": null, "title": null}}]',
    "unpaywall": b'{"doi": null}',
}
WRONG = {
    "arxiv": b'{"feed": 1}',
    "semanticscholar": b'{"total": "many", "data": 5}',
    "openalex": b'{"results": {"a": 1}}',
    "crossref": b'{"message": {"items": "none"}}',
    "zotero": b'{"items": []}',
    "unpaywall": b'{"doi": 5, "best_oa_location": []}',
}
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY %c "%b">' % (n, b"&%c;" % (n - 1) * 10) for n in range(ord("b"), ord("k")))
    + b']><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&j;</title></entry></feed>'
)


class Day(NamedTuple):
    """What every provider answers, a text for each or one for all, and what the record says of it."""

    answer: Behaviour | dict[str, bytes] | None
    says: str
    arxiv_says: str = ""  # where it has other words, as the one provider that answers with a feed


NO_FEED = "the answer is no Atom feed"
DAYS = {
    "429": Day(reply(status=429), "status 429"),
    "429 with Retry-After": Day(reply(status=429, headers={"Retry-After": "900"}), "status 429"),
    "500": Day(reply(status=500), "status 500"),
    "503": Day(reply(b"<h1>Sorry</h1>", 503), "status 503"),
    "a hang": Day(hang, "did not answer in time"),
    "half an answer": Day(half(b'{"data": [{"ti'), "cut short"),
    "a page": Day(reply(b"<!DOCTYPE html><p>Log in", headers={"content-type": "text/html"}), "instead of JSON", NO_FEED),
    "nulls": Day(NULLS, "the entry has no title"),
    "wrong types": Day(WRONG, "not what the provider documents", NO_FEED),
    "a redirect loop": Day(None, "more than 5 redirects"),
    "a redirect to this machine": Day(redirect("http://127.0.0.1:9/"), "127.0.0.1:9/ was refused"),
    "a redirect to a machine's metadata": Day(redirect("http://169.254.169.254/latest"), "169.254.169.254/latest was refused"),
    "a redirect to a file": Day(redirect("file:///etc/passwd"), "file is not allowed"),
    "a gzip bomb": Day(reply(gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"}), "larger than 300,000 bytes"),
    "an XML entity bomb": Day(reply(LAUGHS, headers={"content-type": "application/atom+xml"}), "instead of JSON", "Atom feed"),
    "no DNS": Day(None, "its name cannot be resolved"),
}  # fmt: skip


class Seen(NamedTuple):
    """What came of a day."""

    name: str
    record: Record
    seconds: float


@pytest.fixture(scope="module", params=DAYS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder, name = tmp_path_factory.mktemp("day"), request.param
    with serving() as server, pytest.MonkeyPatch.context() as patch:
        plan(server, name)
        bring_home(patch, server, unknown=ADDRESSES if name == "no DNS" else ())
        patch.setenv("CROSSREF_MAILTO", "a@b.example")
        settings = load(
            {"home": str(folder / "home"), "measure_seconds": 0, "budget_seconds": BUDGET, "embedder": "none"},
            environ={},
        )
        library = columnar.write(folder / "library")
        note = library / "varga2018-formats.md"  # known by a DOI, so that it is asked about
        note.write_text(note.read_text("utf-8").replace("doi: null", f"doi: {DOI}"), "utf-8")
        started = time.monotonic()
        with open_store(settings.home) as store:
            asked = Request(columnar.QUESTION, settings, (library,), PROVIDERS, measure=False)
            record = run(asked, store)
        yield Seen(name, record, time.monotonic() - started)


def plan(server: Server, name: str) -> None:
    answer = DAYS[name].answer
    for provider in ADDRESSES:
        where = f"/unpaywall/{DOI}" if provider == "unpaywall" else path(provider)
        if name == "a redirect loop":
            server.on(where, redirect(where))
        elif isinstance(answer, dict):
            server.on(where, reply(answer[provider]))
        elif answer:
            server.on(where, answer)


def test_the_run_ends_in_time_and_answers_from_the_library(seen: Seen) -> None:
    record = seen.record
    assert seen.seconds < BUDGET
    assert record.retrieval.sources == ("library", "zotero", "arxiv", "semanticscholar", "openalex", "crossref")
    assert record.papers and {p.source for p in record.papers} == {"library"}
    assert record.answer.cited() and record.content_hash == record.computed_hash()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_record_names_the_provider_and_the_reason(seen: Seen, provider: str) -> None:
    day = DAYS[seen.name]
    says = day.arxiv_says if day.arxiv_says and provider == "arxiv" else day.says
    reasons = [f.reason for f in seen.record.retrieval.failures if f.where == provider]
    assert any(says in reason for reason in reasons), reasons


def test_it_says_that_retractions_were_not_checked(seen: Seen) -> None:
    reasons = [f.reason for f in seen.record.retrieval.failures if f.where == "crossref"]
    unchecked = [reason for reason in reasons if reason.startswith("retractions were not checked for 1 DOI(s)")]
    assert len(unchecked) == (seen.name != "nulls")  # an answer without any notice is one


def test_it_says_that_the_free_copy_was_not_read(seen: Seen) -> None:
    (paper,) = [p for p in seen.record.papers if p.doi == DOI]
    said = [line for line in seen.record.limits if line.startswith(f"{paper.location}: unpaywall gave no text of it: ")]
    says = "not what the provider documents" if seen.name == "nulls" else DAYS[seen.name].says
    assert len(said) == 1 and says in said[0], said
