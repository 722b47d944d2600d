"""``benchmarks build``: what works report of the same thing, and whether it may be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sovereign.benchmarks import clusters_of, evidence_of, summary_of
from sovereign.records import BenchmarkEvidence, EvidenceEntry, sha256_hex
from sovereign.settings import load

from .output import clean, err, guarded, out, print_json, progress_line

_SHOWN = ("contested", "not_comparable")
_LONGEST = 200  # characters of a quote or a name that are shown
_ENTRIES = 8
_TOLD = 10  # failures and notices that are shown

benchmarks = typer.Typer(help="What works report of one method on one benchmark.", no_args_is_help=True)


@benchmarks.callback()
def _group() -> None:
    """What works report of one method on one benchmark."""


@benchmarks.command("build")
@guarded
def build(
    library: Annotated[
        list[Path],
        typer.Option(
            "--library",
            help="A folder or file of documents, or a folder that holds the TDMS or SciREX set or the PEFT runs. Repeatable.",
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Where to write the evidence: a file NAME.json for all, or a folder with a file for each cluster.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all clusters as JSON on stdout.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many clusters of each kind to show.")] = 5,
) -> None:
    """Cluster the numbers of a library by typed key: which agree, which are contested, and which may not be compared at all."""
    from sovereign.evals import libraries

    with progress_line(True) as say:
        read = libraries.read(library, load(), lambda text: say("benchmarks", text))
        say("benchmarks", f"clustering {len(read.numbers)} numbers")
        clusters = clusters_of(read.numbers, read.papers)
        papers = {paper.id: paper for paper in read.papers}
        evidence = [evidence_of(cluster, papers) for cluster in clusters]
    summary = {"works": len(read.papers), "numbers": len(read.numbers), **summary_of(clusters)}
    failures = [failure.model_dump(mode="json") for failure in read.failures]
    whole = {"summary": summary, "failures": failures, "notices": list(read.notices)}
    if to is not None:
        _write(to, whole, evidence)
    if as_json:
        return print_json({**whole, "clusters": [_plain(one) for one in evidence]})
    _show_summary(summary)
    for status in _SHOWN:
        of_kind = sorted((e for e in evidence if e.status == status), key=_widest_first)
        for one in of_kind[:limit]:
            _show(one)
        if len(of_kind) > limit:
            out.print(f"[dim]and {len(of_kind) - limit} more that are {_words(status)} (--limit, --json)[/]\n")
    _show_told(read.notices, "notices")
    _show_told([f"{f.where}: {f.reason}" for f in read.failures], "failures")
    if to is not None:
        out.print(f"Evidence: {clean(str(to))}")


def _write(to: Path, whole: dict[str, Any], evidence: Sequence[BenchmarkEvidence]) -> None:
    """The evidence in one file, or each cluster in a file of its own beside ``index.json``."""
    from sovereign.evals.results import write

    if to.suffix == ".json":
        return write({**whole, "clusters": [_plain(one) for one in evidence]}, to)
    rows = []
    for one in evidence:
        name = _file_name(one)
        write(_plain(one), to / name)
        rows.append({"file": name, "model": one.model, "benchmark": one.benchmark, "status": one.status})
    write({**whole, "clusters": rows}, to / "index.json")


def _file_name(one: BenchmarkEvidence) -> str:
    """A name from the labels, in letters that every disk knows, told apart by a hash: labels come from texts."""
    label = re.sub(r"[^a-z0-9]+", "-", f"{one.model} {one.benchmark}".lower()).strip("-")[:60]
    of = json.dumps([one.model, one.benchmark, sorted({entry.source_id for entry in one.entries})])
    return f"{label or 'cluster'}-{sha256_hex(of.encode())[:8]}.json"


def _plain(one: BenchmarkEvidence) -> dict[str, Any]:
    return one.model_dump(mode="json", by_alias=True)


def _widest_first(one: BenchmarkEvidence) -> tuple[object, ...]:
    return (
        -max((p.spread for p in one.protocols if p.status == one.status), default=one.spread_pp or 0.0),
        one.model,
        one.benchmark,
    )


def _words(status: str) -> str:
    return status.replace("_", " ")


def _show_summary(summary: dict[str, Any]) -> None:
    out.print(
        f"[bold]{summary['works']}[/] works read, {summary['numbers']} numbers, of them {summary['in_clusters']} in "
        f"{summary['clusters']} clusters by model and benchmark"
    )
    table = Table(
        "",
        *(_words(status) for status in summary["by_status"]),
        caption="what labels alone call contested, by what typed keys say",
    )
    table.columns[0].no_wrap = True
    for title, name in (
        ("clusters", "by_status"),
        ("contested by label alone", "contested_by_label_alone"),
        ("contested by label and metric", "contested_by_label_and_metric"),
    ):
        table.add_row(title, *(str(n) for n in summary[name].values()))
    out.print(table, soft_wrap=False)


def _show(one: BenchmarkEvidence) -> None:
    """One cluster with its numbers: of a contested one those that disagree; of another those that labels alone would mix, which are
    scores in percent, where two works give such."""
    out.print(f"[bold]{_brief(one.model)} on {_brief(one.benchmark)}[/]: [bold]{_words(one.status)}[/]")
    out.print(f"  {clean(one.interpretation)}")
    within = {place for place, part in enumerate(one.protocols) if part.status == one.status}
    scores = [e for e in one.entries if e.score_pct is not None]
    mixed = scores if len({e.source_id for e in scores}) > 1 else one.entries
    entries = [e for e in one.entries if e.protocol in within] or mixed
    for entry in entries[:_ENTRIES]:
        _show_entry(entry, one)
    if len(entries) > _ENTRIES:
        out.print(f"  [dim]and {len(entries) - _ENTRIES} more numbers[/]")
    out.print()


def _show_entry(entry: EvidenceEntry, one: BenchmarkEvidence) -> None:
    key = entry.key
    stated = [
        key.metric,
        key.dataset,
        key.split,
        key.task,
        key.model,
        f"{key.size:.3g} parameters" if key.size else None,
    ]
    told = f", figure of {entry.credited}" if entry.credited else ""
    year = f" ({entry.year})" if entry.year else ""
    open_setting = [f"{name} {value}" for name, value in key.setting if name in one.differs or name in one.unstated]
    out.print(f"  [bold]{clean(entry.value)}[/] {_brief(', '.join(filter(None, [*stated, *open_setting])))}")
    out.print(f"      {_brief(entry.source_title)}{year} [dim]{clean(entry.source_id)}{clean(told)}[/]")
    out.print(f"      “{_brief(entry.quote)}”")
    if entry.cell:
        rows, columns = (" / ".join(headers) for headers in (entry.cell.row_headers, entry.cell.column_headers))
        out.print(f"      [dim]row {_brief(rows)}; column {_brief(columns)}[/]")


def _brief(text: str) -> str:
    """A text on one line, cut where it is long; the JSON has it whole."""
    line = " ".join(text.split())
    return clean(line[:_LONGEST]) + ("…" if len(line) > _LONGEST else "")


def _show_told(lines: Sequence[str], what: str) -> None:
    for line in lines[:_TOLD]:
        err.print(f"  [yellow]{clean(line)}[/]")
    if len(lines) > _TOLD:
        err.print(f"  [yellow]and {len(lines) - _TOLD} more {what} (--json shows all)[/]")
