"""The description of a deposit, in InvenioRDM's fields. Texts of a record are escaped: an archive shows HTML."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import httpx

from sovereign.errors import InputError
from sovereign.records import Record

from ..references import References
from ..text import arxiv_url, doi_url, one_line

CREATOR = "SOVEREIGN Research Kernel"
_MOST_SUBJECTS = 20
_NOTICE = "Made and checked by software. It was not peer-reviewed, and it may be wrong; its open points and limits stand in it."
_VERIFY = (
    "How to check it: record.json holds every claim with the sentence that it rests on and the checks that it passed or failed; "
    "its field content_hash is the SHA-256 of its canonical form."
)


def body(
    record: Record, version: int, marker: str, date: str, archive: str, license_id: str, contributor: str = ""
) -> dict[str, Any]:
    """What is sent to describe a record. ``date`` is the day of publication (ISO 8601), ``contributor`` "Family, Given" or empty.

    Raises:
        InputError: for a licence or contributor that cannot be sent.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]{1,63}", license_id):
        raise InputError(
            f"record_license = {license_id[:80]!r} cannot be used",
            "Give an SPDX id in small letters, such as cc-by-4.0.",
        )
    answer = record.answer
    abstract = " ".join(s.text for s in (answer.abstract or answer.summary)) or "The record has no abstract."
    paragraphs = (
        abstract,
        f"Research question: {record.question}",
        f"State of the answer: {answer.state}. Claims: {record.counters.extracted} extracted, {record.counters.verified} verified.",
        f"Record {record.short_id} ({record.id}), version {version}, content hash {record.content_hash}. {_VERIFY}",
        _NOTICE,
    )
    metadata: dict[str, Any] = {
        "resource_type": {"id": "publication-report"},
        "title": _title(record),
        "publication_date": date,
        "creators": [{"person_or_org": {"type": "organizational", "name": CREATOR}}],
        "description": "".join(f"<p>{escape(one_line(text))}</p>" for text in paragraphs),
        "publisher": _publisher(archive),
        "version": f"v{version}",
        "languages": [{"id": "eng"}],
        "rights": [{"id": license_id}],
        "identifiers": [{"identifier": marker, "scheme": "urn"}],
        "subjects": [{"subject": subject} for subject in _subjects(record)],
        "related_identifiers": _related(record),
    }
    if contributor:
        metadata["contributors"] = [_person(contributor)]
    return {"access": {"record": "public", "files": "public"}, "files": {"enabled": True}, "metadata": metadata}


def _title(record: Record) -> str:
    found = one_line(record.answer.title) or one_line(record.question)
    return found if len(found) >= 3 else f"Record {record.short_id}"  # the shortest that InvenioRDM takes


def _publisher(archive: str) -> str:
    """InvenioRDM registers no DOI without a publisher."""
    host = httpx.URL(archive).host
    return "Zenodo" if host == "zenodo.org" or host.endswith(".zenodo.org") else host


def _subjects(record: Record) -> list[str]:
    texts = (one_line(facet.text) for facet in record.plan.facets)
    return list(dict.fromkeys(t for t in texts if 2 < len(t) <= 100))[:_MOST_SUBJECTS]


def _related(record: Record) -> list[dict[str, Any]]:
    """The works that the record rests on (cites) or only read (references), by DOI, else by arXiv identifier."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for reference in References(record):
        paper = reference.paper
        scheme, _, name = reference.source_id.partition(":")
        doi = paper.doi if paper else name if scheme == "doi" else None
        arxiv = paper.arxiv_id if paper else name if scheme == "arxiv" else None
        if doi and doi_url(doi) and doi.isascii() and doi.isprintable():
            identifier = ("doi", doi)
        elif arxiv and arxiv_url(arxiv):
            identifier = ("arxiv", f"arXiv:{arxiv}")
        else:
            continue
        relation = "cites" if reference.used and reference.stands else "references"
        row = {"scheme": identifier[0], "identifier": identifier[1], "relation_type": {"id": relation}}
        found.setdefault((identifier[0], identifier[1].casefold()), row)
    return list(found.values())


def _person(name: str) -> dict[str, Any]:
    family, mark, given = (part.strip() for part in one_line(name).partition(","))
    if not (family and mark and given):
        raise InputError(f"record_contributor = {name[:80]!r} cannot be used", "Give a name as Family, Given.")
    return {
        "person_or_org": {"type": "personal", "family_name": family, "given_name": given},
        "role": {"id": "other"},
    }
