"""QASPER (Dasigi et al. 2021, NAACL): questions on NLP papers; is the paragraph found, and does a claim hold the answer?

Reads two reshaped files, each ``.jsonl`` or ``.gz``. ``qa_evidence``: questions with the paragraphs that annotators chose and the spans that
answer; all the paragraphs of one paper together are the text that is searched (papers with at least ``LEAST``). ``fulltext``: whole
papers with questions; their answers are in the annotators' words, so the paragraph that holds one is taken to be the one that
shares most words with it, and an answer of which no paragraph holds ``SHARE`` of the words is left out of ``recall``.

Paragraphs are ranked by the product's own search: each text is read, indexed and searched as ``sovereign index`` does. Claims are what
stage *extract* keeps when the question is asked of that text alone. A question without an answer in ``fulltext`` may also be one
that is answered by yes, no or free words: the set does not tell them apart.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sovereign.errors import InputError, SovereignError
from sovereign.kernel import indexing
from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.extract import extract
from sovereign.kernel.plan import plan
from sovereign.language.words import content_stems, stems
from sovereign.records import Document
from sovereign.settings import Settings
from sovereign.settings import load as load_settings

from .extraction import by_half, markdown
from .files import Row, digest, find, missing, objects, record
from .folds import fold_key
from .metrics import Counts, Figures, share
from .pairs import Progress

LEAST = 3
SHARE = 0.6
AT = (1, 3, 5)
_HITS = 30
_K1, _B = 1.2, 0.75  # of BM25 (Robertson and Zaragoza 2009, section 3.2)
Places = Sequence[int]


class Evidence(Row):
    """A question, the paragraphs that answer it, and the words in them that do; True or False for yes or no."""

    question_id: str
    paper: str
    question: str
    answer_spans: list[str | bool]
    evidence: list[str]


class Asked(Row):
    """A question on a full text; no answer may also mean one that is no span."""

    question: str
    answer: str | None


class Whole(Row):
    """A paper: title, one paragraph a line, questions."""

    title: str
    text: str
    qa: list[Asked]


class Question(NamedTuple):
    """A question, the indices of the paragraphs that answer it (none if not known), and what is the answer in words."""

    text: str
    gold: frozenset[int]
    answers: tuple[str, ...]


class Text(NamedTuple):
    """A text with its questions."""

    group: str
    title: str
    paragraphs: tuple[str, ...]
    questions: tuple[Question, ...]


def measure(data: Path | None, limit: int | None = None, progress: Progress = lambda text: None) -> dict[str, Any]:
    """Figures of both files, for us and the baselines, with those of both halves. ``limit`` takes so many texts of each.

    Raises:
        InputError: if the set is missing or broken.
    """
    if data is None:
        raise InputError("qasper needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    names = ("qa_evidence.jsonl", "fulltext.jsonl")
    paths = find(data, "qasper", names)
    if len(paths) < len(names):
        raise missing(data, "qasper", " and ".join(names))
    sets = {"evidence": evidence_texts(paths[names[0]]), "full_text": full_texts(paths[names[1]])}
    results: dict[str, Any] = {}
    for name, texts in sets.items():
        groups: dict[str, dict[str, Counts]] = {who: {} for who in ("ours", *_BASELINES)}
        for n, text in enumerate(texts[:limit], 1):
            progress(f"{name}: text {n} of {len(texts[:limit])}")
            for who, counts in counted(text).items():
                groups[who].setdefault(text.group, Counter()).update(counts)
        ours = groups.pop("ours")
        results[name] = {
            **by_half(ours, figures),
            "texts": len(texts[:limit]),
            "questions": sum(len(t.questions) for t in texts[:limit]),
            "baselines": {who: by_half(found, ranking) for who, found in groups.items()},
        }
    return {
        **results,
        "n": sum(part["questions"] for part in results.values()),
        "embedder": load_settings().embedder,
        "data_sha256": digest(list(paths.values())),
    }


def evidence_texts(path: Path) -> list[Text]:
    """The paragraphs of each paper that its annotators chose, as one text, shuffled so that their order tells nothing.

    Raises:
        InputError: if a record is broken.
    """
    by_paper: dict[str, list[Evidence]] = {}
    for place, value in objects(path):
        row = record(Evidence, value, place)
        by_paper.setdefault(row.paper, []).append(row)
    texts = []
    for paper, rows in sorted(by_paper.items()):
        known = dict.fromkeys(" ".join(p.split()) for row in rows for p in row.evidence if p.strip())
        paragraphs = random.Random(fold_key(paper)).sample(list(known), len(known))
        if len(paragraphs) >= LEAST:
            place_of = {p: i for i, p in enumerate(paragraphs)}
            asked = [
                Question(row.question, frozenset(place_of[" ".join(p.split())] for p in row.evidence if p.strip()), tuple(s for s in row.answer_spans if isinstance(s, str)))
                for row in rows
            ]  # fmt: skip
            texts.append(Text(paper, paper, tuple(paragraphs), tuple(asked)))
    return texts


def full_texts(path: Path) -> list[Text]:
    """The papers that have a text.

    Raises:
        InputError: if a record is broken.
    """
    texts = []
    for place, value in objects(path):
        row = record(Whole, value, place)
        lines = [" ".join(line.split()) for line in row.text.split("\n")]
        paragraphs = tuple(line for line in lines[1:] if line)
        asked = tuple(Question(q.question, _holder(q.answer, paragraphs), (q.answer,) if q.answer else ()) for q in row.qa)  # fmt: skip
        if paragraphs:
            texts.append(Text(row.title, row.title, paragraphs, asked))
    return texts


def _holder(answer: str | None, paragraphs: Sequence[str]) -> frozenset[int]:
    """The paragraph that shares most words with an answer, where it holds enough of them."""
    if not answer:
        return frozenset()
    held = [_share(answer, p) for p in paragraphs]
    best = max(held, default=0.0)
    return frozenset([held.index(best)]) if best >= SHARE else frozenset()


def _share(answer: str, text: str) -> float:
    """How much of the words of an answer stand in a text."""
    wanted = content_stems(answer)
    return len(wanted & content_stems(text)) / len(wanted) if wanted else 0.0


def counted(text: Text) -> dict[str, Counts]:
    """The counts of one text for us and each baseline."""
    try:
        document = markdown(text.title, [("", 1, p) for p in text.paragraphs], "paper")
    except SovereignError:  # nothing that can be read
        return {}
    ours = searched(text, document)
    found = {"ours": Counter[str]()}
    for question, order in zip(text.questions, ours, strict=True):
        found["ours"].update(_ranked(question, order) + _claimed(question, document))
    for who, rank in _BASELINES.items():
        found[who] = sum((_ranked(q, rank(q, text.paragraphs)) for q in text.questions), Counter[str]())
    return found


def searched(text: Text, document: Document) -> list[Places]:
    """The order of a text's paragraphs for each question, by the product's own index over that text."""
    spans = _spans(document, text.paragraphs)
    with TemporaryDirectory(prefix="sovereign-") as folder:
        settings = load_settings({"home": folder})
        path = Path(folder) / "paper.md"
        path.write_text("\n\n".join((f"# {text.title.lstrip('# ')}", *text.paragraphs)), "utf-8")
        indexing.add(settings, [path], lambda said: None)
        return [_order(question.text, spans, text.paragraphs, settings) for question in text.questions]


def _order(question: str, spans: Sequence[tuple[int, int]], paragraphs: Sequence[str], settings: Settings) -> Places:
    """Paragraphs as the passages found come; of several in one passage, those that share more with the question first."""
    hits, _ = indexing.search(settings, question, _HITS)
    asked, order = content_stems(question), dict[int, None]()
    for hit in hits:
        inside = [i for i, (start, end) in enumerate(spans) if start < hit.end and hit.start < end]
        order |= dict.fromkeys(sorted(inside, key=lambda i: -len(asked & content_stems(paragraphs[i]))))
    return list(order)


def _spans(document: Document, paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """Where each paragraph stands in the text that was read: by its sentences, whose words the reader keeps."""
    spans, at = [], 0
    sentences = document.evidence()
    for paragraph in paragraphs:
        left, first = len(_letters(paragraph)), at
        while at < len(sentences) and left > 0:
            left -= len(_letters(document.slice(sentences[at])))
            at += 1
        spans.append((sentences[first].start, sentences[at - 1].end) if first < at else (0, 0))
    return spans


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _ranked(question: Question, order: Places) -> Counts:
    if not question.gold:
        return Counter()
    top = set(order[:1])
    return Counter(
        ranked=1,
        **{f"at_{k}": int(bool(question.gold & set(order[:k]))) for k in AT},
        f1_both=2 * len(top & question.gold),
        f1_of=len(top) + len(question.gold),
    )


def _claimed(question: Question, document: Document) -> Counts:
    """Whether claims are made when the question is asked of the text, and whether one of them holds an answer."""
    try:
        asked = plan(question.text)
    except InputError:
        return Counter()
    claims = {c.quote.text: c for c in extract([document], aspects_of(asked, (document.paper,)))}
    kind = "answered" if question.answers else "yes_or_no" if question.gold else "unanswered"
    held = any(_share(answer, text) >= SHARE for text in claims for answer in question.answers)
    stands = any(_share(answer, document.slice(s)) >= SHARE for s in document.evidence() for answer in question.answers)
    return Counter(
        {
            kind: 1, f"{kind}_claimed": int(bool(claims)), "in_claim": int(held), "in_sentence": int(stands),
            "sentences": len(document.evidence()), "claims": len(claims),
        }
    )  # fmt: skip


def _bm25(question: Question, paragraphs: Sequence[str]) -> Places:
    """Okapi BM25 over stems."""
    bags = [Counter(stems(p)) for p in paragraphs]
    mean = sum(b.total() for b in bags) / max(1, len(bags))
    scores = []
    for bag in bags:
        score = 0.0
        for stem in content_stems(question.text):
            n = sum(stem in b for b in bags)
            idf = math.log(1 + (len(bags) - n + 0.5) / (n + 0.5))
            score += idf * bag[stem] * (_K1 + 1) / (bag[stem] + _K1 * (1 - _B + _B * bag.total() / max(1.0, mean)))
        scores.append(score)
    return sorted(range(len(bags)), key=lambda i: -scores[i])


def _drawn(question: Question, paragraphs: Sequence[str]) -> Places:
    return random.Random(fold_key(question.text)).sample(range(len(paragraphs)), len(paragraphs))


_BASELINES = {"bm25": _bm25, "first": lambda question, paragraphs: range(len(paragraphs)), "random": _drawn}


def ranking(counts: Counts) -> Figures:
    """``recall_at_k``: a gold paragraph is among the first k. ``evidence_f1``: of the first paragraph against all gold ones."""
    return {
        **{f"recall_at_{k}": share(counts[f"at_{k}"], counts["ranked"]) for k in AT},
        "evidence_f1": share(counts["f1_both"], counts["f1_of"]),
    }


def figures(counts: Counts) -> Figures:
    """With those of claims: ``answer_in_claim`` of the questions whose answer stands in a sentence, ``claimed_answered`` and
    ``claimed_unanswered`` of those with and without an answer, ``sentences_kept`` of all sentences."""
    return {
        **ranking(counts),
        "answer_in_claim": share(counts["in_claim"], counts["in_sentence"]),
        "claimed_answered": share(counts["answered_claimed"], counts["answered"]),
        "claimed_unanswered": share(counts["unanswered_claimed"], counts["unanswered"]),
        "sentences_kept": share(counts["claims"], counts["sentences"]),
    }
