"""How a revision answers the findings of the round before it: each is resolved, accepted as a limitation, or rejected."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.records import Finding, Response, ReviewRound

from .kinds import rule


def respond(first: ReviewRound, second: ReviewRound, changes: Sequence[str]) -> tuple[Response, ...]:
    """One response to each finding of the first round that objects to something, and to each objection of a model.

    A finding is resolved if the second round does not raise it again about the same things. What it still raises is a limitation
    of the record, and is said among its limits. An objection of a model that no check upholds is rejected, with what the check saw.
    """
    return tuple(_response(f, second.findings, changes) for f in first.findings if _objects(f))


def _objects(finding: Finding) -> bool:
    # What a model saw and the checks saw too is answered where the checks say it.
    return finding.role != "SYNTHESIZER" and (finding.severity != "note" or bool(finding.model and not finding.upheld))


def _response(finding: Finding, later: Sequence[Finding], changes: Sequence[str]) -> Response:
    if finding.model and not finding.upheld:
        reason = f"no check upholds it: {finding.evidence}" if finding.evidence else "no check upholds it"
        return Response(finding_id=finding.id, outcome="rejected", reason=reason)
    again = [f for f in later if f.code == finding.code and f.severity != "note" and _meet(f, finding)]
    if not again:
        did = "; ".join(changes) or "the answer was made anew"
        return Response(finding_id=finding.id, outcome="resolved", reason=f"the second round does not raise it: {did}")
    before, after = len(finding.claim_ids), len({i for f in again for i in f.claim_ids})
    fewer = f", of {after} claims instead of {before}" if after < before else ""
    kind = rule().kinds.get(finding.code)
    reason = f"what was read gives nothing better{fewer}" + (
        f"; it would take {kind.needs}" if kind and kind.needs else ""
    )
    return Response(finding_id=finding.id, outcome="limitation", reason=reason)


def _meet(one: Finding, other: Finding) -> bool:
    """Whether two findings of a kind are about something in common, or about the record as a whole."""
    mine, theirs = {*one.claim_ids, *one.facet_ids}, {*other.claim_ids, *other.facet_ids}
    return bool(mine & theirs) or not mine or not theirs


def limitations(rounds: Sequence[ReviewRound]) -> tuple[str, ...]:
    """What the reviewers objected to and the revision could not mend, in the words of the findings."""
    findings = {f.id: f for r in rounds for f in r.findings}
    accepted = [findings[r.finding_id] for round_ in rounds for r in round_.responses if r.outcome == "limitation"]
    return tuple(f"Objection of the reviewers that stands: {f.text}." for f in accepted)
