"""How claims, quotes, checks and evidence are put before a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sovereign.records import (
    AnswerSentence,
    CheckOutcome,
    Claim,
    Evidence,
    Quote,
    Record,
    Result,
    Setting,
    UsedCell,
    Verdict,
)

from .parts import MEASUREMENT_ANCHOR, Badge, Chip, ClaimView, EvidenceView, Inline, Link, QuoteView, Run, Tone
from .references import References
from .text import count, fragment, one_line, ratio

OUR_WORDS = "secondary summary, our words, not the paper's"
SECONDHAND = "place taken from a third party's text; the paper itself was not read there"
RECALLED = "UNCHECKED recalled"

VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    "SUPPORT": ("✓ SUPPORT", "good"),
    "CONTRADICT": ("✗ CONTRADICT", "bad"),
    "MIXED": ("± MIXED", "mixed"),
    "NOT_ENOUGH_INFO": ("? NOT ENOUGH INFO", "open"),
    "UNCHECKED": ("○ UNCHECKED", "open"),
}
OUTCOMES: dict[str, tuple[str, str, Tone]] = {
    "pass": ("✓", "passed", "good"),
    "fail": ("✗", "failed", "bad"),
    "unclear": ("?", "unclear", "mixed"),
    "not_applicable": ("–", "not applicable", "open"),
}
GATES: dict[str, Tone] = {"VERIFIED": "good", "FALSIFIED": "bad", "UNVERIFIED": "open"}
RELATIONS = {
    "own_quote": "the claim's own sentence",
    "own_work": "another passage of the same work",
    "independent": "a work of an independent group",
    "not_independent": "a work of the same group",
    "unknown": "a work whose authors are not known",
}
DEPTHS = {"note": "secondary note", "full_text": "full text"}
SCOPES = {"same": "same scope", "not_comparable": "not comparable"}


def places_of(record: Record) -> dict[str, str]:
    """Where in the page each claim and measurement stands, by id: ``C12`` is at ``#C12``."""
    places = {m.id: f"#{MEASUREMENT_ANCHOR}{fragment(m.id)}" for m in record.measurements}
    return places | {c.id: f"#{fragment(c.id)}" for c in record.claims}


def links(ids: tuple[str, ...], places: Mapping[str, str]) -> Run:
    """Ids of claims and measurements, each a link to where it stands."""
    found: list[Inline] = []
    for i in ids:
        found += [" ", id_link(i, places)] if found else [id_link(i, places)]
    return tuple(found)


def id_link(some_id: str, places: Mapping[str, str]) -> Link:
    """The id of a claim or measurement as a link to its place, or as plain words when the page has no such place."""
    return Link(one_line(some_id), places.get(some_id))


def verdict_badge(claim: Claim) -> Badge:
    """The verdict of a claim; a recalled one that nobody checked says both."""
    words, tone = VERDICTS[claim.verdict]
    if claim.quote.seen == "recalled" and claim.verdict == "UNCHECKED":
        words = f"○ {RECALLED}"
    return Badge(words, tone, verdict_reason(claim))


def verdict_reason(claim: Claim) -> str:
    """Why the verdict is what it is, and which checks set it."""
    if claim.verification is None:
        return "no check has been run on this claim"
    deciding = f" (decided by: {', '.join(claim.verification.deciding)})" if claim.verification.deciding else ""
    return one_line(claim.verification.reason + deciding)


def claim_view(claim: Claim, references: References, cited: bool = False, withdrawn_by: int | None = None) -> ClaimView:
    """Everything a page shows of one claim; ``cited``: the answer names it; ``withdrawn_by``: the number of the correction that
    took it back."""
    evidence = claim.verification.evidence if claim.verification else ()
    own = [e for e in evidence if e.relation == "own_quote"]
    return ClaimView(
        anchor=fragment(claim.id),
        id=one_line(claim.id),
        text=one_line(claim.text),
        facts=_facts(claim.results, claim.setting),
        verdict=verdict_badge(claim),
        standing=(*_withdrawn(withdrawn_by), *_standing(claim)),
        reason=verdict_reason(claim),
        quote=_quote(claim.quote, claim.text),
        chips=tuple(_chip(check) for e in own for check in e.checks),
        evidence=tuple(evidence_view(e, references) for e in evidence if e.relation != "own_quote"),
        source=source(claim.quote, references),
        cited=cited,
    )


def source(quote: Quote, references: References) -> Run:
    """The work that a quote speaks for, and the note that it was read in where that is another one."""
    run: Run = (references.link(quote.source_id), f" {references.of(quote.source_id).title}")
    if references.of(quote.paper_id) != references.of(quote.source_id):
        run += (", as told in ", references.link(quote.paper_id))
    return run


def _withdrawn(by: int | None) -> tuple[Badge, ...]:
    if by is None:
        return ()
    return (Badge("✗ WITHDRAWN", "bad", f"withdrawn by correction {by}: nothing in this record rests on it"),)


