"""A claim against one document: which sentence or table supports it, which contradicts it, and which comes nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sovereign.errors import InputError
from sovereign.language.stance import without_frame
from sovereign.models import Embedder, Entailer
from sovereign.records import CheckOutcome, Document, Evidence, Sentence, Verdict, Verification, quote_of

from .abbreviations import definitions, written_out
from .anchor import check_anchor
from .fitted import fitted
from .graded import Graded
from .passage import grade
from .semantic import nearest
from .tabled import with_tables
from .tabular import verify_in_tables
from .terms import topic
from .verdict import Judgement, judge

CANDIDATES = 12  # sentences that are judged: those that share most words with the claim
_SEARCHED = 500  # sentences that an embedder is asked about, those that share most words first: some seconds
_BEFORE = 2  # sentences before one that are its context, with the title
_LONGEST = 2_500  # characters of one candidate; what is longer is no sentence, and is judged in pieces
_END = re.compile(r"(?<=[.!?])\s+(?=[^\W_])|\n\s*")


@dataclass(frozen=True)
class _Candidate:
    """A sentence that will be judged, the text before it, and how it was found if by its meaning."""

    sentence: Sentence
    before: str
    found: CheckOutcome | None


@dataclass(frozen=True)
class _Judged:
    """One candidate: the evidence that the record keeps, and the judgement behind it."""

    evidence: Evidence
    judgement: Judgement

    @property
    def coverage(self) -> float:
        """Share of the claim's content words in the sentence."""
        return next((c.value or 0.0 for c in self.judgement.checks if c.check == "terms"), 0.0)


def verify_in_document(
    claim: str,
    document: Document,
    embedder: Embedder | None = None,
    entailer: Entailer | None = None,
    fold: int | None = None,
) -> Verification:
    """Hold a claim against the sentences and the tables of a document that may serve as evidence.

    First each near sentence by itself; where none decides, the passage around the nearest one is graded. A table decides where
    no sentence does; against a sentence that says the opposite, the verdict is MIXED. ``fold`` is for
    measuring: weights and entailer are then those that did not see that fold of documents.

    Evidence comes with relation "unknown", because nothing says where the claim was taken from; so ``verified`` stays
    false. A sentence that its note only recalls supports nothing: its verdict is UNCHECKED.

    An ``embedder`` finds further sentences to judge, those that come nearest to the claim in meaning, and changes no
    judgement. An ``entailer`` adds signals to the scores of a graded passage, by weights that were fitted to it.

    Raises:
        InputError: if the claim holds no letter and no digit, or no weights are fitted to the entailer.
    """
    if not any(c.isalnum() for c in claim):
        raise InputError("The claim is empty.", "Give one sentence that states something.")
    fitted(entailer, fold)  # said before anything is read, not only where a passage is graded
    return with_tables(_in_sentences(claim, document, embedder, entailer, fold), verify_in_tables(claim, document))


def _in_sentences(
    claim: str, document: Document, embedder: Embedder | None, entailer: Entailer | None, fold: int | None
) -> Verification:
    """What the sentences say."""
    long_forms = definitions(document.text) | definitions(claim)
    claim = without_frame(written_out(claim, long_forms))
    sentences = [piece for sentence in document.evidence() for piece in _pieces(document, sentence)]
    candidates = _candidates(claim, document, sentences, long_forms, embedder)
    judged = [_judged(claim, document, candidate, long_forms) for candidate in candidates]
    verdict, decider, reason = _decide(judged)
    if verdict == "NOT_ENOUGH_INFO" and (found := grade(claim, document, sentences, long_forms, entailer, fold)):
        return _of_grade(document, *found, judged)
    rest = [j for j in judged if j is not decider]
    return Verification(
        verdict=verdict,
        reason=reason,
        deciding=() if decider is None else ("seen",) if verdict == "UNCHECKED" else decider.judgement.deciding,
        anchored=decider is not None and _anchored(decider, document),
        verified=False,
        independent_groups=0,
        evidence=tuple(j.evidence for j in ([decider, *rest] if decider else rest)),
    )


def _candidates(
    claim: str,
    document: Document,
    sentences: Sequence[Sentence],
    long_forms: dict[str, str],
    embedder: Embedder | None,
) -> list[_Candidate]:
    """The sentences that share most words with the claim, in that order; then those that an embedder finds beside them."""
    texts = [written_out(document.slice(s), long_forms) for s in sentences]
    shares = [topic(claim, text) for text in texts]
    ranked = sorted(range(len(sentences)), key=lambda i: -shares[i])
    best = [i for i in ranked[:CANDIDATES] if shares[i] > 0]
    found: dict[int, CheckOutcome] = {}
    if embedder is not None:
        # Those that share words come first in both, so an index means the same sentence.
        ranked = ranked[:_SEARCHED]
        near = nearest(embedder, claim, [texts[i] for i in ranked], range(len(best)))
        found = {ranked[place]: outcome for place, outcome in near.items()}
    return [
        _Candidate(sentences[i], " ".join(map(document.slice, sentences[max(0, i - _BEFORE) : i])), found.get(i))
        for i in dict.fromkeys([*best, *found])
    ]


