"""Figures and words, traced: of claims to their quotes, of sentences and table cells to what they cite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sovereign.lab.overhead.crossovers import SMALL, SMALL_BY_SCALE
from sovereign.language.comparisons import parse
from sovereign.language.words import content_stems, normalize, overlap
from sovereign.records import Claim, Comparison, Finding, Measurement, Result

from ..of_record import Told, of_record
from ..rows import Row, grouped, rows_of
from ..wording import distinct, figure
from .brief import Brief, Said
from .kinds import finding
from .trace import Rest, in_order, rest_on, untraced, values

CARRIED = 0.5  # share of a sentence's words that have to be those of what it cites
# Words with which an answer joins what it cites; they need no carrier.
_JOINING = content_stems(
    "work works read give gives say says find finding findings nearest compare comparison compared figure figures source sources "
    "search within over range same differ agree likely cause setting statement statements known quoted below words"
)
_CLOSE = 0.006  # by which two ratios of one and the same figures may differ, as they are printed


def of_claims(brief: Brief) -> Iterator[Finding]:
    """Claims whose text or fields are not what their quote gives."""
    for claim in brief.claims:
        place, quote = brief.place(claim.id), claim.quote.text
        if strange := sorted(values([claim.text]) - values([quote])):
            said = f"{_listed(strange)} in the claim, not in its quote"
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
    known = known_texts(brief)
    for said in brief.said:
        sentence = said.sentence
        claims = [brief.claim[i] for i in sentence.claim_ids if i in brief.claim]
        own = [brief.measurement[i] for i in sentence.measurement_ids if i in brief.measurement]
        if sentence.of_record or not (claims or own):
            continue
        rest = rest_on(claims, own, known, _counts(claims, own, brief))
        strange = untraced(sentence.text, rest)
        loose = not own and not strange and not _carried(sentence.text, rest)
        if not (strange or loose):
            continue
        if other := _carrier(said, brief, known):
            yield finding(
                "wrong-paper",
                f"the sentence is given to {_listed(sentence.claim_ids)}, and says what {other.id} says",
                at=[said.at], claims=[*sentence.claim_ids, other.id], evidence=other.quote.text,
            )  # fmt: skip
        elif strange:
            names = [*sentence.claim_ids, *sentence.measurement_ids]
            yield finding(
                "altered-number", f"{_listed(strange)} neither stands in {_listed(names[:8])} nor follows from it",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip
        else:
            yield finding(
                "altered-text", f"most of its words are not those of {_listed(sentence.claim_ids)}",
                at=[said.at], claims=sentence.claim_ids, evidence=sentence.text,
            )  # fmt: skip


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


def _counts(claims: list[Claim], own: list[Measurement], brief: Brief) -> Iterable[int]:
    """What there is to count: claims, works, comparisons of one kind, sizes."""
    groups = grouped(rows_of(claims, brief.aspects)).values()
    yield from (len(distinct([r for r in g if r.ratio is not None])) for g in groups)
    yield from (sum(r.ratio is not None for r in g) for g in groups)
    yield from (len(claims), len({c.quote.source_id for c in claims}))
    yield from (len({c.setting.scale.value for c in claims if c.setting.scale}),)
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
        rest = rest_on([claim], [], known, _counts([claim], [], brief))
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


def of_sides(brief: Brief) -> Iterator[Finding]:
    """Sides of agreements and disagreements, and cells of tables by scale, with figures that their claims do not give."""
    answer, known = brief.answer, known_texts(brief)
    sides = [
        (f"/answer/disagreements/{n}/sides/{m}", s)
        for n, d in enumerate(answer.disagreements)
        for m, s in enumerate(d.sides)
    ]
    sides += [
        (f"/answer/agreements/{n}/sides/{m}", s) for n, d in enumerate(answer.agreements) for m, s in enumerate(d.sides)
    ]
    rows = [(place, side.statement, side.claim_ids) for place, side in sides]
    rows += [
        (f"/answer/agreements/{n}/text", a.text, tuple(i for s in a.sides for i in s.claim_ids))
        for n, a in enumerate(answer.agreements)
    ]
    for place, text, ids in rows:
        claims = [brief.claim[i] for i in ids if i in brief.claim]
        strange = untraced(text, rest_on(claims, [], known, _counts(claims, [], brief))) if claims else ()
        if strange:
            said = f"{_listed(strange)} neither stands in {_listed(ids)} nor follows from it"
            yield finding("altered-number", said, at=[place], claims=ids, evidence=text)
    for n, matrix in enumerate(answer.matrices):
        for r, row in enumerate(matrix.rows):
            for c, cell in enumerate(row.cells):
                claims = [brief.claim[i] for i in cell.claim_ids if i in brief.claim] if cell else []
                given = [
                    v
                    for claim in claims
                    for result in claim.results
                    if result.ratio
                    for v in (result.ratio, 1 / result.ratio)
                ]
                lost = (
                    [v for v in (cell.low, cell.high) if not any(abs(v - g) <= _CLOSE * g for g in given)]
                    if cell and claims
                    else []
                )
                if cell and lost:
                    said = f"{_listed(lost)} in the table is no ratio of {_listed(cell.claim_ids)}"
                    yield finding(
                        "altered-number", said, at=[f"/answer/matrices/{n}/rows/{r}/cells/{c}"], claims=cell.claim_ids
                    )


def of_comparisons(brief: Brief) -> Iterator[Finding]:
    """Rows of the answer's table that their claim does not give."""
    rows: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows_of(
        [c for c in brief.claims if c.id in {x.claim_id for x in brief.answer.comparisons}], brief.aspects
    ):
        rows.setdefault((row.claim.id, row.subject, row.comparator), []).append(row)
    for n, mine in enumerate(brief.answer.comparisons):
        if mine.claim_id not in brief.claim:
            continue  # a citation of nothing is found elsewhere
        place = f"/answer/comparisons/{n}"
        theirs = rows.get((mine.claim_id, mine.subject, mine.comparator), [])
        same = [
            r
            for r in theirs
            if r.ratio is not None and mine.ratio is not None and abs(r.ratio - mine.ratio) <= _CLOSE * r.ratio
        ]
        right = [
            r
            for r in same
            if (figure(r.value), figure(r.comparator_value)) == (mine.subject_value, mine.comparator_value)
        ]
        if not right:
            given = (
                "; ".join(
                    f"{figure(r.value)} against {figure(r.comparator_value)}, ratio {r.ratio:g}"
                    for r in theirs
                    if r.ratio
                )
                or "nothing of the kind"
            )
            said = f"the table says {_row(mine)}; {mine.claim_id} gives {given}"
            yield finding(
                "altered-number",
                said,
                at=[place],
                claims=[mine.claim_id],
                evidence=brief.claim[mine.claim_id].quote.text,
            )
        scale = brief.claim[mine.claim_id].setting.scale
        if scale is not None and mine.scale != scale.text:
            said = f"the table says {mine.scale or 'no size'}; {mine.claim_id} holds at {scale.text}"
            yield finding("missing-scale", said, at=[place], claims=[mine.claim_id])


def _row(mine: Comparison) -> str:
    return (
        f"{mine.subject_value} against {mine.comparator_value}, ratio {mine.ratio if mine.ratio is not None else '–'}"
    )


def of_cells(brief: Brief) -> Iterator[Finding]:
    """Cells of the measured tables that are not what their measurement gives."""
    for t, table in enumerate(brief.answer.measured):
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row.cells):
                mine = brief.measurement.get(cell.measurement_id) if cell else None
                if cell is None or mine is None:
                    continue
                place = f"/answer/measured/{t}/rows/{r}/cells/{c}"
                if mine.ratio is None or abs(cell.ratio - mine.ratio) > _CLOSE * abs(mine.ratio):
                    said = f"the table says {cell.ratio:g}; {mine.id} gives {mine.ratio if mine.ratio is not None else 'no ratio'}"
                    yield finding("altered-number", said, at=[place], evidence=mine.quantity.text)


def _listed(items: Iterable[object]) -> str:
    names = [f"{i:g}" if isinstance(i, float) else str(i) for i in items]
    return ", ".join(names)
