"""A record made anew from its first version, without what corrections withdrew and with the papers as they were corrected.

It depends on what is withdrawn now and on nothing else: the order of corrections, and what was withdrawn and restored again, leave no trace
in it. Claims that are withdrawn stay, with what was found for them, and nothing rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sovereign.checks import combine_evidence
from sovereign.contracts import record_level, rungs_by_claim
from sovereign.contracts.decision import cited_against, decide
from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import (
    Answer,
    Claim,
    Correction,
    Document,
    GateVerdict,
    Paper,
    Record,
    ReviewRound,
    Withdrawn,
)
from sovereign.records.correction import spans, withdrawn
from sovereign.sources import LibraryReport
from sovereign.version import __version__

from .answer import answer
from .aspects import aspects_of
from .corroborate import corroborate
from .events import claim_events
from .independence import papers_by_id, relation_of
from .inputs import AnswerInputs
from .pruned import measured_without, pruned
from .publish import Draft, count, limits_of
from .tribunal import order_of, respond, review

FELL = "what it rested on was withdrawn by a correction"
_NO_INPUTS = (
    "What the answer was made from was not kept with this record: its corrections take out what rested on what was withdrawn, and "
    "do not look for what would have stood in its place."
)
_REWORDED = (
    "A language model worded the first version of this record; corrections give the plain wording and asked no model."
)


def made_anew(
    first: Record, inputs: AnswerInputs | None, papers: tuple[Paper, ...], corrections: Sequence[Correction]
) -> Record:
    """The record of ``first`` as it stands after ``corrections``, with ``papers``; version, corrections and hash are the caller's.

    Without ``inputs`` the first answer is pruned, and the limits say so.
    """
    gone = withdrawn(corrections)
    papers_changed = papers != first.papers
    claims = _claims(first, papers, gone, papers_changed)
    standing = tuple(c for c in claims if c.id not in gone.claims)
    before = first_draft(first, inputs)
    found = measured_without(before.found, frozenset(gone.measurements))
    draft = replace(
        before,
        documents=_with_papers(before, papers),
        claims=standing,
        made=tuple(m for m in before.made if m.id not in gone.measurements),
        found=found,
        order=order_of(first),
    )
    draft = replace(draft, answer=_answer(first, draft, papers, gone, papers_changed, inputs is not None))
    changes = _changes(first, papers, gone)
    last = first.reviews[-1] if first.reviews else None
    out = frozenset(last.withdrawn if last else ()) - frozenset(gone.claims)
    brief = replace(draft.brief(out, frozenset(last.downgraded if last else ())), papers=papers)
    round_ = review(len(first.reviews) + 1, brief, changes)
    if last:
        round_ = round_.model_copy(update={"responses": respond(last, round_, changes)})
    counters = count(draft)
    rungs = rungs_by_claim(first.id, [
        e for c in standing for e in claim_events(first.id, c, c.id in set(draft.answer.cited()), draft.measurements)
    ])  # fmt: skip
    return first.model_copy(
        update={
            "papers": papers,
            "claims": tuple(c.model_copy(update={"rungs": tuple(sorted(rungs.get(c.id, {0})))}) for c in claims),
            "answer": draft.answer,
            "reviews": (*first.reviews, round_),
            "decision": decide(counters, draft.answer, round_, *cited_against(draft.claims, draft.answer)),
            "counters": counters,
            "level": record_level(rungs, draft.answer.cited()),
            "limits": _limits(first, before, draft, round_, inputs is not None),
        }
    )


def first_draft(first: Record, inputs: AnswerInputs | None) -> Draft:
    """What the stages had made of a record before it was published, as far as that was kept."""
    found = inputs.found if inputs else Evidence()
    shown = {m.id for m in found.measurements}
    return Draft(
        plan=first.plan,
        retrieval=first.retrieval,
        report=LibraryReport(signature="", read=0, unchanged=0),
        documents=inputs.documents if inputs else (),
        claims=first.claims,
        made=tuple(m for m in first.measurements if m.id not in shown),
        found=found,
        answer=first.answer,
        rounds=first.reviews,
        model_use=first.model_use,
        struck=frozenset(inputs.struck if inputs else ()),
    )


def _claims(first: Record, papers: tuple[Paper, ...], gone: Withdrawn, papers_changed: bool) -> tuple[Claim, ...]:
    """The claims with gates that no withdrawn measurement carries, and evidence that is no withdrawn claim's, combined anew."""
    claims = tuple(c.model_copy(update={"gate": _gate(c.gate, gone)}) for c in first.claims)
    if not (gone.claims or papers_changed or first.corrections):
        return claims
    known = papers_by_id(papers)
    own = [_own_evidence(c, papers) for c in claims]
    standing = corroborate([c for c in own if c.id not in gone.claims], papers, aspects_of(first.plan, papers))
    # Of a claim that is withdrawn, what was found for it stays; only how works stand to each other may be another by now.
    back = {c.id: _related(c, papers) if known and papers_changed else c for c in claims if c.id in gone.claims}
    anew = {c.id: c for c in standing} | back
    return tuple(anew[c.id] for c in claims)


