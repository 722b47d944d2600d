"""The abstract of an answer: five to nine whole sentences, the direct answer first.

Every sentence about the world names its claims or measurements; those on the record alone come from ``of_record``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import Agreement, AnswerSentence, Claim, Disagreement, Facet, FacetAnswer

from .aspects import Aspects, in_range, measures, speaks_of
from .coverage import involving, sizes, span_text
from .direct import measured_directly
from .of_record import Told, cannot, how_sure, needed, no_metric, states, still_open, works
from .originality import Sources, near_copy
from .ranking import both
from .rows import Row, plain_rows
from .wording import capital, compared, counted, series

LEAST = 5
MOST = 9
Groups = Mapping[str, Sequence[list[Row]]]


def abstract(
    told: Told,
    aspects: Aspects,
    groups: Groups,
    claims: Sequence[Claim],
    found: Evidence,
    sources: Sources,
    struck: AbstractSet[str] = frozenset(),
) -> tuple[AnswerSentence, ...]:
    """The abstract of ``told.answer``. ``groups`` are the comparisons of each facet, those that say most first; ``claims``
    are those that a sentence may rest on. No sentence is a near-copy of one of ``sources``, and none has one of the ``struck`` texts.
    """
    answer = told.answer
    facets = {f.id: f for f in aspects.plan.facets}
    asked = [(one, facets[one.facet_id]) for one in answer.facets if facets[one.facet_id].kind != "scale"]
    own = measured_directly(aspects, found)
    some = any(one.state != "NOT_ANSWERABLE" for one, _ in asked)
    said = [s for one, facet in asked if (s := _facet(one, facet, aspects, groups, claims))] if some else []
    # Facets that the same claims speak of are told once; the states name each.
    said = list({s.claim_ids: s for s in reversed(said)}.values())[::-1]
    if not own and not aspects.measured and said:
        said = [no_metric(told), *said]
    first = own or tuple(said[:1])
    rest = said if own else said[1:]
    if answer.state == "NOT_ANSWERABLE" or not first:
        first, rest = (cannot(told),), [*own, *(s for s in said if s.claim_ids)]
    middle = [*rest, *_between(answer.agreements, answer.disagreements), *_scales(aspects, claims)]
    middle = middle[: MOST - len(first) - 4]
    first = tuple(s for s in (_own_words(s, sources) for s in first) if s.text not in struck)
    middle = [s for s in (_own_words(s, sources) for s in middle) if s.text not in struck]
    world = told._replace(answer=answer.model_copy(update={"abstract": (*first, *middle)}))
    last = [*states(world), *still_open(world), *how_sure(world), works(world)]
    if len(first) + len(middle) + len(last) < LEAST:
        last.insert(-1, needed(world))
    return (*first, *middle, *last)


def _own_words(sentence: AnswerSentence, sources: Sources) -> AnswerSentence:
    """The sentence, or a pointer to its claims where its words are those of a source: these stand below as what they are."""
    # What was measured here is nobody else's sentence, whoever puts a figure in the same few words.
    if sentence.of_record or sentence.measurement_ids or near_copy(sentence.text, sources) is None:
        return sentence
    text = f"What is known of this is quoted below, in the words of {'its source' if len(sentence.claim_ids) == 1 else 'the sources'}."
    return sentence.model_copy(update={"text": text})


def _facet(
    one: FacetAnswer, facet: Facet, aspects: Aspects, groups: Groups, claims: Sequence[Claim]
) -> AnswerSentence | None:
    """What the works that were read say of a facet; None where they say nothing."""
    if facet.kind != "metric":
        return _topic(one, facet, aspects, claims)
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    mine = [g for g in groups.get(facet.id, ()) if any(r.ratio is not None for r in g)]
    direct = [g for g in mine if both(g[0], subjects, comparators, aspects)]
    about = [g for g in mine if any(speaks_of(g[0].subject, f, aspects) for f in subjects)]
    best = direct[:2] or about[:2] or mine[:1]
    if not best:
        return _bare(facet, aspects, claims)
    parts = [compared(g) for g in best]
    ids = tuple(dict.fromkeys(i for _, mine in parts for i in mine))
    texts = ", and that ".join(text for text, _ in parts)
    if comparators and not direct:
        sides = f"{series([f.text for f in subjects])} with {series([f.text for f in comparators])}"
        finding = "finding is" if len(parts) == 1 else "findings are"
        text = f"No work that was read compares {sides} in {facet.text}, and the nearest {finding} that {texts}."
    else:
        text = f"The works that were read say that {texts}."
    return AnswerSentence(text=text, claim_ids=ids, inferred=True)


def _topic(one: FacetAnswer, facet: Facet, aspects: Aspects, claims: Sequence[Claim]) -> AnswerSentence | None:
    """A facet without a metric: the comparisons that claims make of it, whatever they measure."""
    about = involving(claims, facet, aspects)
    rows = [
        group
        for group in plain_rows(about, facet, aspects)
        if any(r.ratio is not None for r in group)
        and any(speaks_of(p, facet, aspects) for p in (group[0].subject, group[0].comparator))
    ]
    if rows:
        parts = [compared(g) for g in rows[:2]]
        ids = tuple(dict.fromkeys(i for _, mine in parts for i in mine))
        text = f"Of {facet.text}, the works that were read say that {', and that '.join(text for text, _ in parts)}."
        return AnswerSentence(text=text, claim_ids=ids, inferred=True)
    ids = tuple(dict.fromkeys(i for s in one.sentences for i in s.claim_ids))
    if not ids:
        return None
    speak = f"{counted(len(ids), 'statement')} quoted below {'speaks' if len(ids) == 1 else 'speak'}"
    text = f"{capital(speak)} of {facet.text}, none with two figures side by side."
    return AnswerSentence(text=text, claim_ids=ids)


def _bare(facet: Facet, aspects: Aspects, claims: Sequence[Claim]) -> AnswerSentence | None:
    """A metric of which no two figures can be laid side by side: whose figures there are."""
    mine = [c for c in claims if any(measures(r, c.setting, facet) for r in c.results)]
    if not mine:
        return None
    told = list(
        dict.fromkeys(r.subject for c in mine for r in c.results if r.subject and measures(r, c.setting, facet))
    )
    of = f", on {series(told[:3])}," if told else ""
    speak = f"{counted(len(mine), 'statement')}{of} {'speaks' if len(mine) == 1 else 'speak'}"
    text = f"Of {facet.text}, {speak} in the works that were read, none with two figures side by side."
    return AnswerSentence(text=text, claim_ids=tuple(c.id for c in mine))


def _between(agreements: Sequence[Agreement], disagreements: Sequence[Disagreement]) -> list[AnswerSentence]:
    """Where sources agree and where they do not, the first of each, with their numbers side by side."""
    parts, ids = [], []
    for item in agreements[:1]:
        parts.append(f"of {item.subject}, {item.text}")
        ids += [i for side in item.sides for i in side.claim_ids]
    for other in disagreements[:1]:
        sides = " against ".join(side.statement for side in other.sides)
        parts.append(f"works differ on {other.metric}, {other.subject}: {sides}; {other.why}")
        ids += [i for side in other.sides for i in side.claim_ids]
    if not parts:
        return []
    return [AnswerSentence(text=f"{capital('; '.join(parts))}.", claim_ids=tuple(dict.fromkeys(ids)), inferred=True)]


def _scales(aspects: Aspects, claims: Sequence[Claim]) -> list[AnswerSentence]:
    """At which of the sizes that were asked for the works that were read give figures."""
    for scale in aspects.plan.of_kind("scale"):
        parts, ids = [], []
        for metric in aspects.measured:
            mine = [c for c in claims if any(measures(r, c.setting, metric) for r in c.results)]
            # The most relevant claim for each size is enough to follow it up.
            inside = {c.setting.scale.value: c for c in reversed(mine) if c.setting.scale and in_range(c.setting.scale, scale)}  # fmt: skip
            if inside:
                parts.append(f"on {metric.text} at {span_text(sizes(inside.values()))}")
                ids += [inside[value].id for value in sorted(inside)]
        if parts:
            text = f"Within {scale.text}, the works that were read give figures {series(parts)}."
            return [AnswerSentence(text=text, claim_ids=tuple(dict.fromkeys(ids)), inferred=True)]
    return []
