"""ScholarQABench, computer science (Asai et al. 2024, arXiv:2411.14199): how much of what experts want of an answer ours holds.

Reads ``cs_rubrics.jsonl`` (or ``.gz``): questions with criteria, each with a weight and whether it is a must ("most") or nice to have.
Every question is answered by the kernel in the embedded mode, without a model and without the network, over one library.

A criterion is covered if at least :data:`SHARE` of its words stand in the answer, as stems, and every figure that it names stands there
too. Words that all rubrics are written in, and the words of the question itself, do not count: an answer that repeats the question
covers nothing. A criterion of which no two words are left is not assessed. This holds words against words: it sees no paraphrase, and
takes words said in another sense for the thing.

Two yardsticks stand beside it. ``chance``: the answers to all other questions, held against the same criteria. ``ceiling``: the passages
that annotators laid beside the criteria of a question, held against these; of what stands there too, the method finds so much. The set's
human answers belong to other questions, so there is none to compare with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple

from pydantic import Field

from sovereign.kernel import Request, run
from sovereign.language.words import content_stems, normalize
from sovereign.records import Answer
from sovereign.settings import load as load_settings
from sovereign.store import open_of
from sovereign.version import __version__

from .files import Row, digest, find, missing, objects, record
from .metrics import Counts, intervals
from .pairs import Progress

SHARE = 0.5
LEAST_WORDS = 2
# What rubrics are written in, whatever they ask for.
_RUBRIC = content_stems(
    "answer should must could would may mention include discuss describe provide explain cite citation reference begin start "
    "conclude end introduction highlight point present briefly state give list note example e.g. i.e. paper question response "
    "ideally clearly different important"
)
_FIGURE = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w.])")
Result = dict[str, Any]


class Criterion(Row):
    """One thing that an answer must hold, or would be better for."""

    criterion: str
    weight: float
    importance: Literal["most", "nice_to_have"]
    supporting_snippets: list[str] = Field(default_factory=list)


class Rubric(Row):
    """A question and its criteria."""

    id: str
    question: str
    rubric: list[Criterion]


class _Held(NamedTuple):
    """What a criterion's coverage is decided by: stems and figures."""

    must: bool
    weight: float
    words: frozenset[str]
    figures: frozenset[str]


def measure(
    data: Path, library: Path | None = None, limit: int | None = None, progress: Progress = lambda text: None
) -> Result:
    """Coverage of the criteria by our answers over ``library`` (the starter library if None), and both yardsticks.

    Raises:
        InputError: if the rubrics are missing or broken, or the library cannot be read.
    """
    path = _file(data)
    rubrics = rubrics_of(path)[:limit]
    answers = answered([r.question for r in rubrics], library, progress)
    texts = [words_of(a) for a in answers]
    held = [[h for c in r.rubric if (h := _held(c, r.question))] for r in rubrics]
    snippets = ["\n".join(s for c in r.rubric for s in c.supporting_snippets) for r in rubrics]
    ours = {r.id: _counts(h, [text]) for r, h, text in zip(rubrics, held, texts, strict=True)}
    others = {
        r.id: _counts(h, [text for at, text in enumerate(texts) if at != i])
        for i, (r, h) in enumerate(zip(rubrics, held, strict=True))
    }
    ceiling = {r.id: _counts(h, [text]) for r, h, text in zip(rubrics, held, snippets, strict=True)}
    return {
        "bench": "scholarqa",
        "library": library.name if library else "starter_library",
        "questions": len(rubrics),
        "criteria": sum(len(r.rubric) for r in rubrics),
        "assessed": sum(map(len, held)),
        "must_assessed": sum(h.must for some in held for h in some),
        "share": SHARE,
        "states": dict(Counter(a.state for a in answers)),
        "words_of_an_answer": round(sum(len(t.split()) for t in texts) / len(texts)),
        **{name: _figures(counts) for name, counts in (("ours", ours), ("chance", others), ("ceiling", ceiling))},
        "version": __version__,
        "data_sha256": digest([path]),
        "limit": limit,
    }


def rubrics_of(path: Path) -> list[Rubric]:
    """The questions of a file with their criteria.

    Raises:
        InputError: if it cannot be read, or a line is no rubric.
    """
    return [record(Rubric, value, place) for place, value in objects(path)]


def _file(data: Path) -> Path:
    found = find(data, "scholarqa", ("cs_rubrics.jsonl",))
    if not found:
        raise missing(data, "ScholarQABench", "cs_rubrics.jsonl")
    return next(iter(found.values()))


def answered(questions: Sequence[str], library: Path | None, progress: Progress) -> list[Answer]:
    """The kernel's answers, without a model, in a home that is thrown away."""
    with TemporaryDirectory(prefix="sovereign-") as folder:
        settings = load_settings({"home": folder, "embedder": "none", "measure_seconds": 0}, environ={})
        libraries = (library,) if library else ()
        found = []
        with open_of(settings) as store:
            for number, question in enumerate(questions, 1):
                progress(f"question {number} of {len(questions)}")
                found.append(run(Request(question, settings, libraries, measure=False), store).answer)
    return found


def words_of(answer: Answer) -> str:
    """What a reader is told: abstract, sentences of the facets, sides of agreements and disagreements. Not the title, nor what is open."""
    said = [s.text for s in answer.sentences() if not s.of_record]
    said += [side.statement for agreed in answer.agreements for side in agreed.sides]
    said += [side.statement for dispute in answer.disagreements for side in dispute.sides]
    return "\n".join(dict.fromkeys(said))


def _held(criterion: Criterion, question: str) -> _Held | None:
    words = content_stems(criterion.criterion) - content_stems(question) - _RUBRIC
    if len(words) < LEAST_WORDS:
        return None
    figures = frozenset(_FIGURE.findall(normalize(criterion.criterion)))
    return _Held(criterion.importance == "most", criterion.weight, words, figures)


def covers(text: str) -> Callable[[_Held], bool]:
    """Whether a text covers a criterion: enough of its stems, and all of its figures."""
    stems, figures = content_stems(text), frozenset(_FIGURE.findall(normalize(text)))
    return lambda held: len(held.words & stems) >= SHARE * len(held.words) and held.figures <= figures


def _counts(held: Sequence[_Held], texts: Sequence[str]) -> Counts:
    """Criteria and their weights, covered and all, over one text or many."""
    counts: Counts = Counter()
    for covered in map(covers, texts):
        for one in held:
            kind, hit, weight = "must" if one.must else "nice", covered(one), round(10_000 * one.weight)
            counts.update({f"{kind} n": 1, f"{kind} hit": int(hit), "weight n": weight, "weight hit": weight * hit})
    return counts


def _shares(counts: Counts) -> dict[str, float | None]:
    """Coverage of must-have criteria, of those that are nice to have, and of all by weight; None where there is none."""
    names = {"must_have": "must", "nice_to_have": "nice", "weighted": "weight"}
    return {
        name: counts[f"{kind} hit"] / counts[f"{kind} n"] if counts[f"{kind} n"] else None
        for name, kind in names.items()
    }


def _figures(by_question: dict[str, Counts]) -> Result:
    whole = sum(by_question.values(), Counter[str]())
    return {**_shares(whole), "intervals": intervals(by_question, _shares)}
