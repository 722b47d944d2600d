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
from sovereign.publish.standing import standing_of
from sovereign.reading import printable
from sovereign.records import Record
from sovereign.settings import load
from sovereign.sources import LOCAL, require_source
from sovereign.store import Store, open_of

from .answered import show_answer
from .corrections import published_of
from .output import clean, err, guarded, out, print_json, progress_line


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
    with open_of(settings) as store:
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
    with open_of(load()) as store:
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
    standing = standing_of(published_of(store, str(record.id)))
    written = write_all(record, folder, record.ledger_head, artifact=store.artifacts.get, standing=standing)
    tell(f"Report: {clean(str(folder / 'report.html'))}")
    if plots := [str(path.relative_to(folder)) for name, path in written.items() if name.startswith("figure-")]:
        tell(f"Plots: {clean(', '.join(plots))}")
