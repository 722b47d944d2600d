"""A work of which no source has the text: its free copy is read, recorded, and replayed by whoever has no contact set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sovereign.records import Record
from tests.bad_library import pdfs
from tests.kernel.test_network import Web, asked

WORK = {
    "paperId": "a1",
    "title": "Columns on disk",
    "abstract": "The columnar layout reduces scan latency by 31% compared with the row layout.",
    "externalIds": {"DOI": "10.1000/columns"},
    "authors": [{"name": "Ada Ng"}],
}
COPY = {
    "url_for_pdf": "https://anywhere.example/1.pdf",
    "version": "acceptedVersion",
    "license": "cc-by",
    "host_type": "repository",
}


def provider(url: str, params: dict[str, str]) -> bytes:
    if url == COPY["url_for_pdf"]:
        return pdfs.long(2)
    if "unpaywall" in url:
        return json.dumps({"doi": "10.1000/columns", "best_oa_location": COPY}).encode()
    if "crossref" in url:
        return b'{"message": {"items": []}}'
    return json.dumps({"total": 1, "data": [WORK]}).encode()


def recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    with monkeypatch.context() as patch:
        patch.setattr("sovereign.sources.web.Client", lambda **given: Web(given["record"], provider))
        return asked(folder / "home", sources=("semanticscholar",), record=folder / "tape")


def test_the_free_copy_is_read_and_replayed_without_a_contact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSREF_MAILTO", "a@b.example")
    record = recorded(tmp_path, monkeypatch)
    (paper,) = record.papers
    assert (paper.id, paper.source, paper.location) == ("doi:10.1000/columns", "unpaywall", COPY["url_for_pdf"])
    assert paper.authors == ("Ada Ng",)  # which Unpaywall did not say
    said = f"{paper.location}: read as a free copy that Unpaywall names: acceptedVersion, cc-by, at a repository"
    assert said in record.limits
    monkeypatch.delenv("CROSSREF_MAILTO")
    replayed = asked(tmp_path / "again", sources=("semanticscholar",), replay=tmp_path / "tape")
    assert replayed.content_hash == record.content_hash


def test_without_a_contact_unpaywall_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = recorded(tmp_path, monkeypatch)
    assert [p.source for p in record.papers] == ["semanticscholar"]
    assert b"unpaywall.org" not in (tmp_path / "tape" / "exchanges.jsonl").read_bytes()
