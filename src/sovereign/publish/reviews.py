"""The rounds of review: what each reviewer was told, found and gave, how the scores add up, how findings were answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sovereign.records import Finding, ReviewRound, RoleScore, ScoreTerm

from .claims import links
from .parts import Badge, Block, Bullets, Heading, Paragraph, Run, Table, Tone
from .text import figure, one_line

SEVERITIES: dict[str, Tone] = {"note": "open", "minor": "mixed", "major": "bad", "critical": "bad"}
OUTCOMES: dict[str, Tone] = {"resolved": "good", "limitation": "mixed", "rejected": "open"}


def review_blocks(review: ReviewRound, places: Mapping[str, str], rounds: Sequence[ReviewRound] = ()) -> list[Block]:
    """One round of a record's ``rounds``."""
    blocks: list[Block] = [Heading(f"Review, round {review.number}: {review.score:.2f} / 10")]
    if review.changes:
        blocks.append(Paragraph(("Changed before this round:",)))
        blocks.append(Bullets(tuple((one_line(change),) for change in review.changes)))
    if review.responses:
        blocks.append(_responses(review, {f.id: f for one in rounds for f in one.findings}))
    if review.spread is not None:
        said = f"The highest and the lowest of the three scores differ by {figure(review.spread)} of 10."
        if review.discarded:
            counted = ", ".join(f"{n} {one_line(why)}" for why, n in sorted(review.discarded.items()))
            said += f" Findings of models that were discarded: {counted}."
        blocks.append(Paragraph((said,)))
    if review.terms:
        caption = f"Arithmetic of the score, round {review.number}"
        blocks.append(_arithmetic(caption, review.terms, review.score))
    for score in review.scores:
        blocks += _role(review.number, score)
    if review.findings:
        rows = tuple(_finding(f, places) for f in review.findings)
        columns = ("Reviewer", "Severity", "Finding", "Claims")
        earlier = any(one.number > review.number for one in rounds)
        blocks.append(Table(f"Findings of the reviewers, round {review.number}", columns, rows, detail=earlier))
    else:
        blocks.append(Paragraph(("The reviewers had no finding in this round.",)))
    return blocks


def _role(number: int, score: RoleScore) -> list[Block]:
    caption = f"Arithmetic of {score.role}, round {number}"
    return [Paragraph((f"{score.role}: {one_line(score.text)}",)), _arithmetic(caption, score.terms, score.score)]


def _arithmetic(caption: str, terms: Sequence[ScoreTerm], score: float) -> Table:
    rows: tuple[tuple[Run, ...], ...] = tuple(
        (
            (one_line(t.name),),
            (figure(t.share) if t.share is not None else "unassessed" if t.weight > 0 else "–",),
            (figure(t.weight) if t.weight else "–",),
            (figure(t.points),),
            (one_line(t.basis),),
        )
        for t in terms
    )
    foot: tuple[Run, ...] = (("Score",), ("",), (figure(sum(t.weight for t in terms)),), (figure(score),), ("of 10",))
    return Table(
        caption, ("Term", "Share", "Weight", "Points", "Basis"), rows, figures=(1, 2, 3), foot=foot, detail=True
    )


def _responses(review: ReviewRound, findings: Mapping[str, Finding]) -> Table:
    rows: tuple[tuple[Run, ...], ...] = tuple(
        ((_named(r.finding_id, findings),), (Badge(r.outcome, OUTCOMES[r.outcome]),), (one_line(r.reason),))
        for r in review.responses
    )
    return Table("How the revision answered each finding of the round before", ("Finding", "Answer", "Why"), rows)


def _named(finding_id: str, findings: Mapping[str, Finding]) -> str:
    return one_line(f"{findings[finding_id].text} ({finding_id})" if finding_id in findings else finding_id)


def _finding(finding: Finding, places: Mapping[str, str]) -> tuple[Run, ...]:
    severity = Badge(finding.severity, SEVERITIES[finding.severity])
    words = f"{one_line(finding.text)} ({one_line(finding.code)}{', ' + one_line(finding.id) if finding.id else ''})"
    if finding.model:
        held = "upheld by a check" if finding.upheld else "no check upholds it, and it does not count"
        words += f" Proposed by {one_line(finding.model)}; {held}."
    return ((finding.role,), (severity,), (words,), links(finding.claim_ids, places))
