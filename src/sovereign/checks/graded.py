"""The graded verdict on a claim and a passage of a document: three small tables of weights, with vetoes over them.

Where no single sentence decides a claim by itself (``verdict``), its sentences are *ranked*; then two scores say whether
the passage *bears* on the claim, and whether it stands *against* it. Each is the sum of signals, each times a weight, put
through the logistic function. Support needs a score and no veto. The weights are in ``weights.json``, with the command
that made them and the hash of the data; they are fitted on people's labels, but anyone can add up the sums again. A score
is no probability: it was fitted on abstracts of one field.

With an entailment model, what it says of the best ranked sentences ranks them anew and is among the signals of both scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sovereign.models import Entailer
from sovereign.records import CheckOutcome, Verdict

from . import signals
from .entailed import Said, pair_entailed, said, sentence_entailed
from .fitted import SHORT, STANCE_VETOES, TOPIC_VETOES, Line, Weights, names_of
from .outcome import checked
from .overlap import terms_of
from .stance import both_deny
from .things import FEW
from .vetoes import VETOES, vetoes

BEARS, AGAINST = 0.55, 0.5  # scores from which a passage bears on a claim, and from which it stands against it
BEARS_SHORT = 0.4  # the same for a short passage, where nothing else could bear on it
NEAR = 0.3  # score from which a second and a third sentence belong to the decision
LONGEST = 15  # content words of a claim that may be contradicted; a longer one says more than one thing
MOST = SHORT  # sentences that a decision rests on, at most
_SHOWN = 4  # signals that a reason names


class Passage(NamedTuple):
    """A claim, the title of a work, and sentences of it in their order."""

    claim: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Graded:
    """Verdict, the indices of all sentences, nearest first, how many of them it rests on, and the checks behind it."""

    verdict: Verdict
    ranked: tuple[int, ...]
    used: int
    checks: tuple[CheckOutcome, ...]
    deciding: tuple[str, ...]
    reason: str


def sentence_rows(passage: Passage) -> list[list[float]]:
    """The signals of every sentence of a passage, as ``NAMES["rank"]`` names them."""
    claim, title, sentences = passage
    return [
        signals.sentence_signals(claim, sentences, i, " ".join([title, *sentences[max(0, i - 2) : i + 2]]))
        for i in range(len(sentences))
    ]


def ranking(passage: Passage, line: Line) -> list[tuple[float, int]]:
    """Scores and indices of the sentences, best first."""
    return _sorted((line.score(row), i) for i, row in enumerate(sentence_rows(passage)))


def ranked_again(ranked: Sequence[tuple[float, int]], line: Line, heard: Said) -> list[tuple[float, int]]:
    """The ranking with the sentences that a model was asked about scored anew."""
    asked = ranked[: len(heard.each)]
    scored = [(line.score(sentence_entailed(s, p)), i) for (s, i), p in zip(asked, heard.each, strict=True)]
    return _sorted([*scored, *ranked[len(asked) :]])


def _sorted(scored: Iterable[tuple[float, int]]) -> list[tuple[float, int]]:
    return sorted(scored, key=lambda s: (-s[0], s[1]))


def pair_rows(
    passage: Passage, ranked: Sequence[tuple[float, int]], heard: Said | None = None
) -> tuple[list[float], list[float], tuple[CheckOutcome, ...]]:
    """The signals of a passage for ``bears`` and for ``against``, and the vetoes."""
    claim, title, sentences = passage
    best = [i for _, i in ranked[:MOST]]
    around = sorted({j for i in best for j in range(i - 2, i + 2) if 0 <= j < len(sentences)})
    found = vetoes(claim, [sentences[i] for i in best], " ".join([title, *(sentences[j] for j in around)]))
    barred = {v.check for v in found if v.outcome == "fail"}
    topic, stance = signals.pair_signals(claim, title, sentences, ranked)
    more = pair_entailed(heard) if heard else []
    return (
        [*topic, *(float(v in barred) for v in TOPIC_VETOES), *more],
        [*stance, *(float(v in barred) for v in STANCE_VETOES), *more],
        found,
    )


def weigh(passage: Passage, weights: Weights, entailer: Entailer | None = None) -> Graded:
    """The graded verdict on a passage of at least one sentence; ``weights`` are those for the entailer, if there is one."""
    ranked, heard = ranking(passage, weights.rank), None
    if entailer and weights.again:
        heard = said(entailer, passage.claim, passage.sentences, [i for _, i in ranked])
        ranked = ranked_again(ranked, weights.again, heard)
    topic, stance, found = pair_rows(passage, ranked, heard)
    on, counter = weights.scores(len(passage.sentences))
    enough = BEARS if len(passage.sentences) > SHORT else BEARS_SHORT
    bears, against = on.score(topic) >= enough, counter.score(stance) >= AGAINST
    outcomes = (
        _scored("bears", on, topic, bears, entailer if heard else None),
        _scored("against", counter, stance, not against, entailer if heard else None),
        *found,
    )
    barred = [v for v in found if v.outcome == "fail"]
    used = 1 + sum(score >= NEAR for score, _ in ranked[1:MOST])
    verdict, deciding, reason = _verdict(outcomes, barred, bears, against, len(terms_of(passage.claim)))
    if verdict == "CONTRADICT" and both_deny(passage.claim, passage.sentences[ranked[0][1]]):
        verdict, deciding = "NOT_ENOUGH_INFO", ("graded_against",)
        reason = f"the claim and the nearest sentence deny the same: {outcomes[1].reason}"
    return Graded(verdict, tuple(i for _, i in ranked), used, outcomes, deciding, reason)


def _verdict(
    outcomes: Sequence[CheckOutcome], barred: Sequence[CheckOutcome], bears: bool, against: bool, terms: int
) -> tuple[Verdict, tuple[str, ...], str]:
    scores = "; ".join(o.reason for o in outcomes[:2])
    if not bears:
        return "NOT_ENOUGH_INFO", ("graded_bears",), f"too little of the claim is decided here: {outcomes[0].reason}"
    if against and terms > LONGEST:
        reason = (
            f"a claim of {terms} content words says more than one thing, so no part of it is contradicted by a score"
        )
        return "NOT_ENOUGH_INFO", ("graded_against",), f"{reason}: {outcomes[1].reason}"
    if against and terms <= FEW and any(v.check == "subject" for v in barred):
        return "NOT_ENOUGH_INFO", ("subject",), "; ".join(v.reason for v in barred if v.check == "subject")
    if against:
        return "CONTRADICT", ("graded_bears", "graded_against"), f"speaks against the claim: {scores}"
    if barred:
        return "NOT_ENOUGH_INFO", tuple(v.check for v in barred), "; ".join(v.reason for v in barred)
    return "SUPPORT", ("graded_bears", "graded_against", *VETOES), f"speaks for the claim: {scores}"


def _scored(name: str, line: Line, row: Sequence[float], passes: bool, entailer: Entailer | None) -> CheckOutcome:
    named = zip(line.parts(row), names_of(name, entailer is not None), strict=True)
    largest = sorted(named, key=lambda p: (-abs(p[0]), p[1]))[:_SHOWN]
    told = ", ".join(f"{label.replace('_', ' ')} {part:+.2f}" for part, label in largest)
    by = f" with {entailer.name} {entailer.weights[:8]}" if entailer else ""
    plain = checked(f"graded_{name}", "pass" if passes else "fail", f"{name} {line.score(row):.2f}{by} ({told})")
    return plain.model_copy(update={"value": round(line.score(row), 4)})
