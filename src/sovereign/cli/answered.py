"""An answer on a terminal: title and abstract, what was measured, the facets, disagreements, open points and the claims behind them."""

from __future__ import annotations

from rich.table import Table

from sovereign.publish.model_use import model_names, stage_lines
from sovereign.publish.view import TYPES
from sovereign.records import AnswerSentence, Claim, FacetAnswer, Record, Side

from .measured import show_matrix, show_measured
from .output import clean, out

_STATE = {"ANSWERED": "green", "PARTLY_ANSWERED": "yellow", "NOT_ANSWERABLE": "red"}
_VERDICT = {"SUPPORT": "green", "CONTRADICT": "red", "MIXED": "yellow", "NOT_ENOUGH_INFO": "dim", "UNCHECKED": "dim"}
ROWS = 20
SENTENCES = 6
MEASURED = 4


def show_answer(record: Record) -> None:
    """The answer, its disagreements and open points, and the claims table, for a terminal."""
    answer, counters = record.answer, record.counters
    out.print(f"\n[bold]{clean(answer.title or record.question)}[/]")
    if answer.title:
        out.print(f"[dim]{clean(record.question)}[/]")
    out.print(
        f"[{_STATE[answer.state]}]{answer.state}[/] · {record.decision.outcome} ({clean(record.decision.reasons[0])}) · "
        f"score {record.reviews[-1].score:g}/10 · level L{record.level}\n"
    )
    for sentence in answer.abstract:
        ids = _origin(record, sentence) if not sentence.of_record else ""
        out.print(f"{clean(sentence.text)}{ids}")
    if answer.abstract:
        out.print()
    for measured in answer.measured:
        show_measured(measured, record)
    facets = {f.id: f.text for f in record.plan.facets}
    for facet in answer.facets:
        out.print(f"[bold]{clean(facets[facet.facet_id])}[/]: [{_STATE[facet.state]}]{facet.state}[/]")
        for part in facet.parts:
            out.print(f"  [{_STATE[part.state]}]{part.state}[/] {clean(part.scope)}")
        for sentence in _shown(facet):
            mark = " [italic dim](our inference)[/]" if sentence.inferred else ""
            out.print(f"  • {clean(sentence.text)}{mark}{_origin(record, sentence)}")
        if not facet.sentences:
            out.print(f"  • {clean(facet.reason)}")
        if why := next((s.text for s in answer.sureness if s.facet_id == facet.facet_id), ""):
            out.print(f"  [dim]How sure: {clean(why.partition(': ')[2])}[/]")
    for table in answer.matrices:
        show_matrix(table)
    if answer.agreements:
        out.print("\n[bold]Where sources agree[/]")
    for agreed in answer.agreements:
        out.print(f"  • {clean(agreed.subject)}: {clean(agreed.text)}{_ids_of(agreed.sides)}")
    if answer.disagreements:
        out.print("\n[bold]Where sources disagree[/]")
    for item in answer.disagreements:
        kind = f" [dim]({TYPES[item.type]})[/]" if item.type else ""
        out.print(f"  • {clean(item.metric)}, {clean(item.subject)}{kind}")
        for side in item.sides:
            out.print(f"      – {clean(side.statement)}{_origin(record, side)}")
        out.print(f"      [dim]{clean(item.why)}[/]")
    if answer.open_points:
        out.print("\n[bold]Open[/]")
    for point in {p.text: p for p in answer.open_points}.values():  # one for each facet that it leaves open
        out.print(f"  • {clean(point.text)}")
    shown = [s for f in answer.facets for s in _shown(f)]
    cited = {i for s in shown for i in s.claim_ids} | {
        i for d in answer.disagreements for side in d.sides for i in side.claim_ids
    }
    _claims(record, [c for c in record.claims if c.id in cited] or list(record.standing[:ROWS]))
    out.print(
        f"\n{len(record.papers)} of {counters.papers_seen} works read · {counters.extracted} claims extracted, {counters.anchored} anchored, "
        f"{counters.supported} supported by their source, {counters.mixed} mixed, {counters.contradicted} contradicted, "
        f"{counters.unchecked} unchecked, {counters.verified} verified by other evidence"
    )
    helped = stage_lines(record.model_use)
    if record.model_use:
        out.print(f"\n[bold]Language models[/] ({clean(model_names(record.model_use))})")
    for line in helped:
        out.print(f"  • {clean(line)}")
    limits = [limit for limit in record.limits if limit not in helped]
    out.print("\n[bold]What this record does not show[/]")
    for limit in limits[:ROWS]:
        out.print(f"  • {clean(limit)}")
    if record.retrieval.failures:
        out.print(f"\n[yellow]{len(record.retrieval.failures)} file(s) or source(s) could not be used:[/]")
        for failure in record.retrieval.failures[:ROWS]:
            out.print(f"  • {clean(failure.where)}: {clean(failure.reason)}")
    if (left := max(len(record.retrieval.failures), len(limits)) - ROWS) > 0:
        out.print(f"  … and {left} more lines like these; all are in the report, with what to do")


