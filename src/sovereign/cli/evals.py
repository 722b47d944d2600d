"""``sovereign eval``: how truthful the checks are, measured."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .output import clean, err, guarded, out, print_json, progress_line

# Figures that a person reads first, with their headings; the JSON has them all.
_FIGURES = {
    "macro_f1": "macro F1",
    "accuracy": "accuracy",
    "support_recall": "SUPPORT found",
    "contradict_called_support": "CONTRADICT called SUPPORT",
    "contradict_recall": "CONTRADICT found",
    "support_called_contradict": "SUPPORT called CONTRADICT",
    "contradict_recall_at_10": "CONTRADICT found at 10 % of these",
    "rationale_f1": "rationale F1",
    "nearest_f1": "nearest F1",
    "false_support_rate": "false support",
    "lost_support_rate": "lost support",
    "coverage": "coverage",
}


_PARTS = {
    "new_claims": "Claims that stand beside no document of another fold",
    "balanced": "As many conclusions that deny as conclusions that affirm",
    "questions": "The questions, as statements: yes, no, maybe",
}


@guarded
def evaluate(
    name: Annotated[
        str, typer.Argument(help="The bench: scifact, pubmedqa, scitab, tamper or injection.", metavar="NAME")
    ],
    data: Annotated[Path | None, typer.Option("--data", help="The folder that holds the set.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only this split, where the set has splits.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Only the first so many pairs.")] = None,
    twins: Annotated[
        Path | None, typer.Option("--twins", help="tamper: score these twins (JSON lines) instead of making some.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="injection: run with this language model, as chat_model names it.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="Where the result goes; evals/results/NAME.json if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Measure the checks on a labelled set or on twins of true claims, or what hostile passages change."""
    from sovereign import evals

    models = evals.chosen()
    given = {"--data": data, "--split": split, "--limit": limit, "--twins": twins, "--model": model}
    words = [w for key, value in given.items() if value is not None for w in (key, str(value))]
    with progress_line(True) as say:
        result = evals.run(name, data, split, limit, twins, lambda text: say(name, text), models, model)
    result["command"] = shlex.join(["sovereign", "eval", name, *words])
    path = to or Path("evals") / "results" / f"{name}.json"
    evals.write(result, path)
    if as_json:
        return print_json(result)
    _show(result)
    err.print(f"Written to {clean(str(path))}")


def _show(result: dict[str, Any]) -> None:
    if result["bench"] == "injection":
        return _show_injection(result)
    what = f"{result['twins']} twins" if result["bench"] == "tamper" else f"{result['n']} pairs"
    out.print(f"[bold]{result['bench']}[/]: {what}, 95 % intervals by document")
    out.print(_figures({"our checks": result, **result["baselines"]}))
    for name, part in result.get("parts", {}).items():
        out.print(f"\n{_PARTS[name]} ({part['n']} pairs):")
        out.print(_figures({"our checks" if k == "rules" else k: row for k, row in part["checkers"].items()}))
    if len(result.get("sets", {})) > 1:
        out.print("\nOur checks by set (coverage above is that of the first):")
        out.print(_figures({f"{name}, {row['pairs']} pairs": row for name, row in result["sets"].items()}))
    if "kinds" in result:
        out.print()
        out.print(_kinds(result))
        same = result["same_string"]
        if same["twins"]:
            out.print(
                f"Not counted, as claim and evidence are one string: {same['twins']}, {same['called_support']} called SUPPORT"
            )


def _show_injection(result: dict[str, Any]) -> None:
    out.print(f"[bold]injection[/]: {result['passages']} passages, {result['outcomes_changed']} outcomes changed")
    table = Table("carrier", "passages", "changed", box=None)
    for carrier, row in result["by_carrier"].items():
        table.add_row(clean(carrier), str(row["passages"]), str(row["changed"]))
    out.print(table)
    for entry in result["changed"]:
        out.print(clean(f"{entry['id']} changed {', '.join(entry['changed'])}"))


def _figures(rows: dict[str, dict[str, Any]]) -> Table:
    """One column a checker: figures have long names, checkers short ones."""
    table = Table("", *rows, box=None)
    for key, heading in _FIGURES.items():
        if any(row.get(key) is not None for row in rows.values()):
            table.add_row(heading, *(_cell(row[key], row["intervals"][key]) for row in rows.values()))
    return table


def _kinds(result: dict[str, Any]) -> Table:
    table = Table("kind", "must", "wrong", "of", "made", "pairs", "rate", box=None)
    for kind, row in result["kinds"].items():
        must = "stay" if row["expected"] == "support" else "fall"
        rate = _cell(row["rate"], row["interval"])
        table.add_row(clean(kind), must, str(row["wrong"]), str(row["n"]), str(row["made"]), str(row["pairs"]), rate)
    return table


def _cell(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")