def _standing(claim: Claim) -> tuple[Badge, ...]:
    anchored = claim.verification is not None and claim.verification.anchored
    badges = [
        Badge("✓ verified", "good", "supported by evidence other than its own sentence")
        if claim.verified
        else Badge("not verified", "open", "no evidence other than its own sentence supports it"),
        Badge("✓ anchored", "good", "its quote stands in the stored text at its offsets")
        if anchored
        else Badge("not anchored", "open", "its quote was not found, or not sought, at its offsets"),
    ]
    if claim.verification and claim.verification.independent_groups:
        groups = count(claim.verification.independent_groups, "independent group")
        badges.append(Badge(groups, "good", "groups that share no author and do not take the figure from each other"))
    if claim.gate:
        badges.append(Badge(f"gate: {claim.gate.status}", GATES[claim.gate.status], one_line(claim.gate.reason)))
    return tuple(badges)


def _facts(results: Sequence[Result], setting: Setting) -> tuple[tuple[str, str], ...]:
    main = results[0] if results else Result()
    facts = [
        ("subject", main.subject),
        ("against", main.comparator),
        ("metric", main.metric),
        ("value", main.value and main.value.text),
        ("comparator's value", main.comparator_value and main.comparator_value.text),
        ("ratio", None if main.ratio is None else ratio(main.ratio)),
        ("direction", main.direction),
        ("further figures", "; ".join(filter(None, map(_in_words, results[1:])))),
        ("model", setting.model),
        ("scale", setting.scale and setting.scale.text),
        ("phase", setting.phase),
        ("batch size", setting.batch_size and str(setting.batch_size)),
        ("sequence length", setting.sequence_length and str(setting.sequence_length)),
        ("conditions", "; ".join(setting.conditions)),
    ]
    return tuple((name, one_line(text)) for name, text in facts if text)


def _in_words(result: Result) -> str:
    value = result.value.text if result.value else result.direction or ""
    if not value:
        return ""
    against = f" (against {result.comparator})" if result.comparator else ""
    return f"{result.subject + ': ' if result.subject else ''}{value}{against}"


def _quote(quote: Quote, claim_text: str = "") -> QuoteView:
    place = [
        f"[{quote.where}]" if quote.where else "",
        f"section “{quote.section}”" if quote.section else "",
        f"page {quote.page}" if quote.page is not None else "",
        f"depth: {DEPTHS.get(quote.depth, quote.depth)}",
    ]
    marks = [
        OUR_WORDS if quote.our_words else "",
        f"seen: {quote.seen}" if quote.seen else "",
        RECALLED if quote.seen == "recalled" else "",
        SECONDHAND if quote.secondhand else "",
    ]
    said = one_line(quote.text)
    return QuoteView(
        text="" if said == one_line(claim_text) else said,
        place=" · ".join(one_line(p) for p in place if p),
        marks=tuple(m for m in marks if m),
    )


def evidence_view(evidence: Evidence, references: References) -> EvidenceView:
    """What a page shows of a passage that was held against a claim."""
    words, tone = VERDICTS[evidence.verdict]
    rationale = evidence.rationale
    return EvidenceView(
        relation=_relation(evidence),
        verdict=Badge(words, tone, one_line(evidence.reason)),
        scope=SCOPES.get(evidence.scope, f"{evidence.scope} scope"),
        reason=one_line(evidence.reason),
        quote=_quote(evidence.quote),
        source=source(evidence.quote, references),
        chips=tuple(_chip(check) for check in evidence.checks),
        cells=tuple(map(_cell, rationale.cells)) if rationale else (),
        computation=one_line(rationale.computation.expression) if rationale else "",
    )


def _relation(evidence: Evidence) -> str:
    """Whose passage it is; a table by its label."""
    label = evidence.rationale and (one_line(evidence.rationale.label) or "a table")
    if label and evidence.relation == "own_work":
        return f"{label} of the same work"
    return f"{label} of {RELATIONS[evidence.relation]}" if label else RELATIONS[evidence.relation]


def _cell(cell: UsedCell) -> tuple[str, str]:
    """What a cell is of, its headers from row and column, and the cell."""
    headers = [one_line(" / ".join(parts)) for parts in (cell.row_headers, cell.column_headers) if any(parts)]
    return ", ".join(headers) or f"row {cell.row + 1}, column {cell.column + 1}", one_line(cell.text)


def _chip(check: CheckOutcome) -> Chip:
    symbol, words, tone = OUTCOMES[check.outcome]
    value = "" if check.value is None else f" ({check.value:.2f})"
    reported = "" if check.decides else "; reported only, decides nothing"
    return Chip(symbol, one_line(check.check), words, tone, one_line(check.reason) + value + reported)


def sentence_marks(sentence: AnswerSentence, record: Record) -> tuple[str, ...]:
    """What a reader must know of a sentence of the answer: a step of ours, or words of a secondary note."""
    ids = set(sentence.claim_ids)
    ours = any(c.quote.our_words for c in record.claims if c.id in ids)
    return (*(["our inference"] if sentence.inferred else []), *(["secondary summary"] if ours else []))
