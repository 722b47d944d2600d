"""The comparisons that the sentences of a library state, each with the typed key of what it compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sovereign.language.comparisons import parse
from sovereign.language.metrics import metrics
from sovereign.language.words import content_stems
from sovereign.reading import paper_id
from sovereign.records import Claim, Direction, Document, ProtocolKey, Result

from ..extract import can_claim, claims_in
from .phrases import denied, said_in_words
from .protocol import QUALITY, TIMES, key_of
from .things import Terms, keys_of, terms_of, topics_of

# How many parameters are trained is chosen, not found.
CHOSEN = frozenset(["parameters", "trainable_parameters", "active_parameters"])
_VIEW = re.compile(r"-(?:comparison|scale|reference)$")
_TOLD = "#told"
_FLAT = {"quality": 0.003}
_FLAT_COST = 0.02
# What a sentence passes on as the finding of somebody else, in a clause of its own.
_CONCEDED = re.compile(
    r"\b(?:although|though|while|whereas|despite|unlike)\b[^,;]*\b(?:published|reported|claimed|said|stated|believed|thought)\b[^,;]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """One comparison of one claim. ``sign``: 1 the subject is better in the ``aspect``, -1 worse, 0 the same.

    ``ratio`` is subject over comparator of a cost: of time for speed. ``works`` are those that say it; ``things`` and ``others`` are keys of
    what is compared, the most exact first; ``classes`` are the topics that the subject's own work carries. ``title`` is that of the
    work, folded: works of one title are versions of one.
    """

    claim: Claim
    result: Result
    work: str
    aspect: str
    sign: int
    ratio: float | None
    things: tuple[str, ...]
    others: tuple[str, ...]
    classes: tuple[str, ...]
    key: ProtocolKey
    title: str = ""

    @property
    def told(self) -> bool:
        """Whether the sentence passes it on as what somebody else said."""
        return self.work.endswith(_TOLD)

    @property
    def phase(self) -> str | None:
        """Training or inference, where the sentence says."""
        return next((value for name, value in self.key.setting if name == "phase"), None)


def library_claims(documents: Sequence[Document]) -> tuple[Claim, ...]:
    """All claims of a library, one for a sentence and metric; an id says where: the work's id, and the sentence's offset.

    What a work tells of others is none of its claims.
    """
    found: dict[str, Claim] = {}
    for document in documents:
        for sentence in document.evidence():
            if not can_claim(document.slice(sentence)):
                continue
            for n, claim in enumerate(claims_in(document, sentence)):
                if claim.credited is not None:
                    continue
                id_ = f"{document.paper.id}@{sentence.start}" + (f".{n}" if n else "")
                found.setdefault(id_, claim.model_copy(update={"id": id_}))
    return tuple(found.values())


def statements(documents: Sequence[Document], claims: Sequence[Claim]) -> tuple[Statement, ...]:
    """The comparisons of the claims, in their order."""
    papers = {d.paper.id: d.paper for d in documents}
    terms = terms_of(topics_of(papers.values()))
    classes = {p.id: _classes(p.topics, terms) for p in papers.values()}
    titles = titles_of(documents)
    kinds: dict[str, set[str]] = {}
    for carried in classes.values():
        for one in carried:
            kinds.setdefault(one, set()).update(carried)
    found: list[Statement] = []
    for claim in claims:
        own = claim.quote.source_id == claim.quote.paper_id
        lent = classes.get(claim.quote.paper_id, ()) if own else ()
        results = [*claim.results, *(said_in_words(claim.text) if not claim.id.rpartition("@")[2].count(".") else ())]
        for result in results:
            found += _of_result(claim, result, terms, lent, kinds, titles)
        for result in against_each_other(results):
            found += _of_result(claim, result, terms, (), kinds, titles)
        found += [s for result in denied(claim.text) for s in _of_result(claim, result, terms, lent, kinds, titles)]
    return tuple(found)


def titles_of(documents: Sequence[Document]) -> dict[str, str]:
    """Folded titles by the id of the work."""
    return {d.paper.id: paper_id(None, None, d.paper.title) for d in documents}


def _classes(topics: Sequence[str], terms: Terms) -> tuple[str, ...]:
    """Topics of one work that may name what kind of thing its method is; not what it is compared with."""
    lent = [topic.replace("-", " ") for topic in topics if not _VIEW.search(topic)]
    return tuple(
        dict.fromkeys(keys[0] for topic in lent if (keys := keys_of(topic, terms)) and content_stems(topic) in terms)
    )


def against_each_other(results: Sequence[Result]) -> tuple[Result, ...]:
    """ "X takes 17 GB against 8 GB for A and 10 GB for B" compares A with B as well: by their figures."""
    found = []
    for a, b in combinations(results, 2):
        one, two = a.comparator_value, b.comparator_value
        if (
            one and two and one.unit == two.unit and one.upper is None and two.upper is None and one.value > 0 and two.value > 0
            and (a.subject, a.value, a.metric, a.condition) == (b.subject, b.value, b.metric, b.condition)
            and a.comparator != b.comparator
        ):  # fmt: skip
            way: Direction = "increase" if two.value > one.value else "decrease" if two.value < one.value else "equal"
            ratio = float(f"{two.value / one.value:.4g}")
            update = {"subject": b.comparator, "comparator": a.comparator, "value": two, "comparator_value": one}
            found.append(b.model_copy(update={**update, "direction": way, "ratio": ratio}))
    return tuple(found)


def _of_result(
    claim: Claim,
    result: Result,
    terms: Terms,
    lent: tuple[str, ...],
    kinds: Mapping[str, set[str]],
    titles: Mapping[str, str],
) -> Iterator[Statement]:
    """At most one statement. A kind that the comparator belongs to as well says nothing of what the two differ in."""
    if not result.subject or not result.comparator or result.comparator == "before" or result.metric in (None, *CHOSEN):
        return
    things, others = keys_of(result.subject, terms), keys_of(result.comparator, terms)
    if result.direction is None or not things or not others or things[0] == others[0]:
        return
    metric = result.metric or ""
    aspect = aspect_of(metric)
    ratio = result.ratio or middle(result)
    flat = result.direction == "equal" or (ratio is not None and abs(ratio - 1) < _FLAT.get(aspect, _FLAT_COST))
    more = 1 if result.direction == "increase" else -1
    told = _is_conceded(claim.text, result)
    statement = Statement(
        claim=claim, result=result, work=claim.quote.source_id + (_TOLD if told else ""), aspect=aspect,
        sign=0 if flat else -more * metrics()[metric].cost,
        ratio=1 / ratio if ratio and result.metric == "throughput" else ratio,
        things=things, others=others, classes=() if frozenset(things[0].split()) in terms else tuple(c for c in lent if not any(c in kinds.get(o, {o}) for o in others)),
        key=key_of(claim, result, things[0], others[0]), title=titles.get(claim.quote.source_id, ""),
    )  # fmt: skip
    yield replace(statement, key=statement.key.model_copy(update={"dataset": None})) if told else statement


def aspect_of(metric: str) -> str:
    """Metrics that say how good a result is are one aspect, and those of time another; each other metric is its own."""
    return "quality" if metric in QUALITY else "speed" if metric in TIMES else metric


def middle(result: Result) -> float | None:
    """The ratio of "4 % to 6 % slower", by its middle, or of "20 % slower"."""
    value = result.value
    if (
        value is None
        or result.comparator_value
        or value.unit != "%"
        or result.direction not in ("increase", "decrease")
    ):
        return None
    share = (value.value + (value.upper if value.upper is not None else value.value)) / 200
    ratio = 1 + share if result.direction == "increase" else 1 - share
    return float(f"{ratio:.4g}") if ratio > 0 else None


def _is_conceded(text: str, result: Result) -> bool:
    """Whether a result without a figure stands in a clause that passes on what others said."""
    clause = _CONCEDED.search(text)
    if clause is None or result.value is not None:
        return False
    said = parse(clause[0].split(None, 1)[1].rstrip(".") + ".").results
    return any(
        (r.subject, r.comparator, r.direction) == (result.subject, result.comparator, result.direction) for r in said
    )
