"""Figures and words, traced: of claims to their quotes, of sentences and table cells to what they cite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sovereign.lab.overhead.crossovers import SMALL, SMALL_BY_SCALE
from sovereign.language.comparisons import parse
from sovereign.language.words import content_stems, normalize, overlap
from sovereign.records import Claim, Finding, Measurement, Result

from ..of_record import Told, of_record
from ..rows import grouped, rows_of
from ..wording import distinct
from .brief import Brief, Said
from .kinds import finding
from .trace import Rest, in_order, numbers, rest_on, unnamed, untraced, values

FOREIGN_TO_FIGURES = 0.2  # a measurement has few words
FOREIGN = 0.3  # share below which they speak of something else
CARRIED = 0.5  # share of a sentence's words that have to be those of what it cites
# Words with which an answer joins what it cites; they need no carrier.
_JOINING = content_stems(
    "work works read give gives say says find finding findings nearest compare comparison compared figure figures source sources "
    "search within over range same differ agree likely cause setting statement statements known quoted below words "
    "speak speaks ratio worked question stand change text measure different things"
)


def of_claims(brief: Brief) -> Iterator[Finding]:
    """Claims whose text or fields are not what their quote gives."""
    for claim in brief.claims:
        place, quote = brief.place(claim.id), claim.quote.text
        if strange := sorted(values([claim.text]) - values([quote])):
            said = f"{listed(strange)} in the claim, not in its quote"
            yield finding("altered-number", said, at=[f"{place}/text"], claims=[claim.id], evidence=quote)
        elif not in_order(claim.text, quote):
            said = "the claim says it in other words than its quote"
            yield finding("altered-text", said, at=[f"{place}/text"], claims=[claim.id], evidence=quote)
        yield from _fields(claim, place)


def _fields(claim: Claim, place: str) -> Iterator[Finding]:
    """Fields worked out of the claim's text again, and held against those that are there."""
    parsed = parse(claim.text)
    there = {_figures_of(result) for result in parsed.results}
    for n, result in enumerate(claim.results):
        if _figures_of(result) not in there:
            said = f"the fields say {_in_words(result)}, which the sentence does not give"
            yield finding(
                "altered-number", said, at=[f"{place}/results/{n}"], claims=[claim.id], evidence=claim.quote.text
            )
    mine, theirs = claim.setting.scale, parsed.setting.scale
    if theirs is not None and mine is None:
        said = f"the sentence speaks of {theirs.text}, and the claim's setting does not"
        yield finding(
            "missing-scale", said, at=[f"{place}/setting/scale"], claims=[claim.id], evidence=claim.quote.text
        )
    elif mine is not None and (theirs is None or mine.value != theirs.value):
        said = f"the claim's setting is {mine.text}, which its sentence does not say"
        yield finding(
            "altered-number", said, at=[f"{place}/setting/scale"], claims=[claim.id], evidence=claim.quote.text
        )


def _figures_of(result: Result) -> tuple[object, ...]:
    parts = (result.value, result.comparator_value)
    printed = tuple((q.value, q.unit, q.upper, q.bound, q.text) if q else None for q in parts)
    return result.subject, result.comparator, result.metric, printed, result.direction, result.ratio


def _in_words(result: Result) -> str:
    parts = [q.text for q in (result.value, result.comparator_value) if q]
    parts += [f"a ratio of {result.ratio:g}"] if result.ratio is not None else []
    return " and ".join(parts) or f"{result.direction or 'something'} of {result.metric}"


