"""Three dimensions of the record as a whole: what is new in it, whether its doubts are said, and whether it can be run again."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Claim, Measurement, Record
from .assessed import Assessed, checked, cited_claims, missing, own_quote, passed
from .gates import standing
from .published import Published

_NOVELTY = ("not_stated",)
_DISCLOSURE = ("sureness", "missing", "disagreements", "limits")
_REPRODUCIBILITY = ("anchor", "artifact", "code_version", "model_exchanges", "claim.repeated")
SAME = 0.10
"""Relative distance within which two ratios of one metric say the same."""


def novelty(published: Published) -> Assessed:
    """Of the answer's sentences on its subject, the share that rest on a measurement whose figure no checked claim states."""
    record = published.record
    of_checked = checked(record.standing)
    by_id = {m.id: m for m in record.measurements}
    sentences = [s for s in record.answer.sentences() if not s.of_record]
    resting = [by_id[i] for s in sentences for i in s.measurement_ids if i in by_id]
    lacks = []
    if not resting:
        lacks.append("a measurement or computation of ours that the answer rests on")
    if not of_checked:
        lacks.append("claims of sources, with check outcomes, to hold our figures against")
    if lacks:
        return missing(_NOVELTY, *lacks)
    new = {m.id for m in resting if not any(_states(c, m) for c in of_checked)}
    carrying = [s for s in sentences if new & set(s.measurement_ids)]
    counts = {
        "sentences": len(sentences),
        "resting_on_new_figures": len(carrying),
        "figures": len({m.id for m in resting}),
        "figures_no_claim_states": len(new),
        "of_these_modelled": sum(by_id[i].how == "modelled" for i in new),
        "claims_held_against": len(of_checked),
    }
    basis = (
        f"{len(carrying)} of {len(sentences)} sentences rest on figures of ours; of {counts['figures']} such figures, {len(new)} are "
        f"stated by none of {len(of_checked)} claims of sources ({counts['of_these_modelled']} modelled, not measured)"
    )
    return Assessed(len(carrying) / len(sentences), basis, _NOVELTY, counts)


def _states(claim: Claim, measurement: Measurement) -> bool:
    """Whether a claim states the figure: the same metric, and its ratio, or its value in its unit."""
    for one in claim.results:
        if one.metric != measurement.key.metric:
            continue
        pairs = [(one.ratio, measurement.ratio)]
        if one.value and one.value.unit == measurement.quantity.unit:
            pairs.append((one.value.value, measurement.quantity.value))
        if any(a is not None and b is not None and abs(a - b) <= SAME * max(abs(a), abs(b)) for a, b in pairs):
            return True
    return False


def uncertainty_disclosure(published: Published) -> Assessed:
    """Of all that facets and checks leave open or find against the answer, the share that the record says."""
    record, claims = published.record, cited_claims(published)
    if not checked(record.standing):
        return missing(_DISCLOSURE, "a claim on which any check decided")
    due = {**_of_facets(record), **_of_claims(published, claims), **_of_limits(record, claims)}
    if not due:
        return missing(_DISCLOSURE, "anything that had to be said: no facet, and nothing that a check left open")
    said = sum(due.values())
    silent = [name for name, told in due.items() if not told]
    counts = {"to_say": len(due), "said": said}
    basis = f"{said} of {len(due)} things that facets and checks leave open are said" + (
        f"; not said: {'; '.join(silent[:5])}" if silent else ""
    )
    return Assessed(said / len(due), basis, _DISCLOSURE, counts)


def _of_facets(record: Record) -> dict[str, bool]:
    """A degree of sureness for each facet, and for one that is not answered what is missing."""
    sure = {s.facet_id for s in record.answer.sureness}
    open_ = {p.facet_id for p in record.answer.open_points}
    due = {f"how sure the answer to facet {f.facet_id} is": f.facet_id in sure for f in record.answer.facets}
    for facet in record.answer.facets:
        if facet.state != "ANSWERED":
            due[f"what facet {facet.facet_id} lacks"] = bool(facet.missing) or facet.facet_id in open_
    return due


