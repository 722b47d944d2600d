"""Stage *verify*: each claim against its quote, and against the rest of the work that it speaks for: text and tables."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.checks import check_anchor, combine_evidence, judge, topic
from sovereign.checks.tabular import verify_in_tables
from sovereign.language.words import normalize
from sovereign.records import CheckOutcome, Claim, Document, Evidence, Paper, Quote, Verification, quote_of

from .independence import papers_by_id, relation_of

NEAR = 0.6
PASSAGES = 6
TABLES = 3


def verify(claims: Sequence[Claim], documents: Sequence[Document], papers: Sequence[Paper]) -> tuple[Claim, ...]:
    """The claims with their first verification: anchor, fields against the quote, other passages and the tables of the same work."""
    texts = {d.text_hash: d.text for d in documents}
    known = papers_by_id(papers)
    passages: dict[str, list[Quote]] = {}
    for document in documents:
        for sentence in document.evidence():
            quote = quote_of(document, sentence)
            passages.setdefault(quote.source_id, []).append(quote)
    tabled: dict[str, list[Document]] = {}
    for document in documents:
        if document.tables:
            tabled.setdefault(document.paper.id, []).append(document)
    return tuple(
        _verified(c, texts, passages.get(c.quote.source_id, []), tabled.get(c.quote.source_id, []), known)
        for c in claims
    )


def _verified(
    claim: Claim, texts: dict[str, str], passages: list[Quote], tabled: list[Document], known: dict[str, Paper]
) -> Claim:
    anchor = check_anchor(claim.quote, texts[claim.quote.text_hash])
    if claim.quote.seen == "recalled":
        reason = "recalled: the note's author did not re-read the source, so nothing was checked against it"
        own = Evidence(
            quote=claim.quote, relation="own_quote", verdict="UNCHECKED", scope="same", checks=(anchor,), reason=reason
        )
        unchecked = Verification(
            verdict="UNCHECKED", reason=reason, deciding=("seen",), anchored=anchor.outcome == "pass", verified=False,
            independent_groups=0, evidence=(own,),
        )  # fmt: skip
        return claim.model_copy(update={"verification": unchecked})
    evidence = [_own_quote(claim, anchor), *_own_work(claim, passages, known), *_own_tables(claim, tabled)]
    return claim.model_copy(update={"verification": combine_evidence(anchor.outcome == "pass", evidence)})


def _own_quote(claim: Claim, anchor: CheckOutcome) -> Evidence:
    """The claim held against its own sentence: anchor and fields test the extraction, nothing here tests the world.

    The pair checks are left out on purpose: a sentence held against itself passes them all and shows nothing. A shorter
    statement of it goes through them, and must pass.
    """
    fields = check_fields(claim)
    sound = anchor.outcome == "pass" and fields.outcome != "fail"
    if claim.text != claim.quote.text:
        judgement = judge(claim.text, claim.quote.text)
        return Evidence(
            quote=claim.quote,
            relation="own_quote",
            verdict="SUPPORT" if sound and judgement.verdict == "SUPPORT" else "NOT_ENOUGH_INFO",
            scope="same",
            checks=(anchor, fields, *judgement.checks),
            reason=f"a shorter statement of its own sentence: {judgement.reason}",
        )
    return Evidence(
        quote=claim.quote,
        relation="own_quote",
        verdict="SUPPORT" if sound else "NOT_ENOUGH_INFO",
        scope="same",
        checks=(anchor, fields),
        reason="its own sentence, word for word: shows what the source says, proves nothing",
    )


def check_fields(claim: Claim) -> CheckOutcome:
    """Check ``fields``: every figure and name that extraction put into the claim's fields stands in its sentence."""
    sentence = normalize(claim.quote.text)
    parts = [p for r in claim.results for p in (r.subject, r.comparator) if p and p != "before"]
    parts += [q.text for r in claim.results for q in (r.value, r.comparator_value) if q]
    if not parts:
        return CheckOutcome(check="fields", outcome="not_applicable", reason="the sentence gave no fields")
    absent = [p for p in parts if p not in sentence]
    if absent:
        return CheckOutcome(check="fields", outcome="fail", reason=f"not in the sentence: {', '.join(absent)}")
    return CheckOutcome(
        check="fields", outcome="pass", reason=f"all {len(parts)} extracted parts stand in the sentence"
    )


def _own_work(claim: Claim, passages: list[Quote], known: dict[str, Paper]) -> list[Evidence]:
    near = [(topic(claim.text, q.text), q) for q in passages if q.text != claim.quote.text and q.seen != "recalled"]
    near = sorted(
        (pair for pair in near if pair[0] >= NEAR), key=lambda pair: (-pair[0], pair[1].paper_id, pair[1].start)
    )
    found = []
    for _, quote in near[:PASSAGES]:
        judgement = judge(claim.text, quote.text)
        if judgement.verdict in ("SUPPORT", "CONTRADICT"):
            found.append(
                Evidence(
                    quote=quote,
                    relation=relation_of(claim.quote, quote, known),
                    verdict=judgement.verdict,
                    scope="same",
                    checks=judgement.checks,
                    reason=judgement.reason,
                )
            )
    return found


def _own_tables(claim: Claim, documents: list[Document]) -> list[Evidence]:
    """The claim against the tables of its own work; a statement without figure or comparison is nothing that a table shows."""
    if not claim.results:
        return []
    found = [e for document in documents for e in verify_in_tables(claim.text, document)]
    # Those that decide come first; one that holds the figures alone is shown for what it is.
    found.sort(key=lambda e: e.verdict == "NOT_ENOUGH_INFO")
    return [e.model_copy(update={"relation": "own_work"}) for e in found[:TABLES]]
