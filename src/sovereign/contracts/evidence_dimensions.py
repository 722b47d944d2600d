"""Three dimensions of the claims that the answer cites: how strong their evidence is, how well grounded, and whether figures hold."""

from __future__ import annotations

from statistics import fmean
from typing import Final

from ..records import Claim, Record
from .assessed import NUMERIC, Assessed, checked, cited_claims, evidence_of, missing, numeric, own_quote, passed
from .published import Published

DEPTH: Final = {"note": 0.4, "abstract": 0.6, "full_text": 1.0, "table": 1.0, "measurement": 1.0}
"""How much of a source stands behind a quote of that depth."""

OWN_SENTENCE: Final = 0.4
OWN_WORK: Final = 0.7
ONE_GROUP: Final = 0.9
TWO_GROUPS: Final = 1.0
MIXED: Final = 0.2
"""What support is worth, by whose evidence gives it; a claim that stands contradicted or falsified is worth nothing."""

_STRENGTH = ("anchor", "fields", "evidence", "table", "protocol")
_GROUNDING = ("anchor", "quote", "reference")


def evidence_strength(published: Published) -> Assessed:
    """The mean over the cited claims of depth times support, each by the evidence on which a check decided."""
    claims = cited_claims(published)
    judged = checked(claims)
    if not judged:
        return missing(_STRENGTH, "a cited claim on which any check decided")
    worth = {c.id: _worth(c) for c in judged}
    share = fmean(worth.get(c.id, 0.0) for c in claims)
    own_only = sum(c.verdict == "SUPPORT" and not c.verified for c in judged)
    counts = {
        "cited": len(claims),
        "checked": len(judged),
        "verified": sum(c.verified for c in judged),
        "supported_by_their_own_sentence_alone": own_only,
        "contradicted_or_mixed": sum(c.verdict in ("CONTRADICT", "MIXED") for c in judged),
        "from_notes": sum(c.quote.depth == "note" for c in judged),
        "from_abstracts": sum(c.quote.depth == "abstract" for c in judged),
    }
    basis = (
        f"mean over {len(claims)} cited claims of depth times support: {counts['verified']} are verified by other evidence, "
        f"{own_only} rest on their own sentence alone, {counts['from_notes']} come from notes and {counts['from_abstracts']} from abstracts"
    )
    return Assessed(share, basis, _STRENGTH, counts)


def _worth(claim: Claim) -> float:
    """Support times depth, 0..1. Evidence counts only if a check passed on it."""
    if claim.falsified or claim.verdict == "CONTRADICT":
        return 0.0
    if claim.gate is not None and claim.gate.status == "VERIFIED" and claim.gate.protocol_match == "exact":
        return 1.0
    given = [e for e in evidence_of(claim) if e.verdict == "SUPPORT" and any(c.outcome == "pass" for c in e.checks)]
    if claim.verdict == "MIXED":
        return MIXED * DEPTH[claim.quote.depth] if given else 0.0
    if claim.verdict != "SUPPORT" or not given:
        return 0.0
    relations = {e.relation for e in given}
    groups = claim.verification.independent_groups if claim.verification else 0
    if "independent" in relations:
        support = TWO_GROUPS if groups >= 2 else ONE_GROUP
    else:
        support = OWN_WORK if "own_work" in relations else OWN_SENTENCE
    return support * max(DEPTH[e.quote.depth] for e in given)


def citation_grounding(published: Published) -> Assessed:
    """The mean over the cited claims of a third each: its quote is anchored, is the source's own words, and its source can be looked up.

    A claim whose quote is not anchored gets nothing, whatever else is there.
    """
    claims, record = cited_claims(published), published.record
    held = [c for c in claims if (own := own_quote(c)) and any(o.check == "anchor" for o in own.checks)]
    if not held:
        return missing(_GROUNDING, "a cited claim on whose quote the check anchor ran")
    anchored = [c for c in held if (own := own_quote(c)) and passed(own, "anchor")]
    words = [c for c in anchored if not (c.quote.our_words or c.quote.secondhand or c.quote.seen == "recalled")]
    known = [c for c in anchored if _can_be_looked_up(c, record)]
    share = (len(anchored) + len(words) + len(known)) / (3 * len(claims))
    counts = {
        "cited": len(claims),
        "anchored": len(anchored),
        "in_the_source's_words": len(words),
        "referenced": len(known),
    }
    basis = (
        f"of {len(claims)} cited claims, {len(anchored)} have a quote that stands in its stored text; of these, {len(words)} are in "
        f"the source's own words and {len(known)} name a source that can be looked up"
    )
    return Assessed(share, basis, _GROUNDING, counts)


def _can_be_looked_up(claim: Claim, record: Record) -> bool:
    """Whether the claim's source has a DOI, an arXiv id or an address."""
    paper = record.paper(claim.quote.source_id)
    by_id = claim.quote.source_id.startswith(("doi:", "arxiv:"))
    return by_id or (paper is not None and bool(paper.doi or paper.arxiv_id or paper.url))


def numerical_consistency(published: Published) -> Assessed:
    """Of the cited claims with figures or comparisons, the share that other evidence holds up and none contradicts.

    A claim that no number, unit or direction check reached counts as not held up.
    """
    with_figures = [c for c in cited_claims(published) if c.results]
    reached = {c.id: [e for e in evidence_of(c) if numeric(e)] for c in with_figures}
    met = [c for c in with_figures if reached[c.id]]
    if not met:
        return missing(
            NUMERIC,
            "a cited figure or comparison that was held against a table, passage or work beside its own sentence",
        )
    against = [c for c in met if any(e.verdict == "CONTRADICT" for e in reached[c.id])]
    consistent = [c for c in met if c not in against]
    tables = sum(e.rationale is not None for found in reached.values() for e in found)
    own = sum(e.relation == "own_work" for c in against for e in reached[c.id] if e.verdict == "CONTRADICT")
    counts = {
        "with_figures": len(with_figures),
        "reached": len(met),
        "consistent": len(consistent),
        "contradicted": len(against),
        "contradicted_by_their_own_work": own,
        "tables_recomputed": tables,
    }
    basis = (
        f"of {len(with_figures)} cited claims with figures, {len(met)} were held against other evidence; {len(consistent)} agree with "
        f"all of it, {len(against)} do not; {tables} computation(s) over cells of tables"
    )
    return Assessed(len(consistent) / len(with_figures), basis, NUMERIC, counts)