def _of_claims(published: Published, claims: Sequence[Claim]) -> dict[str, bool]:
    """For each cited claim that evidence or a run stands against, a disagreement, a limit or a finding that names it."""
    answer = published.record.answer
    named = {i for d in answer.disagreements for s in d.sides for i in s.claim_ids}
    named |= {i for r in published.record.reviews[-1:] for f in r.findings for i in f.claim_ids}
    stands = standing(published.record, published.events)
    against = {}
    for claim in claims:
        gate = stands[claim.id].gate
        ran = gate is not None and (gate.status == "FALSIFIED" or gate.code == "proxy_inconsistent")
        if ran or claim.verdict in ("CONTRADICT", "MIXED"):
            against[f"what stands against claim {claim.id}"] = claim.id in named
    return against


def _of_limits(record: Record, claims: Sequence[Claim]) -> dict[str, bool]:
    """What the checks saw of all cited claims together, each by a word that the limits must hold."""
    limits = " ".join(record.limits).casefold()
    due = {}
    if any(c.quote.depth == "note" for c in claims):
        due["that cited claims come from notes"] = "note" in limits
    if any(c.quote.depth == "abstract" for c in claims):
        due["that cited claims come from abstracts"] = "abstract" in limits
    if any(c.verdict == "UNCHECKED" for c in record.standing):
        due["that claims are unchecked"] = "unchecked" in limits
    if any(not c.verified for c in claims):
        due["that cited claims are not verified by other evidence"] = "verified" in limits or "own sentence" in limits
    return due


def reproducibility_status(published: Published) -> Assessed:
    """Ten points for what a reader can run again; without a run that was made again and agreed, seven at most.

    Three for the share of cited claims whose quote is anchored in a stored text, two for the share of figures under the answer with a stored result,
    one for a named code version, one for the share of model calls that are stored whole (all, where no model was asked), and
    three for the share of exact runs that were repeated inside their tolerance. What is recorded is not called reproducible.
    """
    record, claims = published.record, cited_claims(published)
    held = [c for c in claims if (own := own_quote(c)) and any(o.check == "anchor" for o in own.checks)]
    repeated = {
        e.subject for e in published.events if e.kind == "claim.repeated" and e.payload.get("inside") is True
    }  # fmt: skip
    if not held and not repeated:
        return missing(_REPRODUCIBILITY, "a cited claim on whose quote the check anchor ran, or a run made again")
    anchored = sum(bool((own := own_quote(c)) and passed(own, "anchor")) for c in held)
    resting = set(record.answer.measured_by())
    figures = [m for m in record.measurements if m.id in resting]
    stored = sum(len(m.artifact) == 64 for m in figures)
    calls = record.model_use.calls if record.model_use else ()
    whole = sum(bool(c.prompt_hash and c.reply_hash) for c in calls)
    exact = {f"{published.subject}/{i}" for i, v in standing(record, published.events).items() if _exact(v.gate)}
    again = len(exact & repeated)
    points = (
        3 * _part(anchored, len(claims))
        + 2 * _part(stored, len(figures))
        + bool(record.environment.sovereign)
        + (_part(whole, len(calls)) if calls else 1.0)
        + 3 * _part(again, len(exact))
    )
    counts = {
        "cited": len(claims),
        "anchored": anchored,
        "figures": len(figures),
        "figures_stored": stored,
        "model_calls": len(calls),
        "model_calls_stored": whole,
        "exact_runs": len(exact),
        "exact_runs_repeated": again,
    }
    basis = (
        f"{anchored} of {len(claims)} quotes stand in stored texts, {stored} of {len(figures)} figures have a stored result, "
        f"{whole} of {len(calls)} model calls are stored, {again} of {len(exact)} exact runs were repeated inside their tolerance: "
        + ("recorded, and rerun" if again else "recorded, not rerun")
    )
    return Assessed(points / 10, basis, _REPRODUCIBILITY, counts)


def _exact(gate: object) -> bool:
    return getattr(gate, "protocol_match", None) == "exact" and getattr(gate, "status", "") in ("VERIFIED", "FALSIFIED")


def _part(some: int, of: int) -> float:
    return some / of if of else 0.0
