"""``sovereign eval``: how truthful the checks are, measured."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from .bench_tables import show_bench
from .output import clean, err, guarded, print_json, progress_line


@guarded
def evaluate(
    name: Annotated[
        str,
        typer.Argument(
            help="The bench: scifact, pubmedqa, scitab, tamper, scholarqa, injection, tribunal, tdms, scirex, scitldr, qasper, "
            "versions or disagreements.",
            metavar="NAME",
        ),
    ],
    data: Annotated[Path | None, typer.Option("--data", help="The folder that holds the set.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only this split, where the set has splits.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help="Only the first so many pairs, questions or passages.")
    ] = None,
    twins: Annotated[
        Path | None, typer.Option("--twins", help="tamper: score these twins (JSON lines) instead of making some.")
    ] = None,
    library: Annotated[
        Path | None,
        typer.Option("--library", help="scholarqa: answer from this folder; the starter library if left out."),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option("--records", help="tribunal: plant in the records of this folder instead of making some."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", help="injection, tribunal: with this language model, as the setting chat_model names it."
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="Where the result goes; evals/results/NAME.json if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Measure the checks on a labelled set or on twins of true claims, the answers on rubrics, the reviewers on planted defects,
    or what hostile passages change."""
    from sovereign import evals

    given = {
        "--data": data, "--split": split, "--limit": limit, "--twins": twins, "--library": library, "--records": records,
        "--model": model,
    }  # fmt: skip
    words = [w for key, value in given.items() if value is not None for w in (key, str(value))]
    with progress_line(True) as say:
        result = evals.run(
            name,
            data,
            split,
            limit,
            twins,
            lambda text: say(name, text),
            evals.chosen(),
            library,
            records,
            model,
            _skipped,
        )
    result["command"] = shlex.join(["sovereign", "eval", name, *words])
    path = to or Path("evals") / "results" / f"{name}.json"
    evals.write(result, path)
    if as_json:
        return print_json(result)
    show_bench(result)
    err.print(f"Written to {clean(str(path))}")


def _skipped(text: str) -> None:
    err.print(clean(text), highlight=False)
