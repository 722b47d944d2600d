"""``ask``, ``resume`` and ``runs``: a question in, a record out, however often it is interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sovereign.errors import InputError
from sovereign.kernel import Request, discard, held, run, unfinished
from sovereign.kernel import resume as go_on
from sovereign.kernel.runs import damaged, locate
from sovereign.models import chat, is_served
from sovereign.publish import write_all
from sovereign.publish.model_use import model_names, stage_lines
from sovereign.reading import printable
from sovereign.records import AnswerSentence, Claim, FacetAnswer, Record, Side
from sovereign.settings import load
from sovereign.sources import LOCAL, require_source
from sovereign.store import Store, open_store

from .measured import show_matrix, show_measured
from .output import clean, err, guarded, out, print_json, progress_line

_STATE = {"ANSWERED": "green", "PARTLY_ANSWERED": "yellow", "NOT_ANSWERABLE": "red"}
_VERDICT = {"SUPPORT": "green", "CONTRADICT": "red", "MIXED": "yellow", "NOT_ENOUGH_INFO": "dim", "UNCHECKED": "dim"}
ROWS = 20
SENTENCES = 6
MEASURED = 4


@guarded
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    library: Annotated[
        list[Path] | None,
        typer.Option("--library", help="A folder or file to read. Repeatable. Without it, the starter library."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            help="A source to search: library, index, arxiv, semanticscholar, openalex, crossref or zotero. Repeatable. Without it, "
            "the library alone.",
        ),
    ] = None,
    only_library: Annotated[
        bool, typer.Option("--only-library", help="Touch nothing but the library: not one packet leaves.")
    ] = False,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="Folder to write the record to, besides the store.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON on stdout.")] = False,
    max_papers: Annotated[
        int | None,
        typer.Option("--max-papers", help="How many works are kept for reading. Default: the setting max_papers, 19."),
    ] = None,
    budget_seconds: Annotated[
        float | None,
        typer.Option(
            "--budget-seconds",
            help="Time for the run; what is left out stands in the record. Default: the setting budget_seconds.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of everything random. Default: the setting seed, 0.")
    ] = None,
    no_measure: Annotated[bool, typer.Option("--no-measure", help="Run no laboratory protocol.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", help="Language model that proposes, such as openai:NAME. Default: the setting chat_model."
        ),
    ] = None,
    judge_model: Annotated[
        str | None,
        typer.Option("--judge-model", help="Language model of the reviewers. Default: the setting judge_model."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="Keep every exchange with sources and models in this folder.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option("--replay", help="Send nothing: answer from the exchanges in this folder.")
    ] = None,
) -> None:
    """Answer a question from the literature and publish a record that can be checked."""
    if only_library and {require_source(name) for name in source or ()} - set(LOCAL):
        raise InputError("--only-library does not go with --source.", "Leave one of them out.")
    given = {"max_papers": max_papers, "budget_seconds": budget_seconds, "seed": seed}
    settings = load(given | {"chat_model": model, "judge_model": judge_model})
    if only_library and is_served(settings.embedder):
        err.print(f"[yellow]--only-library: {clean(settings.embedder)} is not asked; the search is by words alone.[/]")
        settings = settings.model_copy(update={"embedder": "none"})
    if only_library and settings.index_url:
        err.print("[yellow]--only-library: the database of index_url is not asked; vectors are kept in the home.[/]")
        settings = settings.model_copy(update={"index_url": ""})
    if only_library:
        for name in chat.SETTINGS:
            if chat.is_served(away := getattr(settings, name)):
                err.print(f"[yellow]--only-library: {clean(away)} is not asked; no language model takes its place.[/]")
                settings = settings.model_copy(update={name: "none"})
    request = Request(question, settings, tuple(library or ()), tuple(source or ()), not no_measure, record, replay)
    with open_store(settings.home) as store:
        with progress_line(not as_json) as progress:
            made = run(request, store, progress)
        _hand_over(made, out_dir, as_json, store)


@guarded
def resume(
    run_id: Annotated[
        str, typer.Argument(metavar="ID", help="Short id of the run (SRCH:1A2B3C4D), UUID, or the beginning of one.")
    ],
    out_dir: Annotated[
        Path | None, typer.Option("--out", help="Folder to write the record to, besides the store.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON on stdout.")] = False,
) -> None:
    """Go on with a run that was stopped or killed, after the last stage that ended."""
    with open_store(load().home) as store:
        with progress_line(not as_json) as progress:
            record = go_on(run_id, store, progress)
        _hand_over(record, out_dir, as_json, store)


@guarded
def runs(
    discard_id: Annotated[
        str | None, typer.Option("--discard", metavar="ID", help="Forget this unfinished run, then list the others.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """List the runs that have begun and have not published a record, oldest first."""
    home = load().home
    if discard_id is not None:
        folder = locate(home, discard_id)
        with held(folder):
            discard(folder)
    there, broken = unfinished(home), damaged(home)
    if as_json:
        rows: list[dict[str, object]] = [
            {"id": str(r.begun.id), "short_id": r.begun.short_id, "question": r.begun.question}
            | {"started_at": r.begun.started_at, "going_on": r.going_on, "damaged": False}
            for r in there
        ]
        return print_json(rows + [{"id": printable(name), "damaged": True} for name in broken])
    if not there and not broken:
        return out.print("No run is unfinished.")
    table = Table("Id", "Begun", "State", "Question")
    for r in there:
        state = "going on" if r.going_on else "stopped"
        table.add_row(r.begun.short_id, r.begun.started_at[:16], state, clean(r.begun.question))
    for name in broken:
        table.add_row(clean(name), "–", "damaged", "–")
    out.print(table, soft_wrap=False)
    if there:
        out.print("Go on with one: sovereign resume ID")
    if broken:
        out.print("Forget a damaged one: sovereign runs --discard ID")


def _hand_over(record: Record, out_dir: Path | None, as_json: bool, store: Store) -> None:
    """Show the record and write its files."""
    folder = out_dir or store.home / "records" / record.short_id.removeprefix("SRCH:")
    if as_json:
        print_json(record.model_dump(mode="json"))
    else:
        show_answer(record)
    # Said before the files are written: the record stands in the store also when they cannot be.
    tell = (err if as_json else out).print
    tell(f"\nRecord: {record.short_id} (sovereign show {record.short_id})")
    written = write_all(record, folder, record.ledger_head, artifact=store.artifacts.get)
    tell(f"Report: {clean(str(folder / 'report.html'))}")
    if plots := [str(path.relative_to(folder)) for name, path in written.items() if name.startswith("figure-")]:
        tell(f"Plots: {clean(', '.join(plots))}")


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
        out.print(f"  • {clean(item.metric)}, {clean(item.subject)}")
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
    _claims(record, [c for c in record.claims if c.id in cited] or list(record.claims[:ROWS]))
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
    title = f"Claims behind these statements ({len(claims)} of {len(record.claims)}; all are in the report)"
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
