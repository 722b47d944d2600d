"""Small claims, papers and answers for tests of single stages."""

from __future__ import annotations

from sovereign.records import (
    Answer,
    AnswerSentence,
    AnswerState,
    CheckOutcome,
    Claim,
    Depth,
    Evidence,
    Facet,
    FacetAnswer,
    Paper,
    Plan,
    Quote,
    Setting,
    Verdict,
    Verification,
    text_hash,
)

TEXT = "Alpha takes 4 ms against 8 ms for Beta."
PLAN = Plan(
    question="Is Alpha faster than Beta?",
    facets=(Facet(id="F1", kind="metric", text="latency", terms=("latenc",), metric="latency"),),
    queries=(),
)


def quote(source: str = "arxiv:1", note: str | None = None, where: str | None = None, **more: object) -> Quote:
    """A quote of the work ``source``, told by the note ``note``."""
    fields: dict[str, object] = {
        "text": TEXT,
        "text_hash": text_hash(TEXT),
        "start": 0,
        "end": len(TEXT),
        "paper_id": note or source,
        "source_id": source,
        "section": "Results",
        "depth": "full_text",
        "where": where,
    }
    return Quote.model_validate(fields | more)


def claim(
    name: str = "C1",
    verdict: Verdict = "SUPPORT",
    source: str = "arxiv:1",
    anchored: bool = True,
    verified: bool = False,
    depth: Depth = "full_text",
    secondhand: bool = False,
) -> Claim:
    """A claim with all its own checks passed, and the verdict that is asked for."""
    of = quote(source, depth=depth, secondhand=secondhand)
    checks = tuple(
        CheckOutcome(check=c, outcome="pass", reason="")
        for c in ("anchor", "fields", "number", "unit", "polarity", "direction")
    )
    own = Evidence(quote=of, relation="own_quote", verdict="SUPPORT", scope="same", checks=checks, reason="")
    other = own.model_copy(update={"relation": "own_work", "quote": of.model_copy(update={"start": 1})})
    verification = Verification(
        verdict=verdict,
        reason="",
        deciding=("anchor",),
        anchored=anchored,
        verified=verified,
        independent_groups=0,
        evidence=(own, other) if verified else (own,),
    )
    return Claim(id=name, text=TEXT, quote=of, setting=Setting(model="M 7B"), verification=verification)


def paper(name: str, *authors: str) -> Paper:
    """A paper with nothing but an id and authors."""
    return Paper(id=name, title=name, authors=authors)


def answer(*ids: str, state: AnswerState = "ANSWERED") -> Answer:
    """An answer of one facet that cites the claims of these ids, each in a sentence of its own."""
    sentences = tuple(AnswerSentence(text=f"So says {i}.", claim_ids=(i,)) for i in ids)
    facet = FacetAnswer(facet_id="F1", state=state, reason="", sentences=sentences)
    return Answer(state=state, summary=sentences, facets=(facet,))
