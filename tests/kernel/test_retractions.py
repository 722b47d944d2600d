"""Kept works are asked about with Crossref; a retracted one makes room for the next, and bears on no other claim."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sovereign.errors import SovereignError
from sovereign.kernel.retractions import without_retracted
from sovereign.records import Candidate, Paper, Record, Retrieval
from sovereign.sources import Hit, fuse
from tests.kernel.test_network import FEED, FIRST, Web, arxiv, asked


def found(*dois: str, keep: int) -> Retrieval:
    hits = [Hit(paper=Paper(id=f"doi:{d}", title=d, doi=d), score=10 - n) for n, d in enumerate(dois)]
    return Retrieval(sources=("x",), candidates=fuse([[hits]], keep))


def kept(retrieval: Retrieval) -> list[str]:
    return [c.paper_id for c in retrieval.candidates if c.kept]


def test_the_next_in_rank_take_the_places_and_are_asked_about_too() -> None:
    asked_for: list[Sequence[str]] = []
    gone = {"10.1/a": "retraction of 2020", "10.1/c": "withdrawal"}

    def ask(dois: Sequence[str]) -> Mapping[str, str]:
        asked_for.append(dois)
        return {doi: gone[doi] for doi in dois if doi in gone}

    log = without_retracted(found("10.1/a", "10.1/b", "10.1/c", "10.1/d", "10.1/e", keep=2), ask)
    assert asked_for == [["10.1/a", "10.1/b"], ["10.1/c"], ["10.1/d"]]
    assert kept(log) == ["doi:10.1/b", "doi:10.1/d"]
    assert [c.paper_id for c in log.candidates][-2:] == ["doi:10.1/a", "doi:10.1/c"]
    reasons = {c.paper_id: c.reason for c in log.candidates}
    assert reasons["doi:10.1/a"] == "dropped: retracted (retraction of 2020)"
    assert reasons["doi:10.1/d"] == "kept in place of a retracted work: rank 4, below the limit of 2"


def test_every_doi_of_a_work_is_asked_about_but_none_that_arxiv_gave() -> None:
    asked_for: list[str] = []
    candidate = Candidate(
        paper_id="arxiv:2101.00001", title="A", location="", score=1, ranks=(1,), kept=True, reason="",
        also=("doi:10.48550/arxiv.2101.00001", "doi:10.1/a"),
    )  # fmt: skip
    log = Retrieval(sources=(), candidates=(candidate,))
    assert without_retracted(log, lambda dois: asked_for.extend(dois) or {}) == log
    assert asked_for == ["10.1/a"]


def test_that_nobody_could_be_asked_is_said() -> None:
    def down(dois: Sequence[str]) -> Mapping[str, str]:
        raise SovereignError("api.crossref.org: status 503", "Try again later.")

    log = without_retracted(found("10.1/a", "10.1/b", keep=2), down)
    assert kept(log) == ["doi:10.1/a", "doi:10.1/b"]
    (failure,) = log.failures
    assert failure.where == "crossref" and failure.advice == "Try again later."
    assert "retractions were not checked for 2 DOI(s)" in failure.reason and "status 503" in failure.reason


WORK = {
    "paperId": "a1",
    "title": "Columns on disk",
    "abstract": "The columnar layout reduces scan latency by 31% compared with the row layout.",
    "externalIds": {"DOI": "10.1000/columns"},
    "authors": [{"name": "Ada Ng"}],
}
NOTICE = {
    "DOI": "10.1000/columns",
    "updated-by": [{"DOI": "10.1000/notice", "type": "retraction", "updated": {"date-parts": [[2022]]}}],
}


@pytest.mark.parametrize("retracted", [True, False])
def test_a_run_asks_crossref_about_what_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, retracted: bool
) -> None:
    sent: list[str] = []

    def provider(url: str, params: dict[str, str]) -> bytes:
        sent.append(params.get("filter", ""))
        if "crossref" in url:
            return json.dumps({"message": {"items": [NOTICE] if retracted else []}}).encode()
        return json.dumps({"total": 1, "data": [WORK]}).encode()

    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(tmp_path / "tape", provider))
    record = asked(tmp_path / "home", sources=("semanticscholar",))
    assert {"updates:10.1000/columns", "doi:10.1000/columns"} <= set(sent)
    (candidate,) = record.retrieval.candidates
    assert candidate.kept is not retracted and bool(record.papers) is not retracted
    if retracted:
        assert "https://doi.org/10.1000/notice (Crossref, updated-by)" in candidate.reason


ENTRY = (
    "<entry><id>http://arxiv.org/abs/{0}v1</id><title>{1}</title><summary>{2}</summary><author><name>{3}</name></author>"
    "<published>2021-03-01T00:00:00Z</published>{4}</entry>"
)
SAID = "The columnar layout uses 12% less disk space than the row layout."
TWO = (
    ("2103.00003", "Columns on disk", SAID, "Ada Ng"),
    ("2103.00004", "Tables on disk", f"We measured it. {SAID}", "Ada Ng"),
)
WITHDRAWN = "<c:comment xmlns:c='x'>This paper has been withdrawn.</c:comment>"


def record_of(folder: Path, monkeypatch: pytest.MonkeyPatch, second: str) -> Record:
    """A run that first finds two works saying the same, and then only the second of them, with ``second`` in its entry."""
    searches: list[str] = []

    def provider(url: str, params: dict[str, str]) -> bytes:
        if "api/query" not in url:
            return arxiv(url, params)
        searches.append(url)
        works = [(*TWO[0], ""), (*TWO[1], "")] if len(searches) <= FIRST else [(*TWO[1], second)]
        return FEED.format("".join(ENTRY.format(*work) for work in works)).encode()

    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(folder / "tape", provider))
    record = asked(folder / "home")
    assert len(searches) > FIRST  # there was a second search
    return record


def test_what_the_second_search_calls_retracted_corroborates_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bearing(record: Record) -> set[str]:
        claims = [c for c in record.claims if c.quote.paper_id == f"arxiv:{TWO[0][0]}" and c.verification]
        assert claims
        return {e.quote.paper_id for c in claims if c.verification for e in c.verification.evidence}

    mine, theirs = (f"arxiv:{work[0]}" for work in TWO)
    assert bearing(record_of(tmp_path / "sound", monkeypatch, "")) == {mine, theirs}
    assert bearing(record_of(tmp_path / "gone", monkeypatch, WITHDRAWN)) == {mine}
