"""The command ``sovereign``: arguments in, one call, output out."""

from __future__ import annotations

import gc

import typer

from . import agents as _agents
from . import ask as _ask
from . import benchmarks as _benchmarks
from . import correct as _correct
from . import deposit as _deposit
from . import evals as _evals
from . import export as _export
from . import gate as _gate
from . import index as _index
from . import lab as _lab
from . import mixlora as _mixlora
from . import monitor as _monitor
from . import records as _records
from . import review as _review
from . import schemas as _schemas
from . import serve as _serve
from . import site as _site
from . import system as _system
from . import verify as _verify
from . import verify_record as _verify_record
from . import versions as _versions

app = typer.Typer(
    name="sovereign",
    help="Research answers that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ask")(_ask.ask)
app.command("resume")(_ask.resume)
app.command("runs")(_ask.runs)
app.command("list")(_records.list_records)
app.command("show")(_records.show)
app.command("export")(_export.export)
app.command("verify-record")(_verify_record.verify_record)
app.command("import")(_verify_record.import_record)
app.command("verify")(_verify.verify)
app.command("versions")(_versions.versions)
app.command("review")(_review.review)
app.command("eval")(_evals.evaluate)
app.command("approve")(_records.approve)
app.command("hold")(_records.hold)
app.command("reject")(_records.reject)
app.command("deposit")(_deposit.deposit)
app.command("approve-deposit")(_deposit.approve_deposit)
app.command("correct")(_correct.correct)
app.command("monitor")(_monitor.monitor)
app.add_typer(_index.index, name="index")
app.add_typer(_benchmarks.benchmarks, name="benchmarks")
app.add_typer(_lab.lab, name="lab")
app.add_typer(_mixlora.mixlora, name="mixlora")
app.add_typer(_system.ledger, name="ledger")
app.add_typer(_site.site, name="site")
app.add_typer(_export.key, name="key")
_lab.lab.command("gate")(_gate.lab_gate)
_lab.lab.command("reproduce")(_gate.lab_reproduce)
app.command("serve")(_serve.serve)
app.command("mcp")(_agents.mcp)
app.command("schemas")(_schemas.schemas)
app.command("settings")(_system.settings)
app.command("version")(_system.version)


def main() -> None:
    """Entry point of the console script."""
    # What was imported stays until the end: the collector need not look at it again, which is a tenth of a short run.
    gc.freeze()
    app()


__all__ = ["app", "main"]