def _gate(gate: GateVerdict | None, gone: Withdrawn) -> GateVerdict | None:
    lost = [i for i in gate.measurement_ids if i in gone.measurements] if gate else []
    if gate is None or not lost:
        return gate
    reason = f"{FELL}: {', '.join(lost)}"
    return GateVerdict(status="UNVERIFIED", reason=reason, code="not_measured", protocol=gate.protocol)


def _own_evidence(claim: Claim, papers: tuple[Paper, ...]) -> Claim:
    """A claim as it was before other claims were held against it: the evidence of its own work alone."""
    stated = claim.verification
    if stated is None or claim.verdict == "UNCHECKED":
        return claim
    alone = _related(claim, papers).verification
    assert alone is not None
    mine = tuple(e for e in alone.evidence if e.claim_id is None)
    return claim.model_copy(update={"verification": combine_evidence(stated.anchored, mine)})


def _related(claim: Claim, papers: tuple[Paper, ...]) -> Claim:
    """A claim with the relation of each passage to its work as the papers give it."""
    stated = claim.verification
    if stated is None or claim.verdict == "UNCHECKED":
        return claim
    known = papers_by_id(papers)
    evidence = tuple(
        e
        if e.relation == "own_quote" or e.rationale is not None
        else e.model_copy(update={"relation": relation_of(claim.quote, e.quote, known)})
        for e in stated.evidence
    )
    if evidence == stated.evidence:
        return claim
    again = combine_evidence(stated.anchored, evidence)
    return claim.model_copy(update={"verification": again})


def _answer(
    first: Record, draft: Draft, papers: tuple[Paper, ...], gone: Withdrawn, papers_changed: bool, exact: bool
) -> Answer:
    """By the stage *answer* where its inputs were kept; else the first answer without what rested on what is gone."""
    if not exact:
        return pruned(
            first.answer, gone, first.plan, draft.claims, draft.measurements, papers, len(first.retrieval.candidates)
        )
    if not (gone.claims or gone.measurements or papers_changed or first.corrections):
        return first.answer  # in the words it was published in
    last = first.reviews[-1] if first.reviews else None
    out = frozenset(last.withdrawn if last else ())
    return answer(
        [c for c in draft.claims if c.id not in out],
        aspects_of(first.plan, papers),
        frozenset(last.downgraded if last else ()),
        draft.found,
        first.retrieval,
        draft.documents,
        draft.struck,
    )


def _changes(first: Record, papers: tuple[Paper, ...], gone: Withdrawn) -> tuple[str, ...]:
    """What corrections have done to the first version, in words for the reviewers' round."""
    said = []
    if gone.claims:
        said.append(f"withdrawn by a correction: {spans(_in_order(first, gone.claims))}")
    if gone.measurements:
        lost = [m.id for m in first.measurements if m.id in gone.measurements]
        said.append(f"measurements withdrawn by a correction: {spans(lost)}")
    other = [mine.id for mine, now in zip(first.papers, papers, strict=True) if mine != now]
    if other:
        said.append(f"what is known of {', '.join(other)} was corrected")
    return tuple(said) or ("reviewed again as it is",)


def _in_order(first: Record, ids: Mapping[str, int]) -> list[str]:
    return [c.id for c in first.claims if c.id in ids]


def _limits(first: Record, before: Draft, draft: Draft, round_: ReviewRound, exact: bool) -> tuple[str, ...]:
    """The limits of the version that is made, and those of the first that do not follow from its contents (of clock and library)."""
    kept = [one for one in first.limits if one not in limits_of(before)]
    more = [] if exact else [_NO_INPUTS]
    if exact and first.model_use and draft.answer != first.answer:
        more.append(_REWORDED)
    if first.environment.sovereign != __version__:
        more.append(
            f"Corrections were worked out by SOVEREIGN {__version__}; version 1 was made by {first.environment.sovereign}."
        )
    return tuple(dict.fromkeys((*limits_of(_reviewed(draft, round_)), *kept, *more)))


def _reviewed(draft: Draft, round_: ReviewRound) -> Draft:
    """With the last round of the run and the one of this version: only what that leaves open is a limit."""
    last = tuple(r.model_copy(update={"responses": ()}) for r in draft.rounds[-1:])
    return replace(draft, rounds=(*last, round_))


def _with_papers(draft: Draft, papers: tuple[Paper, ...]) -> tuple[Document, ...]:
    by_id = {p.id: p for p in papers}
    return tuple(d.model_copy(update={"paper": by_id.get(d.paper.id, d.paper)}) for d in draft.documents)
