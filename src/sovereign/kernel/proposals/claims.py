"""Proposals of the stage *extract*: claims that our rules did not find in the sentences of a document.

A model sees passages of one document at a time, and gives back the words that it rests a statement on. Those words must stand in
the text: the claim is then the whole sentence around them, at its exact place. The statement of the model is taken only where
it is the sentence without words that merely lead to it ("we find that").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sovereign.language.metrics import mentions, metrics
from sovereign.language.words import word_set
from sovereign.models.chat import Ask, Passage, Prompt
from sovereign.records import Claim, Document, Sentence, StageUse

from ..aspects import Aspects, speaks_of, speaks_of_itself
from ..extract import MAX_SENTENCE, PER_DOCUMENT, can_claim, claims_in, relevance_of
from ..verify import check_fields
from .schemas import ClaimProposal, ClaimsProposal
from .tally import is_order, one_line, use_of

STAGE = "extract"
SENTENCES = 6  # of one passage
PASSAGES = 4  # of one call
CALLS_PER_DOCUMENT = 2
CALLS = 20  # of one round
LEAST_WORDS = 4
LEAST_RELEVANCE = 0.01  # of what touches the question, where the extractor's rule sees nothing
NOT_THERE, NO_PASSAGE, TOO_SHORT = (
    "quote not in the text",
    "no passage of that id",
    f"quote of less than {LEAST_WORDS} words",
)
NO_STATEMENT, OFF, KNOWN, OTHERS = "no statement", "not to the question", "already extracted", "a finding of others"
MANY = f"more than {PER_DOCUMENT} of one work"
REWORDED = "reworded: kept the sentence's own words"
# Words that lead to a statement and limit nothing.
_LEADING = word_set(
    "we our us here in this paper work study that results experiments evaluation find found show shows showed observe observed "
    "also further furthermore moreover however thus therefore overall notably interestingly surprisingly enough"
)
INSTRUCTIONS = """\
You read passages of one document and list statements in them that bear on the question: results, figures, comparisons, \
limitations. One statement an item. "quote" is copied from the passage letter by letter: one sentence, or a part of it. "text" is the \
same sentence, without words such as "we find that" before it; change no word and no figure, and leave out no condition. \
"passage_id" is the id of the passage. Leave out what does not bear on the question."""


@dataclass(frozen=True)
class _Run:
    """Consecutive sentences of one section, shown as one passage."""

    sentences: tuple[Sentence, ...]
    weight: int  # how many of them touch the question


def propose(
    documents: Sequence[Document], aspects: Aspects, known: Sequence[Claim], ask: Ask
) -> tuple[tuple[Claim, ...], StageUse]:
    """Further claims of the documents, numbered after the ``known`` ones. Documents that speak most of the question come first."""
    seen = {_key(c) for c in known}
    runs = {d.paper.id: _runs(d, aspects) for d in documents}
    ranked = sorted(documents, key=lambda d: -max((r.weight for r in runs[d.paper.id]), default=0))
    batches = [(d, batch) for d in ranked for batch in _batches(runs[d.paper.id])][:CALLS]
    claims: list[Claim] = []
    fates, also, answered = list[str](), list[str](), False
    taken: dict[str, int] = {}
    for document, batch in batches:
        proposal = ask(_prompt(document, batch, aspects), ClaimsProposal)
        answered = answered or proposal is not None
        for offered in proposal.claims if proposal else ():
            claim, fate = _claim(offered, document, batch, aspects)
            if claim and _key(claim) in seen:
                claim, fate = None, KNOWN
            elif claim and taken.get(document.paper.id, 0) == PER_DOCUMENT:
                claim, fate = None, MANY
            fates.append(fate)
            if claim:
                seen.add(_key(claim))
                taken[document.paper.id] = taken.get(document.paper.id, 0) + 1
                also += [REWORDED] if one_line(claim.text) != one_line(offered.text) else []
                claims.append(claim.model_copy(update={"id": f"C{len(known) + len(claims) + 1}"}))
    if not batches:
        use = StageUse(stage=STAGE, mode="embedded", reason="no passage touches the question")
        return (), use
    return tuple(claims), use_of(STAGE, fates, answered, also=also)


def _runs(document: Document, aspects: Aspects) -> list[_Run]:
    """The passages of a document that touch the question, those with the most such sentences first."""
    runs, current = list[_Run](), list[Sentence]()

    def close() -> None:
        weight = sum(touches(document.slice(s), document, aspects) for s in current)
        if weight:
            runs.append(_Run(tuple(current), weight))
        current.clear()

    for sentence in document.evidence():
        text = document.slice(sentence)
        if current and (len(current) == SENTENCES or sentence.section != current[-1].section):
            close()
        # What was only recalled can carry nothing; what gives orders is no statement.
        if sentence.seen != "recalled" and text.strip() and len(text) <= MAX_SENTENCE and not is_order(text):
            current.append(sentence)
    close()
    return sorted(runs, key=lambda run: -run.weight)


def _batches(runs: Sequence[_Run]) -> list[dict[str, _Run]]:
    """What is asked of one document: passages by their ids, in as many calls as it may have."""
    named = {f"P{n}": run for n, run in enumerate(runs[: PASSAGES * CALLS_PER_DOCUMENT], 1)}
    names = list(named)
    return [{name: named[name] for name in names[i : i + PASSAGES]} for i in range(0, len(names), PASSAGES)]


def _prompt(document: Document, batch: dict[str, _Run], aspects: Aspects) -> Prompt:
    plan = aspects.plan
    facets = "; ".join(f"{f.kind}: {f.text}" for f in plan.facets)
    passages = tuple(Passage(name, " ".join(map(document.slice, run.sentences))) for name, run in batch.items())
    return Prompt(STAGE, "extractor", INSTRUCTIONS, f"Question: {plan.question}\nFacets: {facets}", passages)


def touches(text: str, document: Document, aspects: Aspects) -> bool:
    """Whether a sentence names a side of the question, or a metric that it asks for or the inverse of one.

    In a full text, which is long and speaks of much, a metric alone is not enough: nor is it for the extractor.
    """
    if any(speaks_of(text, f, aspects) or speaks_of_itself(text, document.paper.id, f, aspects) for f in aspects.sides):
        return True
    wanted = {m for f in aspects.measured if f.metric for m in (f.metric, metrics()[f.metric].inverse)}
    return document.depth != "full_text" and bool(wanted) and any(metric in wanted for *_, metric in mentions(text))


def _claim(
    offered: ClaimProposal, document: Document, batch: dict[str, _Run], aspects: Aspects
) -> tuple[Claim | None, str]:
    """The claim that a proposal makes, or why it makes none."""
    if offered.passage_id not in batch:
        return None, NO_PASSAGE
    quoted = one_line(offered.quote)
    around = [s for s in batch[offered.passage_id].sentences if _holds(one_line(document.slice(s)), quoted)]
    around = around or _whole(quoted, document, batch[offered.passage_id].sentences)
    if not around:
        return None, NOT_THERE
    if len(quoted.split()) < LEAST_WORDS:
        return None, TOO_SHORT
    texts = [(s, document.slice(s)) for s in around]
    sentence, whole = next(((s, t) for s, t in texts if stated(offered.text, t)), texts[0])
    if not can_claim(whole) or is_order(whole):
        return None, NO_STATEMENT
    if not touches(whole, document, aspects):
        return None, OFF
    short = one_line(offered.text) if stated(offered.text, whole) else ""
    found = claims_in(document, sentence, short)
    if short and (any(check_fields(c).outcome == "fail" for c in found) or not can_claim(short)):
        found = claims_in(document, sentence)
    if any(c.credited is not None for c in found):
        return None, OTHERS
    points = [(max(relevance_of(c, aspects), LEAST_RELEVANCE), c) for c in found]
    best, claim = max(points, key=lambda pair: pair[0])
    return claim.model_copy(update={"relevance": best}), ""


def _holds(sentence: str, quoted: str) -> bool:
    """Whether a quote stands in a sentence, from word to word."""
    return bool(quoted) and re.search(rf"(?<!\w){re.escape(quoted)}(?!\w)", sentence) is not None


def _whole(quoted: str, document: Document, sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences that a quote consists of, if it is nothing but consecutive whole ones."""
    texts = [(s, one_line(document.slice(s))) for s in sentences]
    for first in range(len(texts)):
        for last in range(first + 2, len(texts) + 1):
            if " ".join(text for _, text in texts[first:last]) == quoted:
                return [s for s, _ in texts[first:last]]
    return []


def stated(text: str, sentence: str) -> bool:
    """Whether a statement is a sentence, or the end of one before which nothing stands but words that lead to it.

    Any other word may be a condition, a hedge, a denial or the side that is spoken of ("few", "at a batch of 1", "removing"), and no
    check of ours sees them all.
    """
    short, whole = _plain_words(text), _plain_words(sentence)
    lead, rest = whole[: len(whole) - len(short)], whole[len(whole) - len(short) :]
    return bool(short) and short == rest and _LEADING.issuperset(lead)


def _plain_words(text: str) -> list[str]:
    """Words as they are printed, signs of figures included, without the marks that end a clause."""
    return [plain for word in one_line(text).lower().split() if (plain := word.rstrip(".,;:"))]


def _key(claim: Claim) -> tuple[str, str, str | None]:
    """What makes two claims one: the work that a sentence speaks for, the sentence, and the metric."""
    return claim.quote.source_id, one_line(claim.quote.text), claim.metric
