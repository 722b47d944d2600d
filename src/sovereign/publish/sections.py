"""Sections Abstract and 1 to 4: what was asked, done, found, and what is uncertain, written from the record alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sovereign.records import Answer, AnswerState, Facet, Record

from .claims import id_link, links, sentence_marks, verdict_badge, verdict_reason
from .measured import measurement_tables
from .model_use import model_blocks
from .parts import Badge, Block, Bullets, Heading, Inline, Paragraph, Run, Section, Table, Tone
from .reviews import review_blocks
from .text import count, day, figure, one_line, short

STATES: dict[AnswerState, tuple[str, Tone, str]] = {
    "ANSWERED": ("ANSWERED", "good", "The evidence answers the question."),
    "PARTLY_ANSWERED": ("PARTLY ANSWERED", "mixed", "The evidence answers a part of the question."),
    "NOT_ANSWERABLE": ("NOT ANSWERABLE", "open", "The evidence does not answer the question."),
}
LEVELS = (
    "extracted",
    "literature synthesis",
    "source-grounded",
    "corroborated by two independent groups",
    "artifact inspected",
    "executed in the sandbox",
    "independently reproduced",
    "externally reviewed or formally verified",
)
CHECKING = (
    "Each claim is held against its own sentence, other passages and tables of its work and the works of other groups. A claim is "
    "anchored when its quote stands in the stored text, and verified only when evidence other than its own sentence "
    "supports it. What was not checked never counts as passed."
)


def sections(record: Record, places: Mapping[str, str]) -> tuple[Section, ...]:
    """The prose sections, in their order. ``places`` says where in the page each claim and measurement stands."""
    return (
        # The abstract of an answer stands at the head of the page, and not a second time.
        Section(
            "",
            *(("About this record", "about") if record.answer.abstract else ("Abstract", "abstract")),
            _abstract(record, places),
        ),
        Section("1", "Introduction", "introduction", introduction(record)),
        Section("2", "Methodology", "methodology", methodology(record)),
        Section("3", "Results", "results", _results(record, places)),
        Section("4", "Uncertainties", "uncertainties", uncertainties(record, places)),
    )


def counters(record: Record) -> tuple[tuple[str, str, str], ...]:
    """Each counter by itself: name, number, meaning."""
    c = record.counters
    rows = (
        ("extracted", c.extracted, "claims taken from the sources"),
        ("anchored", c.anchored, "their quote stands in the stored text at its offsets"),
        ("supported", c.supported, "the checks on their evidence support them"),
        ("contradicted", c.contradicted, "evidence speaks against them"),
        ("verified", c.verified, "supported by evidence other than their own sentence"),
    )
    return tuple((name, f"{number:,}", meaning) for name, number, meaning in rows)


def state_badge(state: AnswerState) -> Badge:
    """The state of an answer or facet."""
    words, tone, title = STATES[state]
    return Badge(words, tone, title)


def level_words(level: int) -> str:
    """``L2, source-grounded``."""
    return f"L{level}, {LEVELS[level]}" if 0 <= level < len(LEVELS) else f"L{level}"


def score_words(record: Record) -> str:
    """The score of the last review round, out of ten."""
    return f"{record.reviews[-1].score:.2f} / 10" if record.reviews else "not reviewed"


def facet_words(facet_id: str, facets: Mapping[str, Facet]) -> str:
    """A facet by its words in the question, or by its id when the plan has none such."""
    return one_line(facets[facet_id].text if facet_id in facets else facet_id)


def _plain(*cells: str) -> tuple[Run, ...]:
    return tuple((cell,) for cell in cells)


def _abstract(record: Record, places: Mapping[str, str]) -> tuple[Block, ...]:
    c, answer = record.counters, record.answer
    looked = (
        f"{count(c.papers_seen, 'work')} came into view and {c.papers_kept:,} were kept. "
        f"{count(c.extracted, 'claim')} were extracted; {c.anchored:,} are anchored in a stored text, "
        f"{c.supported:,} supported, {c.contradicted:,} contradicted, and {c.verified:,} verified by evidence other "
        "than the sentence they were taken from. "
    )
    said: list[Inline] = [looked, STATES[answer.state][2]]
    for sentence in () if answer.abstract else answer.summary:
        marks = sentence_marks(sentence, record)
        ours = f" ({', '.join(marks)})" if marks else ""
        ids = links((*sentence.claim_ids, *sentence.measurement_ids), places)
        said += [f" {one_line(sentence.text)}{ours} [", *ids, "]"]
    own = f" and {count(len(record.measurements), 'measurement')} of its own" if record.measurements else ""
    kind = (
        f"This is a synthesis of existing literature{own}, made by software. It is not original research, and no peer "
        "has reviewed it."
    )
    return (Paragraph((f"Question: {one_line(record.question)}",)), Paragraph(tuple(said)), Paragraph((kind,)))


def introduction(record: Record) -> tuple[Block, ...]:
    """What was asked, and what the question was taken to ask."""
    plan = record.plan
    rows = tuple(
        _plain(
            one_line(f.text),
            f.kind,
            f"{one_line(f.low.text)} to {one_line(f.high.text)}" if f.low and f.high else one_line("; ".join(f.terms)),
            one_line("; ".join(f.synonyms)),
        )
        for f in plan.facets
    )
    blocks: list[Block] = [
        Paragraph((f"The question of this record is: {one_line(record.question)}",)),
        Table(
            "What the question was taken to ask",
            ("Facet", "Kind", "Words or range", "Also searched as"),
            rows,
            detail=True,
        ),
    ]
    if plan.notes:
        blocks += [Paragraph(("The planner noted:",)), Bullets(tuple((one_line(n),) for n in plan.notes))]
    return tuple(blocks)


def methodology(record: Record) -> tuple[Block, ...]:
    """How it was searched, checked and reviewed."""
    facets = {f.id: f for f in record.plan.facets}
    retrieval, environment = record.retrieval, record.environment
    dropped = [c for c in retrieval.candidates if not c.kept]
    queries = tuple(
        _plain(str(n), one_line(q.text), "; ".join(facet_words(i, facets) for i in q.facet_ids))
        for n, q in enumerate(record.plan.queries, 1)
    )
    candidates = tuple(
        _plain(one_line(c.title), "kept" if c.kept else "dropped", figure(c.score, 3), one_line(c.reason))
        for c in retrieval.candidates
    )
    names = one_line(", ".join(retrieval.sources)) or "none"
    looked = (
        f"Sources searched: {names}. {count(record.counters.papers_seen, 'work')} seen, "
        f"{record.counters.papers_kept:,} kept, {len(dropped):,} dropped; "
        f"{count(environment.files_read, 'file')} read anew, {environment.files_unchanged:,} known unchanged."
    )
    ran = [("python", environment.python), ("platform", environment.platform), ("seed", str(environment.seed))]
    ran += sorted(environment.settings.items())
    blocks: list[Block] = [
        Heading("Search"),
        Table("Search queries", ("No.", "Query", "Made for"), queries, figures=(0,)),
        Paragraph((looked,)),
    ]
    if retrieval.merged:
        blocks += [
            Paragraph(("Seen more than once and merged:",)),
            Bullets(tuple((one_line(m),) for m in retrieval.merged)),
        ]
    if candidates:
        head = ("Work", "Kept", "Score", "Why")
        blocks.append(Table("Works seen, in rank order", head, candidates, figures=(2,), folded=True))
    blocks += [
        Heading("Checks"),
        Paragraph((CHECKING,)),
        _checks(record),
        *model_blocks(record.model_use),
        Heading("Review and policy"),
        Paragraph((_review_words(record),)),
        Table("Settings of this run", ("Setting", "Value"), tuple(_plain(n, one_line(v)) for n, v in ran), folded=True),
    ]
    return tuple(blocks)


def _checks(record: Record) -> Table:
    seen: dict[tuple[str, bool], Counter[str]] = {}
    for claim in record.claims:
        for evidence in claim.verification.evidence if claim.verification else ():
            for check in evidence.checks:
                seen.setdefault((one_line(check.check), check.decides), Counter())[check.outcome] += 1
    rows = tuple(
        _plain(
            name,
            "yes" if decides else "no, reported only",
            *(f"{outcomes[o]:,}" for o in ("pass", "fail", "unclear", "not_applicable")),
        )
        for (name, decides), outcomes in sorted(seen.items())
    )
    head = ("Check", "Decides", "Passed", "Failed", "Unclear", "Not applicable")
    return Table("Checks and how often each came out how", head, rows, figures=(2, 3, 4, 5))


def _review_words(record: Record) -> str:
    policy = f"The policy “{one_line(record.decision.policy)}” then decides from counts, level and score."
    if not record.reviews:
        return f"No review took place. {policy}"
    return (
        "Three automated reviewers look for faults in the record, SKEPTIC and VALIDATOR side by side and SYNTHESIZER "
        f"after them, in {count(len(record.reviews), 'round')}. They work the record out again from its own quotes, claims and "
        f"measurements; they can object to a verdict, never raise one. {policy}"
    )


def _results(record: Record, places: Mapping[str, str]) -> tuple[Block, ...]:
    c, decision = record.counters, record.decision
    rest = (("mixed", c.mixed), ("not enough information", c.not_enough_info), ("unchecked", c.unchecked))
    rows = [_plain(name, number, meaning) for name, number, meaning in counters(record)]
    rows += [_plain(name, f"{number:,}", "verdict of the checks") for name, number in rest]
    rows += [_plain("measured", f"{c.measured:,}", "tested in the laboratory")]
    rows += [_plain("cited", f"{c.cited:,}", "carry the answer")]
    total = (
        f"{count(c.papers_kept, 'work')} kept of {c.papers_seen:,} seen; {count(c.extracted, 'claim')} extracted, "
        f"{c.verified:,} verified. Review: {score_words(record)}. Level: {level_words(record.level)}. "
        f"Policy: {decision.outcome}."
    )
    blocks: list[Block] = [
        Paragraph((total,)),
        Table("Claims, each count by itself", ("Count", "Claims", "Meaning"), tuple(rows), figures=(1,)),
        _facet_table(record.answer, {f.id: f for f in record.plan.facets}),
    ]
    blocks += measurement_tables(record)
    for review in record.reviews:
        blocks += review_blocks(review, places, record.reviews)
    inputs = tuple(_plain(one_line(n), _input(v)) for n, v in decision.inputs.items())
    fired = f"{decision.outcome} by rule “{one_line(decision.rule)}” of policy “{one_line(decision.policy)}”."
    blocks += [
        Heading("Decision"),
        Paragraph((fired,)),
        Bullets(tuple((one_line(reason),) for reason in decision.reasons)),
        Table("Inputs of the decision", ("Input", "Value"), inputs, figures=(1,), detail=True),
    ]
    return tuple(blocks)


def _facet_table(answer: Answer, facets: Mapping[str, Facet]) -> Table:
    rows: tuple[tuple[Run, ...], ...] = tuple(
        ((facet_words(f.facet_id, facets),), (state_badge(f.state),), (one_line(f.reason),)) for f in answer.facets
    )
    return Table("Facets of the question", ("Facet", "State", "Why"), rows, detail=True)


def _input(value: float | int | str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return one_line(value) if isinstance(value, str) else short(value)


def uncertainties(record: Record, places: Mapping[str, str]) -> tuple[Block, ...]:
    """What is uncertain, and what could not be used or checked."""
    blocks: list[Block] = [Bullets(tuple((one_line(limit),) for limit in record.limits))] if record.limits else []
    failures = record.retrieval.failures
    if failures:
        rows = tuple(_plain(one_line(f.where), one_line(f.reason), one_line(f.advice)) for f in failures)
        blocks.append(Table("Files and sources that could not be used", ("Where", "What happened", "What to do"), rows))
    else:
        blocks.append(Paragraph(("Every file and source could be used.",)))
    unchecked = [claim for claim in record.claims if claim.verdict == "UNCHECKED"]
    if unchecked:
        open_rows: tuple[tuple[Run, ...], ...] = tuple(
            ((id_link(c.id, places),), (verdict_badge(c),), (verdict_reason(c),)) for c in unchecked
        )
        blocks.append(Table("Claims that were not checked, and why", ("Claim", "Verdict", "Why"), open_rows))
    else:
        blocks.append(Paragraph(("Every extracted claim was checked.",)))
    blocks.append(Paragraph((f"The record shows what was known on {day(record.created_at)}.",)))
    return tuple(blocks)
