"""The command reference, made from the commands themselves: ``python -m sovereign.cli.reference > docs/reference/cli.md``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from . import app

_HEAD = """# Commands

<!-- Made by `python -m sovereign.cli.reference`; do not edit by hand. -->

Results go to standard output, progress and errors to standard error. With `--json` standard output holds exactly one JSON
document. Exit codes are listed in [](exit-codes.md).
"""


def reference() -> str:
    """The whole page in Markdown."""
    root: Any = typer.main.get_command(app)
    return "\n".join([_HEAD, *_sections("sovereign", root)]).rstrip() + "\n"


def _sections(name: str, command: Any) -> Iterator[str]:
    """One section for each command; groups give those of their commands."""
    for key, sub in getattr(command, "commands", {}).items():
        yield from _sections(f"{name} {key}", sub) if hasattr(sub, "commands") else [_section(f"{name} {key}", sub)]


def _section(name: str, command: Any) -> str:
    params = [p for p in command.params if p.name != "help"]
    arguments = [p for p in params if p.param_type_name == "argument"]
    options = [p for p in params if p.param_type_name == "option"]
    usage = " ".join([name, *(_metavar(p) for p in arguments), *(["[OPTIONS]"] if options else [])])
    lines = [f"## {name}", "", command.help or "", "", "```text", usage, "```", ""]
    rows = [(f"`{_metavar(p)}`", p.help or "", "required") for p in arguments]
    rows += [(f"`{', '.join(p.opts)}`", (p.help or "").split("  [default")[0], _default(p)) for p in options]
    if rows:
        lines += ["| argument or option | meaning | default |", "| --- | --- | --- |"]
        lines += [f"| {a} | {b.replace('|', chr(92) + '|')} | {c} |" for a, b, c in rows]
    return "\n".join([*lines, ""])


def _metavar(param: Any) -> str:
    return str(param.metavar or param.name.upper())


def _default(param: Any) -> str:
    if param.required:
        return "required"
    if getattr(param, "multiple", False):
        return "none; repeatable"
    if param.default in (None, False, ()):
        return "off" if param.is_flag else "–"
    return f"`{param.default}`"


if __name__ == "__main__":
    print(reference(), end="")
