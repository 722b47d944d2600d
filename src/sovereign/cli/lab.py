"""``lab``: measurements of the laboratory."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sovereign.errors import Interrupted
from sovereign.lab.methods import METHODS
from sovereign.lab.overhead.config import DTYPES, overhead_config
from sovereign.lab.overhead.results import Config, Latency, Memory, Results
from sovereign.lab.overhead.words import where
from sovereign.settings import load

from .gate import lab_gate, lab_reproduce
from .output import clean, err, guarded, out, print_json, progress_line

lab = typer.Typer(name="lab", help="Measure, and put claims to the test.", no_args_is_help=True, rich_markup_mode=None)


@lab.command("overhead")
@guarded
def overhead(
    scales: Annotated[
        str, typer.Option("--scales", help="Scales, with commas: 110m,opt-1.3b,175b. Without it, all.")
    ] = "",
    methods: Annotated[
        str,
        typer.Option(
            "--methods", help="Methods, with commas: lora,mixlora. Without it, all. The base is always there."
        ),
    ] = "",
    device: Annotated[str, typer.Option("--device", help="cpu or cuda.")] = "cpu",
    dtype: Annotated[
        str | None, typer.Option("--dtype", help=f"{', '.join(DTYPES)}. Default: what the device multiplies fastest.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Five scales, few repeats: under a minute.")] = False,
    repeats: Annotated[
        int | None, typer.Option("--repeats", help="Rounds after the warm-up. Default: 5, quick 2.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads. Default: one for each core.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of weights and routing.")] = 0,
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the result. Default: one for this configuration among SOVEREIGN's data."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON on stdout.")] = False,
) -> None:
    """Measure what each way of adapting a model costs in latency and memory, from 110M to 175B parameters.

    Stopped or killed, the same command goes on where it was.
    """
    from sovereign.lab.overhead.run import run

    config = overhead_config(_names(scales), _names(methods), device, dtype, quick, repeats, threads, seed)
    folder = out_dir or load().home / "lab" / f"overhead-{_digest(config)}"
    command = shlex.join(["sovereign", *sys.argv[1:]])
    err.print(f"Results go to {clean(str(folder))}")
    with progress_line(True) as progress:
        try:
            results = run(config, folder, command, lambda line: _tell(progress, line))
        except KeyboardInterrupt:
            raise Interrupted("The measuring was stopped.", "What is done is kept: the same command goes on.") from None
    if as_json:
        return print_json(results.model_dump(mode="json"))
    _show(results)
    out.print(f"\nTable, plots and data: {clean(str(folder))}")


lab.command("gate")(lab_gate)
lab.command("reproduce")(lab_reproduce)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _digest(config: Config) -> str:
    return hashlib.sha256(config.model_dump_json().encode("utf-8")).hexdigest()[:12]


def _tell(progress: object, line: str) -> None:
    """One line of progress: in place on a terminal, else as a line of its own."""
    if err.is_terminal and callable(progress):
        progress("measuring", line)
    else:
        err.print(clean(line))


# Columns that fit a terminal.
SHORT = {
    "full_fine_tuning": "full ft",
    "lora_merged": "merged",
    "mixlora_naive": "mixlora naive",
    "mixlora_reference": "mixlora refer.",
}


def _show(results: Results) -> None:
    """Ratios, a row for each scale: time of decoding one sequence and of a prompt, memory of training."""
    out.print(f"Measured on {clean(where(results.environment))}")
    for title, wanted in (("Decoding, one sequence", "decode"), ("Prefill", "prefill")):
        rows = _one_setting([r for r in results.latency if r.phase == wanted and r.routing in ("none", "balanced")])
        if rows:
            setting = f"context {rows[0].context_length}" if wanted == "decode" else f"{rows[0].tokens} tokens"
            cells = {(r.shape, r.method): r.ratio for r in rows if r.same_as is None or r.method == "base"}
            _ratios(f"{title}, {setting}: time over that of the frozen base, {_hows(rows)}", cells, results)
    equal = {f"{r.method} computes what {r.same_as} does" for r in results.latency if r.same_as}
    if equal:
        out.print("; ".join(sorted(equal)))
    # Merged or not, LoRA is trained beside the weights.
    trained = [m for m in results.memory if m.mode == "training" and not METHODS[m.method].merged]
    training = {(m.shape, m.method): m.ratio for m in trained}
    if training:
        _ratios(f"Training: memory over that of full fine-tuning, {_hows(trained)}", training, results)
    for row in results.skipped:
        if not row.method:  # a whole job that failed
            err.print(f"[bold red]Not measured:[/] {row.what} of {row.shape}: {clean(row.reason)}")


def _one_setting(rows: list[Latency]) -> list[Latency]:
    """Those of the setting with the smallest batch and context and the most tokens up to 128."""
    settings = [(r.batch_size, r.context_length, -r.tokens) for r in rows if r.tokens <= 128]
    return [r for r in rows if settings and (r.batch_size, r.context_length, -r.tokens) == min(settings)]


def _hows(rows: Sequence[Latency | Memory]) -> str:
    """How the figures of a table were found: ``composed and tiled``."""
    return " and ".join(sorted({row.how for row in rows}))


def _ratios(title: str, cells: dict[tuple[str, str], float], results: Results) -> None:
    columns: dict[str, list[float | None]] = {}
    for method in results.config.methods:
        column = [cells.get((scale, method)) for scale in results.config.scales]
        if any(column) and column not in columns.values():  # what equals another column is said in words
            columns[method] = column
    table = Table(title=title, title_justify="left", padding=(0, 1))
    table.add_column("scale", no_wrap=True)
    for method in columns:
        table.add_column(SHORT.get(method, method), justify="right")
    for scale, *values in zip(results.config.scales, *columns.values(), strict=True):
        if any(values):
            table.add_row(scale, *("–" if value is None else f"{value:.3g}" for value in values))
    out.print(table, soft_wrap=False)
