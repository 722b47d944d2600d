"""Proposals of the stage *plan*: further search queries, and facets that the planner missed.

The model sees the question and the facets, and no word of any document. A facet is words of the question, or it is dropped; a
query must share a content word with them, so that a run cannot be led to search for something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.language.metrics import mentions, metrics
from sovereign.language.words import content_stems
from sovereign.models.chat import Ask, Prompt
from sovereign.records import Facet, Plan, Query, StageUse

from ..glossary import Note
from ..plan import asking_words, with_other_names
from .schemas import FacetProposal, PlanProposal
from .tally import is_order, one_line, use_of

STAGE = "plan"
MOST_QUERIES = 4
MOST_FACETS = 4
LONGEST_QUERY = 200  # characters
MOST_WORDS = 24
INSTRUCTIONS = f"""\
You plan a literature search for a technical question. Propose at most {MOST_QUERIES} further search queries that would find works which \
the queries below miss: other names of the same things, the names of benchmarks or measures. Each is a line of plain key words.
If the facets below miss a thing or a metric that the question itself names, propose it as a facet, in the very words of the \
question, as subject, comparator, topic or metric. Propose nothing that is there already."""


def propose(plan: Plan, ask: Ask, notes: Sequence[Note] = ()) -> tuple[Plan, StageUse]:
    """The plan with what was taken of a model's proposals, said in its notes. ``notes`` say what else things are called."""
    proposal = ask(_prompt(plan), PlanProposal)
    if proposal is None:
        return plan, use_of(STAGE, (), answered=False)
    facets, fates = list(plan.facets), list[str]()
    for offered in proposal.facets:
        facet, fate = _facet(offered, plan, facets, notes)
        if facet and len(facets) - len(plan.facets) == MOST_FACETS:
            facet, fate = None, f"facet: more than {MOST_FACETS}"
        fates.append(fate)
        facets += [facet] if facet else []
    queries = list(plan.queries)
    for text in proposal.queries:
        fate = _flaw(text, plan.question, facets, queries)
        if not fate and len(queries) - len(plan.queries) == MOST_QUERIES:
            fate = f"query: more than {MOST_QUERIES}"
        fates.append(fate)
        queries += [] if fate else [_query(one_line(text), facets)]
    # A facet without a query of its own would be answered by accident alone.
    new = facets[len(plan.facets) :]
    asked = {i for q in queries for i in q.facet_ids}
    queries += [Query(text=f.text, facet_ids=(f.id,)) for f in new if f.id not in asked]
    remarks = [*plan.notes]
    if new:
        remarks.append(
            f"Facets that a language model found in the words of the question: {', '.join(f.id for f in new)}."
        )
    if more := len(queries) - len(plan.queries):
        remarks.append(
            f"The last {more} of {len(queries)} search queries come from a language model, or from its facets."
        )
    planned = Plan(question=plan.question, facets=tuple(facets), queries=tuple(queries), notes=tuple(remarks))
    return planned, use_of(STAGE, fates, answered=True)


def _prompt(plan: Plan) -> Prompt:
    """Our own words and the user's alone. The other names of a facet come from the starter library: they stay out."""
    lines = [f"Question: {plan.question}", "", "Facets:", *(f"- {f.kind}: {f.text}" for f in plan.facets)]
    return Prompt(stage=STAGE, role="planner", instructions=INSTRUCTIONS, task="\n".join(lines))


def _facet(
    offered: FacetProposal, plan: Plan, facets: Sequence[Facet], notes: Sequence[Note]
) -> tuple[Facet | None, str]:
    """The facet that a proposal makes, or why it makes none."""
    words = one_line(offered.text)
    question = one_line(plan.question)
    stands = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", question, re.IGNORECASE) if words else None
    if not stands:
        return None, "facet: its words are not in the question"
    text, terms = stands[0], content_stems(stands[0])
    if not terms - asking_words():
        return None, "facet: it names no thing"
    if terms <= {term for f in facets for term in f.terms}:
        return None, "facet: covered by those that are there"
    metric = None
    if offered.kind == "metric":
        named = mentions(text)
        if not named:
            return None, "facet: no metric that the vocabulary knows"
        metric = named[0][2]
    facet = Facet(
        id=f"F{len(facets) + 1}",
        kind=offered.kind,
        text=text,
        terms=tuple(sorted(terms)),
        metric=metric,
        synonyms=metrics()[metric].names if metric else (),
    )
    return with_other_names(facet, notes), ""


def _flaw(text: str, question: str, facets: Sequence[Facet], queries: Sequence[Query]) -> str:
    """Why a query is dropped; empty if it may be asked."""
    words = one_line(text)
    if not words.isprintable() or not any(c.isalpha() for c in words):
        return "query: no text to search for"
    if len(words) > LONGEST_QUERY or len(words.split()) > MOST_WORDS:
        return "query: too long"
    if is_order(words):
        return "query: an order"
    if "://" in words or "www." in words.lower():
        return "query: an address"
    if not content_stems(words) & _stems(question, facets):
        return "query: shares no word with the question"
    if _key(words) in {_key(q.text) for q in queries}:
        return "query: there already"
    return ""


def _stems(question: str, facets: Sequence[Facet]) -> frozenset[str]:
    """Content words of the question and of the names of its facets, without the words that only ask."""
    names = " ".join(name for f in facets for name in (f.text, *f.synonyms))
    return (content_stems(question) | content_stems(names)) - asking_words()


def _key(text: str) -> tuple[str, ...]:
    return tuple(sorted(content_stems(text))) or (text.lower(),)


def _query(words: str, facets: Sequence[Facet]) -> Query:
    stems = content_stems(words)
    about = tuple(f.id for f in facets if stems & content_stems(" ".join((f.text, *f.synonyms))))
    return Query(text=words, facet_ids=about or tuple(f.id for f in facets))
