"""The record as JSON-LD in the words of schema.org: an article, what it cites, and its claims with their verdicts."""

from __future__ import annotations

import json
from typing import Any

from sovereign.records import Claim, Correction, LedgerHead, OwnerDecision, Record

from .claims import verdict_reason
from .parts import REFERENCE_ANCHOR
from .references import Reference, References
from .standing import Standing
from .text import doi_url, fragment, one_line
from .work import AUTHOR, Work, claims_by_work, identity, moment_of, notes, record_work, venue_of

Node = dict[str, Any]

# Written out, so that the document means the same without fetching schema.org's own context.
CONTEXT: Node = {
    "@vocab": "http://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sameAs": {"@type": "@id"},
    "url": {"@type": "@id"},
    "dateCreated": {"@type": "xsd:dateTime"},
    "datePublished": {"@type": "xsd:dateTime"},
}
# On schema.org's scale of a rating: from refuted to supported. A claim that nothing was found on has no value.
_RATINGS = {"SUPPORT": 1, "MIXED": 0, "CONTRADICT": -1}


def write_jsonld(
    record: Record,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    standing: Standing | None = None,
) -> str:
    """JSON-LD 1.1. It holds no ``<``, so it may stand in a page's script element as it is.

    ``datePublished`` is there only once the owner has approved, and a licence is not stated, because the record names none.
    """
    references = References(record)
    by_work = claims_by_work(record, references)
    gone = record.withdrawn.claims
    work = record_work(record, head, standing)
    ids = {r.source_id: identity(r).href or f"{work.urn}#{REFERENCE_ANCHOR}{r.number}" for r in references}
    article: Node = {
        "@context": CONTEXT,
        "@id": work.urn,
        "@type": "ScholarlyArticle",
        "name": work.title,
        "headline": work.title,
        "abstract": work.abstract,
        "about": [one_line(record.question)],
        "keywords": list(work.keywords),
        "inLanguage": "en",
        "author": {"@type": "Organization", "name": AUTHOR},
        "dateCreated": _time(record.created_at),
        "datePublished": _time(owner.at) if owner and owner.outcome == "APPROVED" else "",
        "creativeWorkStatus": "; ".join(filter(None, (work.superseded, _status(record, owner)))),
        "sameAs": doi_url(work.doi),
        "identifier": _identifiers(work),
        "description": work.standing,
        "isBasedOn": [{"@id": ids[r.source_id]} for r in references if r.used and r.stands],
        "citation": [_citation(r, ids[r.source_id], notes(r, by_work, gone)) for r in references],
        "hasPart": [
            _claim(c, work, ids[references.of(c.quote.source_id).source_id], gone.get(c.id)) for c in record.claims
        ],
        "version": record.version,
        "correction": [_correction(c, work) for c in record.corrections],
    }
    text = json.dumps({k: v for k, v in article.items() if v}, ensure_ascii=False, indent=2) + "\n"
    # Escapes that JSON knows: "</script>" would end the element, and the two separators were no JavaScript once.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _time(moment: str) -> str:
    at = moment_of(moment)
    return at.isoformat() if at else ""


def _status(record: Record, owner: OwnerDecision | None) -> str:
    said = f"policy {record.decision.outcome}"
    return f"{said}; owner {owner.outcome}" if owner else f"{said}; not decided by the owner"


def _correction(one: Correction, work: Work) -> Node:
    return {
        "@type": "CorrectionComment",
        "@id": f"{work.urn}#correction-{one.number}",
        "text": one_line(one.note),
        "about": one.type,
        "author": {"@type": "Person", "name": one_line(one.by)},
        "dateCreated": _time(one.at),
    }


def _identifiers(work: Work) -> list[Node]:
    known = [
        ("UUID", work.urn),
        ("short id", work.short_id),
        ("content hash, SHA-256", work.content_hash),
        ("ledger head", work.ledger),
        ("DOI", work.doi),
    ]
    return [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in known if value]


def _citation(reference: Reference, node_id: str, said: tuple[str, ...]) -> Node:
    paper, known = reference.paper, identity(reference)
    names = [{"@type": "Person", "name": one_line(n)} for n in paper.authors if one_line(n)] if paper else []
    identifiers = [("DOI", known.doi), ("arXiv", known.arxiv_id)]
    venue = venue_of(paper)
    node: Node = {
        "@id": node_id,
        "@type": "ScholarlyArticle" if known.doi or known.arxiv_id else "CreativeWork",
        "name": reference.title,
        "position": reference.number,
        "author": names,
        "datePublished": {"@type": "xsd:gYear", "@value": f"{paper.year:04}"} if paper and paper.year else None,
        "isPartOf": {"@type": "CreativeWork", "name": venue} if venue else None,
        "identifier": [{"@type": "PropertyValue", "propertyID": n, "value": v} for n, v in identifiers if v],
        "url": known.url,
        "comment": [{"@type": "Comment", "text": note} for note in said],
    }
    return {name: value for name, value in node.items() if value}


def _claim(claim: Claim, work: Work, source: str, withdrawn_by: int | None) -> Node:
    """A claim where it was said, the sentence, and a review of it that gives the verdict and why; of one that is withdrawn, no verdict."""
    claim_id = f"{work.urn}#{fragment(claim.id)}"
    rating: Node = {
        "@type": "Rating",
        "alternateName": claim.verdict,
        "ratingExplanation": verdict_reason(claim),
    }
    if claim.verdict in _RATINGS:
        rating |= {"ratingValue": _RATINGS[claim.verdict], "bestRating": 1, "worstRating": -1}
    if withdrawn_by is not None:
        rating = {
            "@type": "Rating",
            "alternateName": "WITHDRAWN",
            "ratingExplanation": f"withdrawn by correction {withdrawn_by}",
        }
    anchored = claim.verification is not None and claim.verification.anchored
    quoted: Node = {"@type": "Quotation", "text": one_line(claim.quote.text), "isPartOf": {"@id": source}}
    if claim.quote.our_words:
        quoted["creativeWorkStatus"] = "our summary, not the paper's words"
    return {
        "@id": claim_id,
        "@type": "Claim",
        "name": one_line(claim.id),
        "text": one_line(claim.text),
        "appearance": quoted,
        "review": {
            "@type": "ClaimReview",
            "itemReviewed": {"@id": claim_id},
            "claimReviewed": one_line(claim.text),
            "author": {"@type": "Organization", "name": AUTHOR},
            "reviewRating": rating,
            "reviewBody": f"{_stands(claim, withdrawn_by)}; {'anchored' if anchored else 'not anchored'}.",
        },
    }


def _stands(claim: Claim, withdrawn_by: int | None) -> str:
    if withdrawn_by is not None:
        return f"Withdrawn by correction {withdrawn_by}"
    return "Verified" if claim.verified else "Not verified"
