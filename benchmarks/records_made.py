"""Made records for measuring how the system does with many: valid ones, of real words, with texts, claims, checks and events.

Nothing in them is true. ``make_records`` puts them into a store through the same door as the kernel.

python -m benchmarks.records_made HOME [COUNT [CLAIMS]]

With SOVEREIGN_STORE_URL set, rows and ledger go to that database.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import accumulate
from pathlib import Path
from uuid import UUID

from sovereign.contracts import record_level, rungs_by_claim
from sovereign.contracts.decision import cited_against, count, decide
from sovereign.kernel.events import claim_events
from sovereign.records import (
    Answer,
    AnswerSentence,
    Candidate,
    CheckOutcome,
    Claim,
    Comparison,
    Environment,
    Evidence,
    Facet,
    FacetAnswer,
    Finding,
    OpenPoint,
    Outcome,
    Paper,
    Plan,
    Quantity,
    Query,
    Quote,
    Record,
    Relation,
    Result,
    Retrieval,
    ReviewRound,
    ScoreTerm,
    Setting,
    Sureness,
    Verdict,
    Verification,
    short_id,
)
from sovereign.settings import load
from sovereign.store import NewEvent, Store, open_of

METRICS = {"latency": "ms", "memory": "GB", "accuracy": "%", "throughput": "tokens/s", "energy": "J", "loss": ""}
_COMMON = 2.7  # Mandelbrot's shift: the commonest word is not in every sentence
_BATCH = 50  # records of one transaction
_POOLED = 20  # records that share a work, in the mean
_TOPIC = 6  # words that a record keeps coming back to
_SENTENCE = 11  # words of a sentence beside its figures


@dataclass(frozen=True)
class Vocabulary:
    """Words of the starter library, the commonest first, and their weights added up: by rank, as in any language."""

    words: tuple[str, ...]
    summed: tuple[float, ...]

    def some(self, chance: random.Random, number: int) -> list[str]:
        """That many words, common ones more often."""
        return chance.choices(self.words, cum_weights=self.summed, k=number)


def vocabulary() -> Vocabulary:
    """The words of the notes that come with the system."""
    counted: Counter[str] = Counter()
    for file in (resources.files("sovereign") / "data" / "starter_library").iterdir():
        counted.update(re.findall(r"\b[a-z]{3,}\b", file.read_text("utf-8").lower()))
    words = tuple(sorted(counted, key=lambda word: (-counted[word], word)))
    return Vocabulary(words, tuple(accumulate(1 / (rank + _COMMON) for rank in range(1, len(words) + 1))))


@dataclass
class Work:
    """A paper and its text, which grows by the sentence; ``hash`` is that of the whole, once it is stored."""

    paper: Paper
    text: str = ""
    quotes: list[tuple[str, int]] = field(default_factory=list)
    hash: str = ""

    def add(self, sentence: str) -> int:
        """Where the sentence stands that was added; returns its number."""
        start = len(self.text) + bool(self.text)
        self.text = f"{self.text} {sentence}" if self.text else sentence
        self.quotes.append((sentence, start))
        return len(self.quotes) - 1

    def keep(self, store: Store) -> None:
        """Store the text."""
        self.hash = store.artifacts.put(self.text.encode())

    def quote(self, number: int) -> Quote:
        """One of its sentences."""
        text, start = self.quotes[number]
        return Quote(
            text=text, text_hash=self.hash, start=start, end=start + len(text), paper_id=self.paper.id, source_id=self.paper.id,
            section="Results", depth="full_text", page=1 + start // 3000, seen="yes",
        )  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """What one record is about."""

    method: str
    other: str
    metric: str
    words: tuple[str, ...]


class Maker:
    """Makes records one after the other, from one sequence of chances."""

    def __init__(self, store: Store, count: int, seed: int) -> None:
        self.store, self.chance, self.words = store, random.Random(seed), vocabulary()
        self._methods: set[str] = set()
        self._began = datetime(2026, 1, 1, tzinfo=UTC)
        self.pool = [self._pooled(n) for n in range(2 + count // _POOLED)]

    def record(self, number: int, claims_each: int) -> tuple[Record, list[NewEvent]]:
        """The record of that number, and the events that led to it. Its texts are stored."""
        chance = self.chance
        topic = self._topic()
        record_id = UUID(int=chance.getrandbits(128), version=4)
        own, again = Work(self._paper(number, 0, topic)), Work(self._paper(number, 1, topic))
        shared = chance.choice(self.pool)
        places = []
        for n in range(claims_each):
            in_pool = n % 5 == 4
            ratio = round(chance.uniform(0.2, 2.5), 3)
            where = chance.randrange(len(shared.quotes)) if in_pool else own.add(self._sentence(topic, ratio))
            places.append((shared if in_pool else own, where, ratio, again.add(self._sentence(topic, ratio))))
        own.keep(self.store)
        again.keep(self.store)
        claims = tuple(
            self._claim(f"C{n}", topic, work.quote(where), ratio, again.quote(other))
            for n, (work, where, ratio, other) in enumerate(places, 1)
        )
        papers = (own.paper, again.paper, shared.paper)
        return self._assembled(record_id, number, topic, papers, claims)

    def _assembled(
        self, record_id: UUID, number: int, topic: Topic, papers: tuple[Paper, ...], claims: tuple[Claim, ...]
    ) -> tuple[Record, list[NewEvent]]:
        question = (
            f"How does {topic.method} compare with {topic.other} in {topic.metric} for {', '.join(topic.words[:2])} "
            f"and {topic.words[2]}?"
        )
        plan = Plan(
            question=question,
            facets=(
                Facet(id="F1", kind="subject", text=topic.method, terms=(topic.method.lower(),)),
                Facet(id="F2", kind="metric", text=topic.metric, terms=(topic.metric,), metric=topic.metric),
            ),
            queries=(Query(text=f"{topic.method} {topic.metric} {topic.words[0]}", facet_ids=("F1", "F2")),),
        )
        seen = (*papers, self.pool[0].paper, self.pool[1].paper)
        candidates = tuple(
            Candidate(
                paper_id=p.id, title=p.title, location=p.location, score=round(0.1 / rank, 6), ranks=(rank,), kept=rank <= len(papers),
                reason=f"{'kept' if rank <= len(papers) else 'dropped'}: rank {rank} of {len(seen)}",
            )
            for rank, p in enumerate(seen, 1)
        )  # fmt: skip
        retrieval = Retrieval(sources=("library",), candidates=candidates)
        answer = _answer(topic, self._cited(claims))
        last = self._review(claims)
        counters = count(retrieval, claims, (), answer)
        decision = decide(counters, answer, last, *cited_against(claims, answer))
        cited = set(answer.cited())
        events = [NewEvent("record.asked", str(record_id), {"question": question})]
        for claim in claims:
            events += claim_events(record_id, claim, claim.id in cited, ())
        reviewed = {"round": last.number, "score": last.score, "changes": []}
        decided = {"outcome": decision.outcome, "rule": decision.rule, "policy": decision.policy}
        events += [
            NewEvent("record.reviewed", str(record_id), reviewed),
            NewEvent("record.decided", str(record_id), decided),
        ]
        rungs = rungs_by_claim(record_id, events)
        record = Record(
            id=record_id,
            short_id=short_id(record_id),
            created_at=(self._began + timedelta(minutes=number)).isoformat(timespec="seconds"),
            question=question,
            plan=plan,
            retrieval=retrieval,
            papers=papers,
            claims=tuple(c.model_copy(update={"rungs": tuple(sorted(rungs.get(c.id, ())))}) for c in claims),
            measurements=(),
            answer=answer,
            reviews=(last,),
            decision=decision,
            counters=counters,
            level=record_level(rungs, answer.cited()),
            limits=("This record was made to measure with: nothing in it is true.",),
            environment=Environment(
                sovereign="0", python="3", platform="made", seed=0, settings={}, files_read=len(papers), files_unchanged=0,
                seconds={"plan": 0.01, "retrieve": 0.2, "verify": 0.1},
            ),
        )  # fmt: skip
        return record.model_copy(update={"content_hash": record.computed_hash()}), events

    def _cited(self, claims: tuple[Claim, ...]) -> list[Claim]:
        """What the answer rests on: supported claims mostly; verified ones alone, a contradicted one too, or none, so that records
        of every level, state and decision are there."""
        good = [c for c in claims if c.verdict == "SUPPORT"]
        verified = [c for c in claims if c.verified]
        contradicted = [c for c in claims if c.verdict == "CONTRADICT"]
        open_ = [c for c in claims if c.verdict == "NOT_ENOUGH_INFO"]
        kinds = (good[:8], verified[:8], [*good[:5], *contradicted[:1]], [*good[:5], *open_[:1]], [])
        return self.chance.choices(kinds, weights=(70, 15, 6, 6, 3))[0]

    def _topic(self) -> Topic:
        chance = self.chance
        while True:
            # A name as methods have them, of parts of two words: a term that few records share.
            one, other = chance.choices(self.words.words, k=2)
            method = f"{one[:5]}{other[-4:]}".capitalize()
            if method not in self._methods:
                self._methods.add(method)
                words = tuple(chance.choices(self.words.words, k=_TOPIC))
                return Topic(method, other.capitalize(), chance.choice(list(METRICS)), words)

    def _sentence(self, topic: Topic, ratio: float) -> str:
        chance, unit = self.chance, METRICS[topic.metric]
        words = self.words.some(chance, _SENTENCE - 2) + chance.choices(topic.words, k=2)
        chance.shuffle(words)
        value = chance.randrange(10, 9000) / 10
        figures = f"{value:g} {unit}".strip() + f" of {topic.metric}, {ratio:g} times that of {topic.other}"
        return f"{topic.method} needs {figures}, where {' '.join(words)}."

    def _paper(self, number: int, part: int, topic: Topic) -> Paper:
        chance = self.chance
        of_them = " ".join(self.words.some(chance, 4))
        arxiv_id = f"{2000 + (2 * number + part) // 90000}.{10000 + (2 * number + part) % 90000}"
        names = chance.choices(self.words.words, k=3)
        return Paper(
            id=f"arxiv:{arxiv_id}",
            title=f"{topic.method}{' measured again' if part else ''}: {of_them}",
            authors=tuple(f"{name[0].upper()}. {name.capitalize()}" for name in names),
            year=2020 + number % 7,
            arxiv_id=arxiv_id,
            url=f"https://arxiv.org/abs/{arxiv_id}",
            location=f"made-{number}-{part}.md",
        )

    def _pooled(self, number: int) -> Work:
        topic = self._topic()
        paper = self._paper(number, 0, topic)
        work = Work(
            paper.model_copy(update={"id": f"title:shared-{number}", "arxiv_id": None, "url": None, "venue": "made"})
        )
        for _ in range(10):
            work.add(self._sentence(topic, round(self.chance.uniform(0.2, 2.5), 3)))
        work.keep(self.store)
        return work

    def _claim(self, name: str, topic: Topic, quote: Quote, ratio: float, other: Quote) -> Claim:
        result = Result(
            subject=topic.method, comparator=topic.other, metric=topic.metric, ratio=ratio,
            direction="increase" if ratio > 1 else "decrease", value=Quantity(value=ratio, unit="x", text=f"{ratio:g} times"),
        )  # fmt: skip
        verdict: Verdict | None = self.chance.choices(
            ("SUPPORT", "CONTRADICT", "MIXED", "NOT_ENOUGH_INFO", "UNCHECKED", None), weights=(70, 5, 4, 15, 3, 3)
        )[0]
        return Claim(
            id=name,
            text=quote.text,
            quote=quote,
            setting=Setting(phase=self.chance.choice(("training", "inference", None))),
            results=(result,),
            relevance=round(self.chance.uniform(0, 6), 2),
            verification=self._verification(verdict, quote, other, ratio) if verdict else None,
        )

    def _verification(self, verdict: Verdict, quote: Quote, other: Quote, ratio: float) -> Verification:
        anchor = CheckOutcome(
            check="anchor", outcome="pass", reason=f"stands at {quote.start}..{quote.end} of the stored text"
        )
        evidence = [_evidence(quote, "own_quote", "SUPPORT", (anchor,), "its own sentence, word for word")]
        confirmed = verdict == "SUPPORT" and self.chance.random() < 0.35
        if verdict in ("CONTRADICT", "MIXED", "NOT_ENOUGH_INFO") or confirmed:
            outcomes: dict[Verdict, Outcome] = {"CONTRADICT": "fail", "MIXED": "fail", "NOT_ENOUGH_INFO": "unclear"}
            outcome = outcomes.get(verdict, "pass")
            said = f"{ratio:g} times against the same comparator: {outcome}"
            checks = (
                CheckOutcome(check="comparison", outcome=outcome, reason=said, value=ratio),
                CheckOutcome(check="number", outcome=outcome, reason="the figures of both sentences"),
                CheckOutcome(check="lexical", outcome="pass", reason="words in common", decides=False, value=0.31),
            )
            seen: Verdict = "CONTRADICT" if verdict == "MIXED" else verdict
            evidence.append(_evidence(other, "independent", seen, checks, said))
            if verdict == "MIXED":
                evidence.append(
                    _evidence(other, "independent", "SUPPORT", checks[2:], "in other words it says the same")
                )
        return Verification(
            verdict=verdict,
            reason="made up, from what stands in its evidence",
            deciding=("anchor", "comparison") if len(evidence) > 1 else ("anchor", "own_quote"),
            anchored=verdict != "UNCHECKED",
            verified=confirmed,
            independent_groups=2 if confirmed else 0,
            evidence=tuple(evidence),
        )

    def _review(self, claims: tuple[Claim, ...]) -> ReviewRound:
        score = round(self.chance.uniform(3.5, 9.5), 2)
        verified = sum(c.verified for c in claims)
        few = Finding(
            role="VALIDATOR",
            code="few-verified",
            severity="minor",
            text=f"{verified} of {len(claims)} claims are verified by other evidence than their own sentence",
            id="R1-VALIDATOR-1",
            at=("/claims",),
        )
        term = ScoreTerm(name="made", share=score / 10, weight=10.0, points=score, basis="drawn")
        return ReviewRound(number=1, findings=(few,), terms=(term,), score=score)


def _evidence(
    quote: Quote, relation: Relation, verdict: Verdict, checks: tuple[CheckOutcome, ...], reason: str
) -> Evidence:
    return Evidence(quote=quote, relation=relation, verdict=verdict, scope="same", checks=checks, reason=reason)


def _answer(topic: Topic, good: list[Claim]) -> Answer:
    """An answer that cites these claims: not answerable where there are none, and answered where three are verified."""
    verified = sum(c.verified for c in good)
    about = f"{topic.method} against {topic.other}"
    if not good:
        nothing = AnswerSentence(text=f"Nothing that was read supports a claim on {about}.", of_record=True)
        none = FacetAnswer(
            facet_id="F2", state="NOT_ANSWERABLE", reason="no claim is supported", missing=(topic.metric,)
        )
        return Answer(
            state="NOT_ANSWERABLE", title=f"{about} in {topic.metric}: open", abstract=(nothing,), summary=(nothing,), facets=(none,)
        )  # fmt: skip
    said = tuple(
        AnswerSentence(text=f"{about}: {c.main.ratio:g} times the {topic.metric}, as one work says.", claim_ids=(c.id,))
        for c in good
    )
    state = "ANSWERED" if verified > 2 else "PARTLY_ANSWERED"
    rows = tuple(
        Comparison(
            facet_id="F2", metric=topic.metric, subject=topic.method, comparator=topic.other, subject_value="", comparator_value="",
            ratio=c.main.ratio, scale="", setting="", claim_id=c.id,
        )
        for c in good[:3]
    )  # fmt: skip
    sure = Sureness(
        facet_id="F2", degree="moderate" if verified else "low", rule="made", text=f"{topic.metric}: made up", claims=len(good),
        works=len({c.quote.paper_id for c in good}), groups=1, verified=verified, depths=("full_text",),
    )  # fmt: skip
    return Answer(
        state=state,
        title=f"{about} in {topic.metric}",
        abstract=said[:1],
        summary=said[:3],
        facets=(FacetAnswer(facet_id="F2", state=state, reason=f"{len(good)} claims are supported", sentences=said),),
        comparisons=rows,
        open_points=(OpenPoint(text=f"No figure for {topic.words[3]}.", facet_id="F2", needs="a run"),),
        sureness=(sure,),
    )


def make_records(store: Store, count: int, claims_each: int, seed: int = 0) -> list[UUID]:
    """Put that many records with that many claims each into a store, through its own way of saving; their ids, oldest first.

    The same seed gives the same records, but for the times in the ledger.
    """
    maker = Maker(store, count, seed)
    ids: list[UUID] = []
    for start in range(0, count, _BATCH):
        batch = (maker.record(number, claims_each) for number in range(start, min(start + _BATCH, count)))
        ids += [entry.id for entry in store.records.save_many(batch)]
    return ids


def main(home: Path, count: int, claims_each: int) -> int:
    """Make the records, and print what it took."""
    start = time.perf_counter()
    with open_of(load({"home": home})) as store:
        make_records(store, count, claims_each)
        events = store.ledger.head().count
    seconds = time.perf_counter() - start
    print(f"{count:,} records with {count * claims_each:,} claims and {events:,} events in {seconds:.1f} s")
    size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    database = sum(file.stat().st_size for file in home.glob("sovereign.db*"))
    print(f"{size / 1e6:.0f} MB in the home, {database / 1e6:.0f} MB of them the database")
    return 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[2:]]
    sys.exit(main(Path(sys.argv[1]), *(given + [10_000, 20][len(given) :])))
