"""Weaknesses of the evidence: what SKEPTIC and VALIDATOR say of a record that is put together as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sovereign.records import Claim, Finding

from ..independence import relation_of
from ..wording import counted
from .brief import Brief
from .kinds import finding

ENOUGH_VERIFIED = 5


def skeptic(brief: Brief) -> Iterator[Finding]:
    """What is weak: contradicted or unsupported claims, single sources, empty facets, notes, numbers without a setting."""
    cited = brief.cited

    def about(code: str, text: str, claims: Sequence[Claim]) -> Finding:
        places = [said.at for said in brief.said if {c.id for c in claims} & {*said.sentence.claim_ids}]
        return finding(code, text, claims=[c.id for c in claims], at=places)

    if bad := [c for c in cited if c.verdict in ("CONTRADICT", "NOT_ENOUGH_INFO", "UNCHECKED")]:
        yield about(
            "unsupported-in-answer", f"the answer cites {counted(len(bad), 'claim')} that no evidence supports", bad
        )
    # In the table and on one side of a disagreement a contradicted claim is in its place; a sentence must not rest on it.
    if mixed := [c for c in cited if c.verdict == "MIXED" and c.id in brief.resting]:
        text = f"the answer rests on {counted(len(mixed), 'claim')} that other evidence contradicts"
        yield about("mixed-in-answer", text, mixed)
    if alone := [c for c in cited if not c.verified]:
        yield about(
            "single-source",
            f"of {counted(len(cited), 'cited claim')}, {len(alone)} {'rests' if len(alone) == 1 else 'rest'} on one source alone",
            alone,
        )
    if empty := [n for n, f in enumerate(brief.answer.facets) if f.state == "NOT_ANSWERABLE"]:
        ids = [brief.answer.facets[n].facet_id for n in empty]
        text = f"{counted(len(empty), 'facet')} of the question {'has' if len(empty) == 1 else 'have'} no evidence"
        yield finding("facet-without-evidence", text, facets=ids, at=[f"/answer/facets/{n}" for n in empty])
    if notes := [c for c in cited if c.quote.depth == "note"]:
        text = f"{counted(len(notes), 'cited claim')} {'rests' if len(notes) == 1 else 'rest'} on secondary notes; the originals were not read"
        yield about("note-depth", text, notes)
    if second := [c for c in cited if c.quote.secondhand]:
        yield about(
            "second-hand",
            f"{counted(len(second), 'cited claim')} {'was' if len(second) == 1 else 'were'} read in a third party's text",
            second,
        )
    if bare := [c for c in cited if c.value is not None and not _set(c)]:
        yield about(
            "number-without-setting",
            f"{counted(len(bare), 'cited figure')} {'comes' if len(bare) == 1 else 'come'} without a model, size or condition",
            bare,
        )
    if cited and not any(independent(c, brief) for c in cited):
        yield about("one-group", "no two cited works are known to be independent", cited)
    own = [brief.measurement[i] for i in brief.answer.measured_by() if i in brief.measurement]
    if modelled := sum(m.how == "modelled" for m in own):
        text = f"{modelled} of the {len(own)} figures of the laboratory are computed by a model, not measured"
        yield finding("modelled-in-answer", text, at=["/measurements"])


def _set(claim: Claim) -> bool:
    return bool(claim.setting.model or claim.setting.scale or claim.setting.conditions)


def independent(claim: Claim, brief: Brief) -> bool:
    """Whether another cited work is independent of the claim's."""
    return any(relation_of(claim.quote, other.quote, brief.paper) == "independent" for other in brief.cited)


def validator(brief: Brief) -> Iterator[Finding]:
    """What was checked: how many claims are anchored and verified, which checks could decide, how deep the evidence is."""
    claims, cited = brief.claims, brief.cited
    if not claims:
        yield finding("nothing-to-validate", "there is no claim to validate", at=["/claims"])
        return
    loose = [c for c in claims if c.verification is None or not c.verification.anchored]
    text = f"{len(claims) - len(loose)} of {len(claims)} claims are anchored"
    yield finding("not-anchored" if loose else "anchored", text, claims=[c.id for c in loose])
    verified = [c.id for c in claims if c.verified]
    text = f"{len(verified)} of {len(claims)} claims are verified by other evidence than their own sentence"
    yield finding(
        "verified" if len(verified) >= ENOUGH_VERIFIED else "few-verified", text, claims=verified, at=["/claims"]
    )
    ran, possible = _checks_run(cited)
    text = f"{ran} of {possible} checks on cited claims could decide; {held(cited)} of {len(cited)} claims met another passage that decides"
    yield finding("checks-run", text)
    depths = sorted({c.quote.depth for c in cited})
    yield finding("depth", f"evidence depth of the cited claims: {', '.join(depths) or 'none'}")
    if ids := brief.answer.measured_by():
        hows = Counter(brief.measurement[i].how for i in ids if i in brief.measurement)
        kinds = ", ".join(f"{count} {how}" for how, count in hows.most_common())
        yield finding("measurements", f"sentences of the answer rest on {len(ids)} figures of the laboratory: {kinds}")


def _checks_run(cited: Sequence[Claim]) -> tuple[int, int]:
    """Checks on the cited claims, on all their evidence, that gave pass or fail, and how many were tried."""
    outcomes = [
        check.outcome
        for c in cited
        if c.verification
        for e in c.verification.evidence
        for check in e.checks
        if check.decides
    ]
    return sum(o in ("pass", "fail") for o in outcomes), len(outcomes)


def held(cited: Sequence[Claim]) -> int:
    """How many cited claims met a passage other than their own sentence that decided something."""
    return sum(
        any(e.relation != "own_quote" and e.verdict in ("SUPPORT", "CONTRADICT") for e in c.verification.evidence)
        for c in cited
        if c.verification
    )
