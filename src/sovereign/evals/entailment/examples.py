"""Examples for training: a claim, evidence, and the labels that may be true of them.

Claims are changed by the generators of the tamper bench. So that no label can be told from the wording of one side, changes come in
fours where they can: claim and evidence as they are (SUPPORT), the claim turned or the evidence turned (CONTRADICT), both
turned (SUPPORT). A claim held against another abstract that shares words with it is NOT_ENOUGH_INFO; a changed figure,
unit, scope or strength is CONTRADICT or NOT_ENOUGH_INFO, whichever the model finds likelier.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from ..pairs import Label
from ..tamper import denial, ways
from ..tamper.twins import KINDS
from ..tamper.words import BASE, Source, capital, inside, main_verb, statement
from .claims import Stated, stated
from .texts import Abstract, Overlap, terms

SUPPORT: tuple[Label, ...] = ("SUPPORT",)
CONTRADICT: tuple[Label, ...] = ("CONTRADICT",)
NOT_ENOUGH_INFO: tuple[Label, ...] = ("NOT_ENOUGH_INFO",)
NOT_SUPPORT = CONTRADICT + NOT_ENOUGH_INFO
_TURNS = ("negation_in", "negation_out", "direction", "comparator")  # a twin of these kinds is contradicted
_LOOSE = tuple(k for k, (expected, _) in KINDS.items() if expected == "not_support" and k not in (*_TURNS, "subject"))
_SAME = tuple(k for k, (expected, _) in KINDS.items() if expected == "support")
_DENIALS = ("negation_in", "negation_out")
_SUBJECTS = 500  # claims behind one from which another's subject is taken


class Example(NamedTuple):
    """``labels`` are those that may be true; ``kind`` is the claim's origin and the change, ``group`` its abstract."""

    claim: str
    evidence: str
    labels: tuple[Label, ...]
    kind: str
    group: str


def examples(
    abstracts: Sequence[Abstract], without: Collection[str] = (), progress: Callable[[str], None] = lambda text: None
) -> Iterator[Example]:
    """All examples of all abstracts, the same on every run; ``without`` are kinds of twins that are left out."""
    overlap = Overlap(abstracts)
    subjects: list[tuple[str, str]] = []
    for n, abstract in enumerate(abstracts):
        if n % 1000 == 0:
            progress(f"examples of {n} of {len(abstracts)} abstracts")
        rng = random.Random(hashlib.sha256(abstract.group.encode()).digest())
        for one in stated(abstract, overlap, rng):
            made = [
                *_turned(one, abstract, overlap, rng),
                *_elsewhere(one, n, abstracts, overlap, rng),
                *_twins(one, abstract, rng),
                *_strangers(one, abstract, subjects, rng),
            ]
            yield from (
                Example(claim, evidence, labels, f"{one.origin}/{change}", abstract.group)
                for change, claim, evidence, labels in made
                if not any(kind in change for kind in without)
            )


_Made = Iterator[tuple[str, str, str, tuple[Label, ...]]]


def _turned(one: Stated, abstract: Abstract, overlap: Overlap, rng: random.Random) -> _Made:
    """As it is; the claim turned; the evidence turned; both turned."""
    texts = [abstract.sentences[i] for i in one.places]
    evidence = " ".join(texts)
    yield "as_it_is", one.claim, evidence, SUPPORT
    turns = turned(one.claim)
    rng.shuffle(turns)
    for kind, claim in turns[:3]:
        yield kind, claim, evidence, CONTRADICT
    main = overlap.ranked(one.claim, texts)[0][1]
    there = turned(texts[main])
    rng.shuffle(there)
    done = 0
    for kind, text in there:
        beside = " ".join([*texts[:main], text, *texts[main + 1 :]])
        if kind in _DENIALS and _one_statement(one.claim, texts[main]):
            both = [claim for k, claim in turns if k in _DENIALS]
        elif kind == "direction":
            both = [c for k, c in turns if k == kind and _word(one.claim, c) == _word(texts[main], text)]
            if not both:
                continue
        else:
            continue
        yield f"{kind}_of_evidence", one.claim, beside, CONTRADICT
        if both:
            yield f"{kind}_of_both", rng.choice(both), beside, SUPPORT
        done += 1
        if done == 2:
            return