def of_sentences(brief: Brief) -> Iterator[Finding]:
    """Sentences whose figures or words are not those of the claims and measurements that they name."""
    known, asked = known_texts(brief), values(f.text for f in brief.plan.facets)
    for said in brief.said:
        sentence = said.sentence
        claims = [brief.claim[i] for i in sentence.claim_ids if i in brief.claim]
        own = [brief.measurement[i] for i in sentence.measurement_ids if i in brief.measurement]
        if sentence.of_record or not (claims or own):
            continue
        rest = rest_of(claims, own, known, brief)
        strange = untraced(sentence.text, rest)
        strangers = () if own else unnamed(sentence.text, [*(c.quote.text for c in claims), *known])
        loose = not own and not strange and (bool(strangers) or not _carried(sentence.text, rest))
        if not (strange or loose):
            yield from _unsized(said, claims, own, asked)
            continue
        if other := _carrier(said, brief, known):
            yield finding(
                "wrong-paper",
                f"the sentence is given to {listed(sentence.claim_ids)}, and says what {other.id} says",
                at=[said.at], claims=[*sentence.claim_ids, other.id], evidence=other.quote.text,
            )  # fmt: skip
        elif overlap(content_stems(sentence.text) - _JOINING, rest.stems) < (FOREIGN_TO_FIGURES if own else FOREIGN):
            yield finding(
                "uncited-sentence", f"{listed([*sentence.claim_ids, *sentence.measurement_ids][:8])} says nothing of the kind",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip
        elif strange:
            names = [*sentence.claim_ids, *sentence.measurement_ids]
            yield finding(
                "altered-number", f"{listed(strange)} neither stands in {listed(names[:8])} nor follows from it",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip
        elif strangers:
            yield finding(
                "altered-text", f"{listed(strangers)} is named in none of {listed(sentence.claim_ids)}",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip
        else:
            yield finding(
                "altered-text", f"most of its words are not those of {listed(sentence.claim_ids)}",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip


def _unsized(said: Said, claims: list[Claim], own: list[Measurement], asked: frozenset[float]) -> Iterator[Finding]:
    """A sentence with figures of claims that all hold at a stated size, and that names none of these sizes or their models."""
    names = [n for c in claims for n in (c.setting.scale.text if c.setting.scale else "", c.setting.model or "") if n]
    sized = claims and not own and all(c.setting.scale for c in claims)
    sized = sized and any(not n.counts and n.value not in asked for n in numbers(said.sentence.text))
    if sized and not any(name in said.sentence.text for name in names):
        text = f"its figures hold at {', '.join(dict.fromkeys(names))}, and it does not say so"
        yield finding("missing-scale", text, at=[said.at], claims=[c.id for c in claims], evidence=said.sentence.text)


def known_texts(brief: Brief) -> list[str]:
    """Texts whose numbers any sentence may have: the question's facets, sizes of what was measured, bounds of the protocol."""
    models = {value for m in brief.measurements for name, value in m.key.setting if name in ("model", "batch_size")}
    return [*(f.text for f in brief.plan.facets), *sorted(models), f"{SMALL:g} {SMALL_BY_SCALE:g}"]


def carried(brief: Brief) -> tuple[int, int]:
    """How many sentences of the answer have the figures and words of what they cite, and how many there are."""
    bad = {place for f in of_sentences(brief) for place in f.at}
    bad |= {place for f in of_the_record(brief) for place in f.at}
    bad |= {said.at for said in brief.said if not _names_something(said, brief)}
    return len(brief.said) - len(bad), len(brief.said)


def _names_something(said: Said, brief: Brief) -> bool:
    ids = said.sentence.claim_ids
    return said.sentence.of_record or bool(said.sentence.measurement_ids) or any(i in brief.claim for i in ids)


def rest_of(claims: list[Claim], own: list[Measurement], known: list[str], brief: Brief) -> Rest:
    """What a text that names these may say in the answer of a record."""
    ratios = [r.ratio for r in rows_of(claims, brief.aspects) if r.ratio]
    return rest_on(claims, own, known, _counts(claims, own, brief), ratios)


def _counts(claims: list[Claim], own: list[Measurement], brief: Brief) -> Iterable[int]:
    """What there is to count: claims, works, comparisons of one kind, sizes, works that agree."""
    groups = grouped(rows_of(claims, brief.aspects)).values()
    yield from (len(distinct([r for r in g if r.ratio is not None])) for g in groups)
    yield from (sum(r.ratio is not None for r in g) for g in groups)
    yield from (len(claims), len({c.quote.source_id for c in claims}))
    yield from (len({c.setting.scale.value for c in claims if c.setting.scale}),)
    works = {c.id: c.quote.source_id for c in claims}
    yield from (
        len({works.get(i) for side in a.sides for i in side.claim_ids} - {None}) for a in brief.answer.agreements
    )
    yield len({dict(m.key.setting).get("model") for m in own})
    if own:  # "at 9 scales": those of a column, which may leave out some of another architecture
        columns = [[r for r in t.rows if r.cells[c]] for t in brief.answer.measured for c in range(len(t.columns))]
        yield from (n for rows in columns for n in range(sum(not r.other for r in rows), len(rows) + 1))


def _carried(text: str, rest: Rest) -> bool:
    own = content_stems(text) - _JOINING
    return not own or overlap(own, rest.stems) >= CARRIED


def _carrier(said: Said, brief: Brief, known: list[str]) -> Claim | None:
    """Another claim of the record whose words the sentence is made of."""
    words = normalize(said.sentence.text)
    for claim in brief.claims:
        if claim.id not in said.sentence.claim_ids and normalize(claim.text) in words:
            return claim
    found = [
        c for c in brief.claims if c.id not in said.sentence.claim_ids and c.quote.source_id not in _works(said, brief)
    ]
    for claim in found:
        rest = rest_of([claim], [], known, brief)
        if not untraced(said.sentence.text, rest) and overlap(content_stems(said.sentence.text), rest.stems) >= 0.8:
            return claim
    return None


def _works(said: Said, brief: Brief) -> set[str]:
    return {brief.claim[i].quote.source_id for i in said.sentence.claim_ids if i in brief.claim}


def of_the_record(brief: Brief) -> Iterator[Finding]:
    """Sentences on the record alone that the record does not give: whatever else they say, nothing carries it."""
    told = Told(brief.answer, brief.plan, brief.answering, brief.papers, len(brief.retrieval.candidates))
    right = {normalize(text) for text in of_record(told)}
    for said in brief.said:
        if said.sentence.of_record and normalize(said.sentence.text) not in right:
            text = "the sentence is said to follow from the record alone, and does not"
            yield finding("uncited-sentence", text, at=[said.at], evidence=said.sentence.text)


def listed(items: Iterable[object]) -> str:
    names = [f"{i:g}" if isinstance(i, float) else str(i) for i in items]
    return ", ".join(names)
