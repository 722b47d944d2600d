"""The command ``sovereign``: arguments in, one call, output out."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer import Typer

    app: Typer

# Where each command is, in the order of the help. A module is loaded with the first command of it that is wanted: all of
# them take more than a second.
COMMANDS = {
    "ask": "ask:ask",
    "resume": "ask:resume",
    "runs": "ask:runs",
    "list": "records:list_records",
    "show": "records:show",
    "export": "export:export",
    "verify-record": "verify_record:verify_record",
    "import": "verify_record:import_record",
    "verify": "verify:verify",
    "versions": "versions:versions",
    "review": "review:review",
    "eval": "evals:evaluate",
    "approve": "records:approve",
    "hold": "records:hold",
    "reject": "records:reject",
    "deposit": "deposit:deposit",
    "approve-deposit": "deposit:approve_deposit",
    "correct": "correct:correct",
    "monitor": "monitor:monitor",
    "serve": "serve:serve",
    "mcp": "agents:mcp",
    "schemas": "schemas:schemas",
    "settings": "system:settings",
    "version": "system:version",
}
GROUPS = {
    "index": "index:index",
    "benchmarks": "benchmarks:benchmarks",
    "lab": "lab:lab",
    "mixlora": "mixlora:mixlora",
    "ledger": "system:ledger",
    "site": "site:site",
    "key": "export:key",
}


def main() -> None:
    """Entry point of the console script."""
    # Nothing of what is imported is garbage: to look for some takes a fifth of the time. It stays until the end, and the
    # collector need not look at it again, which is a tenth of a short run.
    gc.disable()
    command = command_line(sys.argv[1] if len(sys.argv) > 1 else "")
    gc.freeze()
    gc.enable()
    command()


def command_line(wanted: str = "") -> Typer:
    """The whole command; if ``wanted`` is the name of a command or a group, with that one alone."""
    import typer

    made = typer.Typer(
        name="sovereign",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback(help="Research answers that can be checked.")(
        _nothing
    )  # one command alone stays a command of a group
    known = wanted in COMMANDS or wanted in GROUPS
    for name, place in COMMANDS.items():
        if name == wanted or not known:
            made.command(name)(_at(place))
    for name, place in GROUPS.items():
        if name == wanted or not known:
            made.add_typer(_at(place), name=name)
    return made


def _nothing() -> None:
    """What ``sovereign`` does before each command."""


def _at(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = command_line()
    return globals()[name]


__all__ = ["app", "command_line", "main"]
