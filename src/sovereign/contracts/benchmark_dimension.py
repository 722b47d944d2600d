"""The dimension of compared numbers: is the protocol of each stated, and was it held against another's of the same protocol?"""

from __future__ import annotations

from ..records import Claim
from .assessed import Assessed, cited_claims, decided, evidence_of, missing
from .published import Published

_CHECKS = ("protocol_key", "comparison", "protocol_match")


def benchmark_validity(published: Published) -> Assessed:
    """Of the cited claims with a figure or comparison, the share whose key is complete and that met a comparable number.

    The key is complete if sentence and setting name metric, subject, comparator, a model or its scale, and a phase or condition. It
    met a comparable number if the check ``comparison`` decided, or a protocol matched it exactly. *Not comparable* is an outcome of
    its own, before any contradiction; where no comparison could be made at all, nothing is assessed.
    """
    claims = [c for c in cited_claims(published) if c.results]
    compared = {c.id: [e for e in evidence_of(c) if any(o.check == "comparison" for o in e.checks)] for c in claims}
    met = [c for c in claims if _met(c)]
    apart = sum(e.scope == "not_comparable" for found in compared.values() for e in found)
    if not met:
        held = sum(map(len, compared.values()))
        return missing(
            _CHECKS,
            f"a cited number that met another of the same protocol: {held} comparison(s) were tried, {apart} were not comparable",
        )
    complete = [c for c in claims if key_is_complete(c)]
    valid = [c for c in met if c in complete]
    counts = {
        "with_figures": len(claims),
        "key_complete": len(complete),
        "met_a_comparable_number": len(met),
        "both": len(valid),
        "comparisons_not_comparable": apart,
        "disagreements_not_comparable": sum(d.type == "not_comparable" for d in published.record.answer.disagreements),
    }
    basis = (
        f"of {len(claims)} cited claims with figures, {len(complete)} state a complete protocol, {len(met)} met a comparable number, "
        f"{len(valid)} both; {apart} comparison(s) were not comparable"
    )
    return Assessed(len(valid) / len(claims), basis, _CHECKS, counts)


def key_is_complete(claim: Claim) -> bool:
    """Whether a claim's sentence states what its number is a measurement of."""
    main, setting = claim.main, claim.setting
    what = main.metric and main.subject and main.comparator
    on = setting.model or setting.scale
    how = setting.phase or setting.conditions or setting.batch_size or setting.sequence_length or main.condition
    return bool(what and on and how)


def _met(claim: Claim) -> bool:
    exact = claim.gate is not None and claim.gate.protocol_match == "exact" and claim.gate.status != "UNVERIFIED"
    return exact or any(decided(o for o in e.checks if o.check == "comparison") for e in evidence_of(claim))
