"""The words of a record for somebody who meets them first: stages of a run, verdicts, depths, states, rules of the policy.

Rules and numbers are read from the code's own tables; only what has no table is said here, each word by the name that the code gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sovereign.checks.lexical import THRESHOLD as LEXICAL
from sovereign.contracts.decision import policy
from sovereign.contracts.levels import LEVELS
from sovereign.records import AnswerState, DecisionOutcome, Depth, Model, Scope, Verdict


class Stage(Model):
    """A stage of a run: what it does, and what it never does."""

    name: str
    does: str
    never: str


class Term(Model):
    """A word of a record, and what it means."""

    word: str
    means: str


class Rule(Model):
    """A rule of the policy: its conditions in words, all of which must hold, and what follows."""

    id: str
    outcome: str
    when: tuple[str, ...]
    reason: str


STAGES: Final[tuple[Stage, ...]] = (
    Stage(name="plan", does="takes the question apart into what is asked about, compared and measured, and writes four different search queries", never="asks a model for facts"),
    Stage(name="retrieve", does="runs the queries on every source, merges what is the same work, ranks, keeps, and logs what was dropped and why", never="hides a source that failed"),
    Stage(name="read", does="gets the fullest text that may be read: sections, sentences and tables, each with its place", never="loses the place of a sentence"),
    Stage(name="extract", does="takes claims from sentences: what, against what, in which metric, which value, which unit, in which setting", never="cuts a claim or a title to a length"),
    Stage(name="verify", does="holds each claim against its quote and against the rest of its own work", never="calls likeness of words confidence, or a quote its own proof"),
    Stage(name="corroborate", does="holds each claim against the works of other groups: support, contradiction, narrower, broader, not comparable", never="counts two works of one group twice"),
    Stage(name="measure", does="runs, in a sandbox, what a protocol of the laboratory can test", never="verifies or falsifies by a protocol that measures only something near"),
    Stage(name="answer", does="writes an answer whose sentences name the claims and measurements that carry them, with disagreements and open points", never="states what no claim carries"),
    Stage(name="review", does="lets two automated reviewers try to break the record and a third weigh what they found", never="raises a verdict above its checks"),
    Stage(name="decide", does="applies the written policy to counts, state and score, and says which rule fired", never="publishes under a DOI without the owner"),
    Stage(name="publish", does="writes the record with page, bibliography, exports and manifest", never="rewrites a published record silently"),
)  # fmt: skip
"""The flow, in its order."""

VERDICTS: Final[Mapping[Verdict, str]] = {
    "SUPPORT": "The evidence says the same.",
    "CONTRADICT": "The evidence says the opposite, or gives another figure for the same thing.",
    "MIXED": "Some evidence supports it, and some contradicts it.",
    "NOT_ENOUGH_INFO": "Evidence was looked at, and it does not decide.",
    "UNCHECKED": "It was not looked at, and the reason is given. What is unchecked never counts as passed.",
}
SCOPES: Final[Mapping[Scope, str]] = {
    "same": "The evidence is about just what the claim is about.",
    "narrower": "The evidence is about a part of what the claim says.",
    "broader": "The evidence is about more than the claim says.",
    "not_comparable": "The evidence is about something else: another setting, data set or measure.",
}
DEPTHS: Final[Mapping[Depth, str]] = {
    "note": "A secondary note on the work: somebody's summary, not the paper's words. It is marked so wherever it is quoted.",
    "abstract": "The abstract alone was read.",
    "full_text": "A sentence of the full text.",
    "table": "A cell of a table.",
    "measurement": "A stored result of our own laboratory.",
}
STATES: Final[Mapping[AnswerState, str]] = {
    "ANSWERED": "The evidence answers every part of the question.",
    "PARTLY_ANSWERED": "It answers a part; the record says which part is open.",
    "NOT_ANSWERABLE": "It does not answer it. That is a result, and the record says what is missing.",
}
OUTCOMES: Final[Mapping[DecisionOutcome, str]] = {
    "AUTO_APPROVE": "The record stands, unless the owner holds or rejects it.",
    "HOLD": "The record is a draft until the owner decides.",
    "REJECT": "The record does not stand.",
}
COUNTED: Final[tuple[Term, ...]] = (
    Term(word="Extracted", means="The claim was taken from a text."),
    Term(word="Anchored", means="Its quote stands in the stored text, character for character, at the place that the claim gives."),
    Term(word="Supported", means="Its verdict is SUPPORT."),
    Term(
        word="Verified",
        means="It is supported by evidence other than the sentence it was taken from (another passage or table of the work, or an independent group), or an exact protocol measured it. Only this counts for the policy and the tier.",
    ),
    Term(
        word="Independent",
        means="Two works are independent if they share no author, neither takes the figure from the other, and they are not versions of one work.",
    ),
    Term(
        word="Lexical check",
        means=f"The likeness of words between a claim and its quote, from {LEXICAL:g} on. It is shown so that older figures can be compared, and decides nothing: a sentence and its denial have nearly the same words.",
    ),
)  # fmt: skip
PRINCIPLES: Final[tuple[Term, ...]] = (
    Term(word="Models propose, checks dispose", means="A language model may suggest queries, claims, wording and objections. It never sets a verdict, a level, a tier or a gate. Those come from checks that you can run again."),
    Term(word="Say which", means="Every verdict names its method, how deep the evidence goes, and what was not checked."),
    Term(word="Works alone", means="Without key, network or graphics card the main job still runs, and says what it lacked."),
    Term(word="Nothing is lost, nothing is rewritten", means="Corrections are added, never overwritten. Every event is in a ledger that you can verify offline."),
    Term(word="Replayable", means="Model, prompt, seed, environment and code version are in the record. What cannot be replayed is called recorded, not reproducible."),
)  # fmt: skip
CANNOT: Final[tuple[str, ...]] = (
    "This is not peer review. No person has read a record unless it says so: its reviewers are programs.",
    "Verified does not mean true. It means that evidence of the kind that the record names says the same as the claim.",
    "It knows only what its sources say and what its laboratory measured. A work that was not found, or could not be read, is missing.",
    "Claims and numbers are read from texts by rules, and some are misread. Each one stands with its quote so that you can see it.",
    "Checks are cautious and make mistakes both ways: how often is measured, and stands under benchmarks.",
    "The results of the laboratory that ship are of one machine. What it computes by a cost model is called modelled.",
    *(f"{level.label}: no record can earn this level in this release." for level in LEVELS if not level.reachable),
)

_NAMES: Final[Mapping[str, str]] = {
    "score": "the review's score",
    "verified": "the number of verified claims",
    "supported": "the number of supported claims",
    "anchored": "the number of anchored claims",
    "extracted": "the number of claims",
    "contradicted": "the number of contradicted claims",
    "cited_contradicted": "the number of contradicted claims that the answer cites",
    "cited_mixed": "the number of claims with mixed evidence that a sentence of the answer rests on",
    "state": "the answer's state",
}
_TESTS: Final[Mapping[str, str]] = {
    "min": "is {} or more",
    "max": "is at most {}",
    "below": "is below {}",
    "is": "is {}",
    "not": "is not {}",
}


def rules() -> tuple[Rule, ...]:
    """The policy's rules in the order in which they are tried."""
    return tuple(
        Rule(id=rule["id"], outcome=rule["outcome"], when=tuple(_conditions(rule["when"])), reason=rule["reason"])
        for rule in policy()["rules"]
    )


def terms(meanings: Mapping[Any, str]) -> tuple[Term, ...]:
    """A table of meanings as terms."""
    return tuple(Term(word=str(word), means=means) for word, means in meanings.items())


def _conditions(when: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, tests in when.items():
        for test, limit in tests.items():
            shown = f"“{limit.replace('_', ' ').lower()}”" if isinstance(limit, str) else f"{limit:g}"
            yield f"{_NAMES[name]} {_TESTS[test].format(shown)}"