def _pieces(document: Document, sentence: Sentence) -> Iterator[Sentence]:
    """A sentence; or, of a text that is longer than any sentence, what looks like its sentences."""
    if sentence.end - sentence.start <= _LONGEST:
        yield sentence
        return
    ends = [m.start() for m in _END.finditer(document.text, sentence.start, sentence.end)]
    start = sentence.start
    for end in [*ends, sentence.end]:
        while end - start > _LONGEST:
            cut = document.text.rfind(" ", start, start + _LONGEST) + 1 or start + _LONGEST
            yield sentence.model_copy(update={"start": start, "end": cut})
            start = cut
        if document.text[start:end].strip():
            yield sentence.model_copy(update={"start": start, "end": end})
        start = end


def _judged(claim: str, document: Document, candidate: _Candidate, long_forms: dict[str, str]) -> _Judged:
    sentence = candidate.sentence
    context = f"{document.paper.title}\n{candidate.before}"
    judgement = judge(claim, written_out(document.slice(sentence), long_forms), written_out(context, long_forms))
    quote = quote_of(document, sentence)
    verdict, reason = judgement.verdict, judgement.reason
    if sentence.seen == "recalled" and verdict != "NOT_ENOUGH_INFO":
        verdict, reason = "UNCHECKED", "recalled and not read again in its source, so nothing rests on it"
    checks = (*judgement.checks, candidate.found) if candidate.found else judgement.checks
    evidence = Evidence(quote=quote, relation="unknown", verdict=verdict, scope="same", checks=checks, reason=reason)
    return _Judged(evidence, judgement)


def _of_grade(document: Document, found: Graded, ranked: Sequence[Sentence], judged: Sequence[_Judged]) -> Verification:
    """The record of a graded verdict: the sentences it rests on carry it, with the scores behind their own checks."""
    by_place = {(j.evidence.quote.start, j.evidence.quote.end): j.evidence for j in judged}
    evidence = []
    for n, sentence in enumerate(ranked[:CANDIDATES]):
        known = by_place.pop((sentence.start, sentence.end), None)
        if n >= found.used:
            evidence += [known] if known else []
            continue
        evidence.append(
            Evidence(
                quote=quote_of(document, sentence), relation="unknown", verdict=found.verdict, scope="same",
                checks=(*found.checks, *(_reported(c) for c in (known.checks if known else ()))), reason=found.reason,
            )
        )  # fmt: skip
    first = evidence[0].quote
    where = f"at {first.start}..{first.end}"
    said = {"SUPPORT": f"supported {where}", "CONTRADICT": f"contradicted {where}"}
    undecided = f"the nearest sentence, {where}, does not decide it"
    return Verification(
        verdict=found.verdict,
        reason=f"{said.get(found.verdict, undecided)}: {found.reason}",
        deciding=found.deciding,
        anchored=check_anchor(first, document.text).outcome == "pass",
        verified=False,
        independent_groups=0,
        evidence=(*evidence, *by_place.values())[:CANDIDATES],
    )


def _reported(check: CheckOutcome) -> CheckOutcome:
    """A check of the sentence by itself, which left the decision to the scores."""
    return check.model_copy(update={"decides": False})


def _anchored(judged: _Judged, document: Document) -> bool:
    return check_anchor(judged.evidence.quote, document.text).outcome == "pass"


def _decide(judged: Sequence[_Judged]) -> tuple[Verdict, _Judged | None, str]:
    """Verdict, the sentence that decides it (the nearest one if none does), and the reason.

    A contradiction weighs against support only from a sentence that holds as much of the claim.
    """
    by: dict[Verdict, list[_Judged]] = {}
    for one in sorted(judged, key=lambda j: -j.coverage):
        by.setdefault(one.evidence.verdict, []).append(one)
    support, against, unread = by.get("SUPPORT", []), by.get("CONTRADICT", []), by.get("UNCHECKED", [])
    if support:
        best = support[0]
        rivals = [a for a in against if a.coverage >= best.coverage]
        if rivals:
            return "MIXED", best, f"supported {_at(best)}, contradicted {_at(rivals[0])}: {rivals[0].evidence.reason}"
        return "SUPPORT", best, f"supported {_at(best)}: {best.evidence.reason}"
    if against:
        return "CONTRADICT", against[0], f"contradicted {_at(against[0])}: {against[0].evidence.reason}"
    if unread:
        return "UNCHECKED", unread[0], f"stated only {_at(unread[0])}: {unread[0].evidence.reason}"
    if not judged:
        return "NOT_ENOUGH_INFO", None, "no sentence of the document shares a content word with the claim"
    nearest = max(judged, key=lambda j: j.coverage)
    return (
        "NOT_ENOUGH_INFO",
        nearest,
        f"the nearest sentence, {_at(nearest)}, does not decide it: {nearest.evidence.reason}",
    )


def _at(judged: _Judged) -> str:
    return f"at {judged.evidence.quote.start}..{judged.evidence.quote.end}"
