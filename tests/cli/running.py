"""The command as a person runs it, and what it must never do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from sovereign.cli import app

QUESTION = "What is the overhead of the columnar layout versus the row layout in terms of scan latency and disk usage?"


class Said(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that stdout holds, and nothing else."""
        return json.loads(self.out)


def sovereign(*arguments: str | Path) -> Said:
    """Run a command in this process. Anything but a clean exit is a failure."""
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.stderr + result.stdout
    return Said(result.exit_code, result.stdout, result.stderr)


def in_a_process(*arguments: str | Path, stdin: str | None = None) -> Said:
    """Run a command as a process of its own, with the environment of the test."""
    source = Path(__file__).parents[2] / "src"
    found = subprocess.run(
        [sys.executable, "-m", "sovereign.cli", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, input=stdin, check=False,
        env={**os.environ, "PYTHONPATH": str(source), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "Traceback" not in found.stderr + found.stdout, found.stderr
    return Said(found.returncode, found.stdout, found.stderr)


def failed(said: Said, code: int, *words: str) -> None:
    """The command said on stderr what is wrong and what to do, and nothing on stdout."""
    assert said.code == code, said.err
    assert said.out == ""
    message, *advice = said.err.strip().splitlines()
    assert message.startswith("Error: ")
    assert "".join(advice).strip(), "there is no advice"
    for word in words:
        assert word.lower() in " ".join(said.err.split()).lower(), said.err
