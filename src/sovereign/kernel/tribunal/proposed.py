"""Objections of models, tested one by one. One counts only if a check upholds it; the model's word for it, and for how severe it
is, decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sovereign.checks import judge, topic
from sovereign.records import Claim, Finding, Role, Severity

from ..proposals.schemas import ObjectionProposal
from .brief import Brief, Said
from .kinds import finding
from .round import CHECKS, NOBODY, Tested, findings_of

NOTHING_THERE = "pointed at nothing that exists"
SAID_TWICE = "said twice"
NEAR = 0.6  # how much two passages must have in common to be held against each other
MOST = 40  # of one role

# What the checks call a kind of objection, so that one that they raised themselves is known again.
_CODES: dict[str, tuple[str, ...]] = {
    "unsupported": ("unsupported-in-answer", "uncited-sentence", "single-source", "not-anchored", "few-verified"),
    "misread": ("altered-text", "altered-number"),
    "number": ("altered-number",),
    "citation": ("fabricated-citation", "wrong-paper", "uncited-sentence", "second-hand"),
    "overclaim": ("overclaimed-level", "modelled-in-answer", "note-depth"),
    "one_sided": ("dropped-contradiction", "mixed-in-answer", "one-group", "group-counted-twice"),
    "missing": ("missing-facet", "missing-scale", "facet-without-evidence"),
    "off_topic": ("off-topic-source", "retracted-source"),
    "setting": ("number-without-setting", "missing-scale"),
}


class _Held(NamedTuple):
    """What a check saw: whether it upholds an objection, with which severity, and what was held against what."""

    upheld: bool
    severity: Severity
    evidence: str


def tested(objections: Mapping[Role, Sequence[ObjectionProposal] | None], model: str, brief: Brief) -> Tested:
    """What is left of the objections of the model of that name: findings with what the checks made of each."""
    if not any(objections.values()):
        return NOBODY
    own = [f for role in CHECKS for f in findings_of(role, brief)]
    places = {f"S{n}": said for n, said in enumerate(brief.said, 1)}
    found: dict[tuple[str, str], Finding] = {}
    discarded = Counter[str]()
    for role, proposals in objections.items():
        for one in (proposals or ())[:MOST]:
            target = one.target.strip().strip("[]")
            said, claim = places.get(target), brief.claim.get(target)
            if said is None and claim is None:
                discarded[NOTHING_THERE] += 1
            elif (one.kind, target) in found:
                discarded[SAID_TWICE] += 1
            else:
                found[one.kind, target] = _finding(role, one, said, claim, own, brief, model)
    return Tested(tuple(found.values()), dict(discarded))


def _finding(
    role: Role,
    one: ObjectionProposal,
    said: Said | None,
    claim: Claim | None,
    own: Sequence[Finding],
    brief: Brief,
    model: str,
) -> Finding:
    claims = [brief.claim[i] for i in said.sentence.claim_ids if i in brief.claim] if said else [claim] if claim else []
    at = said.at if said else brief.place(claim.id) if claim else ""
    held = _held(one, said, claims, at, own, brief)
    # Its reason is not published: the words of a model are no evidence, and may be those of a document that it obeyed. They stay in
    # the stored answer of the call.
    text = f"a model objects to {one.target.strip().strip('[]')}: {one.kind.replace('_', ' ')}"
    made = finding("objection", text, at=[at], claims=[c.id for c in claims], evidence=held.evidence)
    return made.model_copy(
        update={
            "role": role,
            "model": model,
            "upheld": held.upheld,
            "severity": held.severity if held.upheld else "note",
        }
    )


def _held(
    one: ObjectionProposal, said: Said | None, claims: Sequence[Claim], at: str, own: Sequence[Finding], brief: Brief
) -> _Held:
    """What the checks make of one objection."""
    ids = {c.id for c in claims}
    for mine in own:
        if mine.code in _CODES[one.kind] and mine.severity != "note" and (at in mine.at or ids & {*mine.claim_ids}):
            # It has its say in the score already, as the reviewers' own.
            return _Held(True, "note", f"the checks found it too: {mine.code}, {mine.text}")
    against = list(_against(said, claims, brief))
    if against:
        return _Held(True, "minor", against[0])
    return _Held(False, "note", "the checks hold the passage against its sources and see nothing of the kind")


def _against(said: Said | None, claims: Sequence[Claim], brief: Brief) -> Iterator[str]:
    """Passages that contradict the target, looked for where the model pointed: a sentence in the quotes of its own claims, a claim in
    all quotes of the record that are near it."""
    if said:
        pairs = [(said.sentence.text, c) for c in claims]
    else:
        mine = claims[0]
        others = [c for c in brief.claims if c.quote.text != mine.quote.text and not c.falsified]
        pairs = [(mine.text, c) for c in others if topic(mine.text, c.quote.text) >= NEAR]
    for text, other in pairs:
        judged = judge(text, other.quote.text)
        # Two figures that are nearly the same contradict each other to the letter alone; a denial or the other direction does not.
        if judged.verdict == "CONTRADICT" and {"polarity", "direction"} & {*judged.deciding}:
            yield f"{other.id} contradicts it ({judged.reason}): {other.quote.text}"
