"""Objections of a model that takes the part of a reviewer: raw proposals, which the tribunal tests one by one.

SKEPTIC and VALIDATOR are asked apart: neither prompt holds a finding of the other, or of our own checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sovereign.models.chat import Ask, Passage, Prompt
from sovereign.records import AnswerSentence, Claim, ReviewRound, Role, StageUse

from .schemas import ObjectionProposal, ObjectionsProposal
from .tally import NO_ANSWER, NOTHING_PROPOSED, NOTHING_STOOD, is_order

STAGE = "review"
NOT_UPHELD = "no check upheld it"
MOST_SENTENCES = 30
MOST_CLAIMS = 60
INSTRUCTIONS = """\
The passages S1, S2, … are the sentences of an answer, with the ids of their claims in the task. A passage C… is a claim, a passage C….quote the \
sentence of the source that it was taken from. List what is wrong, one objection an item: "target" is the id of the one sentence (S…) or \
claim (C…) that it attacks, "reason" says in one sentence what was held against what. Object only to what the passages show."""


def objections(
    role: Role,
    role_text: str,
    question: str,
    sentences: Sequence[AnswerSentence],
    claims: Mapping[str, Claim],
    ask: Ask,
) -> tuple[ObjectionProposal, ...] | None:
    """What a model objects to in the part of ``role``, which ``role_text`` describes; None if it gave no usable answer.

    Sentence ``S1`` is the first of ``sentences``. Nothing is tested here but the form.
    """
    proposal = ask(_prompt(role, role_text, question, sentences[:MOST_SENTENCES], claims), ObjectionsProposal)
    return None if proposal is None else proposal.objections


def _prompt(
    role: Role, role_text: str, question: str, sentences: Sequence[AnswerSentence], claims: Mapping[str, Claim]
) -> Prompt:
    cited = [i for i in dict.fromkeys(i for s in sentences for i in s.claim_ids) if i in claims][:MOST_CLAIMS]
    marks = [
        f"S{n}: " + (", ".join((*s.claim_ids, *s.measurement_ids)) or "about this record alone")
        for n, s in enumerate(sentences, 1)
    ]
    passages = [Passage(f"S{n}", s.text) for n, s in enumerate(sentences, 1)]
    for i in cited:
        claim = claims[i]
        passages.append(Passage(i, claim.text))
        if not is_order(claim.quote.text):
            passages.append(Passage(f"{i}.quote", claim.quote.text))
    task = "\n".join([f"Question: {question}", "Sentences and what carries them:", *marks])
    return Prompt(STAGE, role, f"{role_text.strip()}\n\n{INSTRUCTIONS}", task, tuple(passages))


def use_of_review(proposed: Sequence[int | None], rounds: Sequence[ReviewRound]) -> StageUse:
    """The use of the review from what it came to: ``proposed`` holds the number of objections of each call, None for no answer."""
    total = sum(n or 0 for n in proposed)
    upheld = sum(bool(f.model) and f.upheld for r in rounds for f in r.findings)
    dropped = Counter[str]()
    for r in rounds:
        dropped.update(r.discarded or {})
    if rest := total - upheld - sum(dropped.values()):
        dropped[NOT_UPHELD] += rest
    answered = any(n is not None for n in proposed)
    why = "" if upheld else NOTHING_STOOD if total else NOTHING_PROPOSED if answered else NO_ANSWER
    return StageUse(
        stage=STAGE,
        mode="mixed" if upheld else "embedded",
        reason=why,
        proposed=total,
        accepted=upheld,
        dropped=dict(sorted(dropped.items())),
    )