def turned(text: str) -> list[tuple[str, str]]:
    """A text with its statement turned round: kinds and texts."""
    source = Source(text, (text,), "", "")
    made = [("negation_out", t) for t in denial.negation_out(source)]
    made += [("negation_in", t) for t in denial.negation_in(source)][-2:]
    made += [("direction", t) for t in ways.direction(source)]
    return made + [("comparator", t) for t in ways.comparator(source)]


def _one_statement(claim: str, sentence: str) -> bool:
    """Whether both have one main verb and share words of its subject: then denying the sentence denies the claim."""
    ours, theirs = main_verb(claim), main_verb(sentence)
    if ours is None or theirs is None or BASE.get(ours[0], ours[0]) != BASE.get(theirs[0], theirs[0]):
        return False
    return bool(terms(claim[: ours.start()]) & terms(sentence[: theirs.start()]))


def _word(text: str, changed: str) -> tuple[tuple[str, str], ...]:
    """The words that a change put in the place of others; nothing if the texts differ in length."""
    old, new = text.lower().split(), changed.lower().split()
    return tuple((a.strip(".,;"), b.strip(".,;")) for a, b in zip(old, new, strict=False) if a != b) * (
        len(old) == len(new)
    )


def _elsewhere(one: Stated, own: int, abstracts: Sequence[Abstract], overlap: Overlap, rng: random.Random) -> _Made:
    """The claim, or the claim turned, against the nearest sentences of another abstract."""
    if one.origin == "clause" and rng.random() > 0.3:
        return
    near = overlap.near(one.claim, own)
    if not near:
        return
    sentences = abstracts[rng.choice(near)].sentences
    ranked = overlap.ranked(one.claim, sentences)[: 3 if rng.random() < 0.7 else 1]
    turns = [claim for _, claim in turned(one.claim)]
    claim = rng.choice(turns) if turns and rng.random() < 0.4 else one.claim
    yield "elsewhere", claim, " ".join(sentences[i] for i in sorted(i for _, i in ranked)), NOT_ENOUGH_INFO


def _twins(one: Stated, abstract: Abstract, rng: random.Random) -> _Made:
    """Twins that the evidence no longer supports, and twins that say the same."""
    evidence = tuple(abstract.sentences[i] for i in one.places)
    source = Source(one.claim, evidence, abstract.title, abstract.group)
    for kinds, labels in ((_LOOSE, NOT_SUPPORT), (_SAME, SUPPORT)):
        for kind in kinds:
            made = list(KINDS[kind][1](source, ()))
            if made and (labels is NOT_SUPPORT or rng.random() < 0.5):
                yield kind, rng.choice(made), source.text, labels


def _strangers(one: Stated, abstract: Abstract, subjects: list[tuple[str, str]], rng: random.Random) -> _Made:
    """Subject and object exchanged; the subject of another abstract in the place of the claim's own."""
    evidence = " ".join(abstract.sentences[i] for i in one.places)
    parts = statement(one.claim)
    if parts:
        source = Source(one.claim, (evidence,), abstract.title, abstract.group)
        tail = f" {parts.rest}" if parts.rest else ""
        exchanged = f"{capital(parts.object)} {parts.verb} {inside(source, parts.subject)}{tail}."
        yield "subject", exchanged, evidence, NOT_SUPPORT
    verb = main_verb(one.claim)
    if verb is None or not 0 < len(one.claim[: verb.start()].split()) <= 5:
        return
    if subjects:
        stranger, group = rng.choice(subjects)
        if group != abstract.group and not terms(stranger) & terms(one.claim):
            yield "subject_of_another", f"{stranger} {one.claim[verb.start() :]}", evidence, NOT_ENOUGH_INFO
    subjects.append((one.claim[: verb.start()].strip(), abstract.group))
    del subjects[:-_SUBJECTS]
