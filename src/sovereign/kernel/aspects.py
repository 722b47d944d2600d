"""How phrases of claims meet the facets of a question.

A facet that is a family of methods rarely stands in a claim; the claim names a method. The library itself says which methods a subject
covers: papers whose title holds the facet's words, or whose topics name it, lend their method's name. Nothing else does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sovereign.checks.independence import method_names
from sovereign.language.instructions import is_instruction
from sovereign.language.metrics import metrics, phase_of
from sovereign.language.words import content_stems, stems
from sovereign.records import Facet, Paper, Plan, Quantity, Result, Setting


@dataclass(frozen=True)
class Aspects:
    """The plan's facets; for each subject or topic the ids of works about it (``works``) and the method names they lend it."""

    plan: Plan
    members: dict[str, frozenset[str]]
    works: dict[str, frozenset[str]]

    @property
    def sides(self) -> tuple[Facet, ...]:
        """Facets that are things: subjects, comparators, topics."""
        return self.plan.of_kind("subject", "comparator", "topic")

    @property
    def measured(self) -> tuple[Facet, ...]:
        """Facets that are metrics."""
        return self.plan.of_kind("metric")


def aspects_of(plan: Plan, papers: tuple[Paper, ...]) -> Aspects:
    """Collect the names that papers lend to the subjects and topics of a plan."""
    members, works = {}, {}
    for facet in plan.of_kind("subject", "topic"):
        wanted = frozenset(facet.terms)
        named = [p for p in papers if wanted and _is_about(p, wanted)]
        members[facet.id] = frozenset(name for p in named for name in method_names(p.title))
        works[facet.id] = frozenset(p.id for p in named)
    return Aspects(plan, members, works)


def _is_about(paper: Paper, wanted: frozenset[str]) -> bool:
    """Whether a work says of itself that it is about something. One whose title gives orders to a machine lends nothing."""
    if is_instruction(paper.title):
        return False
    return wanted <= content_stems(paper.title) or any(wanted == content_stems(topic) for topic in paper.topics)


def speaks_of(phrase: str | None, facet: Facet, aspects: Aspects) -> bool:
    """Whether a phrase names what a facet asks for, or a method that the library counts to it."""
    if not phrase:
        return False
    if facet.terms and frozenset(facet.terms) <= _folded(phrase):
        return True
    words = set(re.findall(r"[\w.+-]+", phrase.lower()))
    return any(name in words or f"{name}s" in words for name in aspects.members.get(facet.id, ()))


_SELF = re.compile(r"^(?:we|our|this (?:framework|method|approach|model|system|design|technique|algorithm)|the (?:proposed|framework|method|approach)|it|its)\b", re.IGNORECASE)  # fmt: skip


def speaks_of_itself(sentence: str, paper_id: str, facet: Facet, aspects: Aspects) -> bool:
    """Whether a sentence with "we", "it" or "this framework" stands in a work about the facet."""
    return bool(_SELF.match(sentence.strip())) and paper_id in aspects.works.get(facet.id, ())


def measures(result: Result, setting: Setting, facet: Facet) -> bool:
    """Whether a result is a figure of a facet's metric, in the phase that the facet names."""
    if facet.metric is None or result.metric is None:
        return False
    if result.metric != facet.metric and metrics()[facet.metric].inverse != result.metric:
        return False
    wanted = phase_of(facet.text)
    return wanted is None or phase(result, setting) in (None, wanted)


def phase(result: Result, setting: Setting) -> str | None:
    """Training or inference: the figure's own condition first, then the metric's, then the sentence's."""
    own = phase_of(result.condition or "")
    fixed = metrics()[result.metric].phase if result.metric else None
    return own or setting.phase or fixed


def in_range(scale: Quantity | None, facet: Facet) -> bool:
    """Whether a model size lies in a scale facet's range, ends included."""
    return bool(scale and facet.low and facet.high and facet.low.value <= scale.value <= facet.high.value)


def _folded(phrase: str) -> frozenset[str]:
    """Content stems with adverbs folded into their adjectives: "a fully fine-tuned model" is full fine-tuning."""
    return frozenset(_ADVERBS.get(s, s) for s in content_stems(phrase))


_ADVERBS = {"fulli": "full", "partial": "part", "densely": "dens", "sparsely": "spars"}
_CONFIG = re.compile(r"\b(?:with|of|on|at|in|under|using|per|after|that)\b.*$", re.IGNORECASE)
_ARTICLES = frozenset(
    ["standard", "plain", "default", "single", "same", "normal", "usual", "typical", "ordinary", "vanilla", "original"]
)


def thing(phrase: str | None) -> frozenset[str]:
    """What a phrase names, without its configuration: "rank-32 X", "X with rank 4" and "the X figures" are one thing."""
    if not phrase:
        return frozenset()
    text = re.sub(
        r"\b(?:rank|top|batch|\d+-bit)[\s-]?\d*\b|\b(?:figures?|model|models|approach|method|one|training|a|the)\b",
        " ",
        phrase,
        flags=re.IGNORECASE,
    )
    core = _folded(_CONFIG.sub("", text)) or _folded(text)
    return frozenset(s for s in core if s not in _ARTICLES) or frozenset(stems(phrase))