def source_line(claim: Claim) -> str:
    """Metric, source and place; of a note also that the words are ours, and how its author read the source."""
    quote = claim.quote
    parts = [claim.metric.replace("_", " ")] if claim.metric else []
    parts.append(f"{quote.source_id}, {quote.where or quote.section}")
    parts += [f"secondary summary, our words, seen: {quote.seen or 'not said'}"] if quote.our_words else []
    return " · ".join(parts)


def _shown(facet: FacetAnswer) -> list[AnswerSentence]:
    """The first sentences of what was measured, and of the sources; the report has all."""
    own = [s for s in facet.sentences if s.measurement_ids]
    return own[:MEASURED] + [s for s in facet.sentences if not s.measurement_ids][:SENTENCES]


def _origin(record: Record, of: AnswerSentence | Side) -> str:
    """The claims and measurements behind a statement, and whether they come from notes in our own words."""
    ours = any(record.claim(i).quote.our_words for i in of.claim_ids)
    ids = (*of.claim_ids, *(of.measurement_ids if isinstance(of, AnswerSentence) else ()))
    return f" [cyan]{clean(_ids(ids))}[/]" + (" [italic dim](secondary summary)[/]" if ours else "")


def _ids_of(sides: tuple[Side, ...]) -> str:
    return f" [cyan]{clean(_ids(tuple(i for side in sides for i in side.claim_ids)))}[/]"


def _ids(ids: tuple[str, ...]) -> str:
    return f"[{', '.join(ids[:8])}{', …' if len(ids) > 8 else ''}]"


def _claims(record: Record, claims: list[Claim]) -> None:
    """The claims that the statements above rest on, with verdict, source and marks, and where to read the sources."""
    if not claims:
        return
    title = f"Claims behind these statements ({len(claims)} of {len(record.standing)}; all are in the report)"
    table = Table(title=title, title_justify="left")
    table.add_column("Id", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Claim and source", ratio=1, overflow="fold")
    for claim in claims:
        mark = " ✓" if claim.verified else ""
        row = f"{clean(claim.text)}\n[dim]{clean(source_line(claim))}[/]"
        table.add_row(claim.id, f"[{_VERDICT[claim.verdict]}]{claim.verdict}{mark}[/]", row)
    out.print()
    out.print(table, soft_wrap=False)
    out.print("[dim]SUPPORT: its source says so. ✓: verified by evidence other than its own sentence.[/]")
    sources = {c.quote.source_id for c in claims} | {c.quote.paper_id for c in claims}
    links = [
        f"{p.id}: {p.url}" + (" (original not read)" if p.our_words else "")
        for p in record.papers
        if p.id in sources and p.url
    ]
    if links:
        out.print("\n[bold]Read the sources[/]")
    for link in links:
        out.print(f"  • {clean(link)}")
