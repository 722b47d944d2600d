"""How near a work is to a question: what is far from all of it is not read."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.models import Embedder
from sovereign.records import Plan
from sovereign.sources import Relevance
from sovereign.sources.rows import whole_text

# Cosine below which a work is not about a question, by model: the line of `make bench-retrieval` at which one in a hundred of the works
# is lost that annotators tied to a question (SciFact; of PubMedQA fewer), and three in four of those drawn at random. A model without
# a figure here ranks and drops nothing.
LEAST = {"all-MiniLM-L6-v2-int8": 0.25}


def relevance(plan: Plan, model: Embedder) -> Relevance:
    """Cosines of works with the subjects of a question, and with any of these or the question itself: the largest over the texts of a
    work, each behind its title."""
    subjects = subject_texts(plan)

    def near(works: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[float, float]]:
        asked = model.queries([*subjects, plan.question])
        texts = [[whole_text(title, text) for text in found] or [title] for title, found in works]
        if not texts:
            return []
        vectors = model.embed([text for some in texts for text in some])
        cosines, found, first = vectors @ asked.T, [], 0
        for some in texts:
            rows = cosines[first : first + len(some)]
            first += len(some)
            found.append((float(rows[:, : len(subjects)].max()), float(rows.max())))
        return found

    return Relevance(near, LEAST.get(model.name, -1.0))


def subject_texts(plan: Plan) -> tuple[str, ...]:
    """What a question is about, with the other names of it; the question where it names nothing."""
    things = plan.of_kind("subject", "comparator", "topic")
    return tuple(" ".join((thing.text, *thing.synonyms)) for thing in things) or (plan.question,)
