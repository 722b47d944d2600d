"""The record and its references as CSL-JSON, which citation styles and reference managers read."""

from __future__ import annotations

import json
from typing import Any

from sovereign.records import LedgerHead, Record

from .bibtex import citation_keys
from .references import Reference, References
from .standing import Standing
from .text import doi_url
from .work import AUTHOR, Work, claims_by_work, identity, notes, parted_name, record_work, venue_of

Item = dict[str, Any]


def write_csl(record: Record, head: LedgerHead | None = None, standing: Standing | None = None) -> str:
    """CSL-JSON 1.0.2: the record first, then each reference in its order, verdicts in ``note``."""
    references = References(record)
    keys, by_work = citation_keys(tuple(references)), claims_by_work(record, references)
    items = [_record(record_work(record, head, standing))]
    items += [_reference(r, keys[r.source_id], notes(r, by_work, record.withdrawn.claims)) for r in references]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _record(work: Work) -> Item:
    item: Item = {
        "id": work.short_id,
        "type": "report",
        "title": work.title,
        "author": [{"literal": AUTHOR}],
        "publisher": AUTHOR,
        "number": work.short_id,
        "archive_location": work.urn,
        "note": f"{work.standing} Content hash: {work.content_hash}. Ledger head: {work.ledger}.",
    }
    if work.made:
        item["issued"] = {"date-parts": [list(work.made)]}
    if work.abstract:
        item["abstract"] = work.abstract
    if work.keywords:
        item["keyword"] = ", ".join(work.keywords)
    if work.doi:
        item |= {"DOI": work.doi, "URL": doi_url(work.doi)}
    return item


def _reference(reference: Reference, key: str, said: tuple[str, ...]) -> Item:
    paper, known, venue = reference.paper, identity(reference), venue_of(reference.paper)
    item: Item = {
        "id": key,
        "type": "article-journal" if venue else "article" if known.arxiv_id else "document",
        "title": reference.title,
        "author": [_name(name) for name in paper.authors if parted_name(name)[0]] if paper else [],
        "container-title": venue,
        "issued": {"date-parts": [[paper.year]]} if paper and paper.year else None,
        "DOI": known.doi,
        "number": f"arXiv:{known.arxiv_id}" if known.arxiv_id else None,
        "URL": known.href,
        "note": " ".join(said),
    }
    return {name: value for name, value in item.items() if value}


def _name(name: str) -> Item:
    family, given = parted_name(name)
    return {"family": family, "given": given} if given else {"literal": family}
