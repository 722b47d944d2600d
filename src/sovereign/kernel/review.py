"""Stage *review*: three reviewers that read the record itself, and the score with its arithmetic.

SKEPTIC looks for what is weak, VALIDATOR for what was not checked, SYNTHESIZER merges their findings and scores. None of them
can raise a verdict. An unassessed share scores nothing, never full marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sovereign.records import Answer, Claim, Finding, Measurement, Paper, Plan, ReviewRound, ScoreTerm, Severity

from .independence import papers_by_id, relation_of

_PENALTY = {"note": 0.0, "minor": 0.1, "major": 0.5}
MAX_PENALTY = 2.0


def review(
    number: int,
    plan: Plan,
    claims: Sequence[Claim],
    answer: Answer,
    papers: Sequence[Paper],
    changes: Sequence[str] = (),
    measurements: Sequence[Measurement] = (),
) -> ReviewRound:
    """One round: findings of SKEPTIC and VALIDATOR, merged and scored by SYNTHESIZER."""
    by_id = {c.id: c for c in claims}
    cited = [by_id[i] for i in answer.cited()]
    findings = [*skeptic(cited, answer, papers), *validator(claims, cited), *measured(answer, measurements)]
    terms = _terms(plan, claims, cited, answer, findings, papers)
    score = round(max(0.0, min(10.0, sum(t.points for t in terms))), 2)
    strongest = sorted({f.code for f in findings if f.severity == "major"})
    merged = f"score {score:g} of 10; {len(findings)} findings" + (
        f", the major ones: {', '.join(strongest)}" if strongest else ", none major"
    )
    findings.append(Finding(role="SYNTHESIZER", code="merged", severity="note", text=merged))
    return ReviewRound(number=number, findings=tuple(findings), terms=terms, score=score, changes=tuple(changes))


def skeptic(cited: Sequence[Claim], answer: Answer, papers: Sequence[Paper]) -> list[Finding]:
    """What is weak in the answer: contradicted or unsupported claims, single sources, empty facets, notes, numbers without a setting."""
    found = []

    def add(code: str, severity: Severity, text: str, claims: Sequence[Claim] = (), facets: Sequence[str] = ()) -> None:
        finding = Finding(
            role="SKEPTIC",
            code=code,
            severity=severity,
            text=text,
            claim_ids=tuple(c.id for c in claims),
            facet_ids=tuple(facets),
        )
        found.append(finding)

    if bad := [c for c in cited if c.verdict in ("CONTRADICT", "NOT_ENOUGH_INFO", "UNCHECKED")]:
        add("unsupported-in-answer", "major", f"the answer cites {len(bad)} claim(s) that no evidence supports", bad)
    # In the table and on one side of a disagreement a contradicted claim is in its place; a sentence must not rest on it.
    sentences = (*answer.summary, *(s for f in answer.facets for s in f.sentences))
    said = {i for s in sentences for i in s.claim_ids}
    if mixed := [c for c in cited if c.verdict == "MIXED" and c.id in said]:
        add(
            "mixed-in-answer", "minor", f"the answer cites {len(mixed)} claim(s) that other evidence contradicts", mixed
        )
    if alone := [c for c in cited if not c.verified]:
        add("single-source", "minor", f"{len(alone)} of {len(cited)} cited claims rest on one source alone", alone)
    if empty := [f.facet_id for f in answer.facets if f.state == "NOT_ANSWERABLE"]:
        add("facet-without-evidence", "major", f"{len(empty)} facet(s) of the question have no evidence", facets=empty)
    if notes := [c for c in cited if c.quote.depth == "note"]:
        add(
            "note-depth",
            "minor",
            f"{len(notes)} cited claims rest on secondary notes; the originals were not read",
            notes,
        )
    if second := [c for c in cited if c.quote.secondhand]:
        add("second-hand", "minor", f"{len(second)} cited claims were read in a third party's text", second)
    if bare := [
        c for c in cited if c.value is not None and not (c.setting.model or c.setting.scale or c.setting.conditions)
    ]:
        add(
            "number-without-setting",
            "minor",
            f"{len(bare)} cited figures come without a model, size or condition",
            bare,
        )
    if groups := _one_group(cited, papers):
        add("one-group", "minor", groups, cited)
    return found


def _one_group(cited: Sequence[Claim], papers: Sequence[Paper]) -> str:
    works = {c.quote.source_id: c.quote for c in cited}
    known = papers_by_id(papers)
    quotes = list(works.values())
    apart = any(relation_of(a, b, known) == "independent" for i, a in enumerate(quotes) for b in quotes[i + 1 :])
    return "" if apart or not cited else "no two cited works are known to be independent"


def validator(claims: Sequence[Claim], cited: Sequence[Claim]) -> list[Finding]:
    """What was checked: shares anchored and verified, checks that could decide against checks that ran, depth of the evidence."""
    found = []

    def add(code: str, severity: Severity, text: str, about: Sequence[Claim] = ()) -> None:
        found.append(
            Finding(role="VALIDATOR", code=code, severity=severity, text=text, claim_ids=tuple(c.id for c in about))
        )

    if not claims:
        add("nothing-to-validate", "major", "there is no claim to validate")
        return found
    loose = [c for c in claims if c.verification is None or not c.verification.anchored]
    add(
        "anchored",
        "major" if loose else "note",
        f"{len(claims) - len(loose)} of {len(claims)} claims are anchored",
        loose,
    )
    verified = [c for c in claims if c.verified]
    add(
        "verified",
        "note" if len(verified) >= 5 else "minor",
        f"{len(verified)} of {len(claims)} claims are verified by other evidence than their own sentence",
        verified,
    )
    ran, possible = _checks_run(cited)
    text = f"{ran} of {possible} checks on cited claims could decide; {_held(cited)} of {len(cited)} claims met another passage that decides"
    add("checks-run", "note", text)
    depths = sorted({c.quote.depth for c in cited})
    add("depth", "note", f"evidence depth of the cited claims: {', '.join(depths) or 'none'}")
    return found


def measured(answer: Answer, measurements: Sequence[Measurement]) -> list[Finding]:
    """What the sentences that rest on our own figures rest on: timed blocks, or the cost model alone."""
    if not (ids := answer.measured_by()):
        return []
    there = {m.id: m for m in measurements}
    hows = Counter(there[i].how for i in ids if i in there)
    kinds = ", ".join(f"{count} {how}" for how, count in hows.most_common())
    text = f"sentences of the answer rest on {len(ids)} figures of the laboratory: {kinds}"
    found = [Finding(role="VALIDATOR", code="measurements", severity="note", text=text)]
    if lost := [i for i in ids if i not in there]:
        text = f"{len(lost)} measurements that sentences name are not in the record: {', '.join(lost[:5])}"
        found.append(Finding(role="VALIDATOR", code="measurement-missing", severity="major", text=text))
    if hows["modelled"]:
        text = f"{hows['modelled']} of these figures are computed by a model, not measured"
        found.append(Finding(role="SKEPTIC", code="modelled-in-answer", severity="minor", text=text))
    return found


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


def _held(cited: Sequence[Claim]) -> int:
    """How many cited claims met a passage other than their own sentence that decided something."""
    return sum(
        any(e.relation != "own_quote" and e.verdict in ("SUPPORT", "CONTRADICT") for e in c.verification.evidence)
        for c in cited
        if c.verification
    )


def _terms(
    plan: Plan,
    claims: Sequence[Claim],
    cited: Sequence[Claim],
    answer: Answer,
    findings: Sequence[Finding],
    papers: Sequence[Paper],
) -> tuple[ScoreTerm, ...]:
    """The arithmetic of the score: seven shares with weights that add up to 10, less a capped penalty for findings."""
    n = len(cited)
    answered = {"ANSWERED": 1.0, "PARTLY_ANSWERED": 0.5, "NOT_ANSWERABLE": 0.0}
    depth = {"note": 0.25, "abstract": 0.5, "full_text": 1.0, "table": 1.0, "measurement": 1.0}
    works = {c.quote.source_id for c in cited}

    def share(count: float, total: float) -> float | None:
        return count / total if total else None

    rows = (
        (
            "anchored",
            share(sum(bool(c.verification and c.verification.anchored) for c in cited), n),
            1.0,
            f"of {n} cited claims",
        ),
        (
            "supported",
            share(sum(c.verdict == "SUPPORT" for c in cited), n),
            1.0,
            f"of {n} cited claims, by their source",
        ),
        (
            "verified",
            share(sum(c.verified for c in cited), n),
            3.0,
            f"of {n} cited claims, by other evidence than their own sentence",
        ),
        (
            "facets",
            share(sum(answered[f.state] for f in answer.facets), len(answer.facets)),
            2.0,
            "answered counts 1, partly 1/2",
        ),
        ("sources", min(1.0, len(works) / 5) if works else None, 1.0, f"{len(works)} cited works, full marks from 5"),
        (
            "depth",
            share(sum(depth[c.quote.depth] for c in cited), n),
            1.0,
            "note 1/4, abstract 1/2, full text, table or measurement 1",
        ),
        (
            "checks",
            share(_held(cited), n),
            1.0,
            f"{_held(cited)} of {n} cited claims met another passage that decides something",
        ),
    )
    terms = [
        ScoreTerm(
            name=name, share=None if s is None else round(s, 4), weight=w, points=round(w * (s or 0.0), 3), basis=basis
        )
        for name, s, w, basis in rows
    ]
    penalty = min(MAX_PENALTY, sum(_PENALTY[f.severity] for f in findings))
    terms.append(
        ScoreTerm(
            name="findings",
            share=None,
            weight=-MAX_PENALTY,
            points=-round(penalty, 3),
            basis="0.5 for a major finding, 0.1 for a minor one, at most 2",
        )
    )
    return tuple(terms)
