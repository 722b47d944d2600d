"""Runs the typesetting engine over data, with a deadline, in another process and without a file to reach."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sovereign.errors import OutputError

SECONDS = 60
MEGABYTES = 4_000
# Tagged, and self-contained besides: both hold at once. PDF/A-4 wants PDF 2.0, which PDF/UA-1 rules out.
TAGGED = ("ua-1",)
ARCHIVED = ("ua-1", "a-2a")
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
_ADVICE = "Every other form of the record has all of it: html and md to read, json to keep."


@dataclass(frozen=True)
class Task:
    """A document: the template, its data, and the standards that it is to keep."""

    template: str
    data: dict[str, Any]
    standards: tuple[str, ...]


class TypesettingError(OutputError):
    """The engine refused the document; the others of ``OutputError`` stand for one that was not done in time."""


def typeset(task: Task, seconds: float = SECONDS) -> bytes:
    """The PDF, the same bytes for the same task and fonts.

    Fonts are those that come with the engine and DejaVu Sans. Only where they lack a sign are the machine's asked, and
    a sign that none has stands as its code point, ``[U+4E2D]``; ``data["unshown"]`` then counts them.

    Raises:
        TypesettingError: if the engine refuses the document.
        OutputError: if it is not ready in time, or the engine fails.
    """
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="sovereign-pdf-") as name:
        fonts, root = Path(name, "fonts"), Path(name, "root")
        fonts.mkdir()
        root.mkdir()
        for path in _font_files():
            shutil.copy(path, fonts)
        data, seen = task.data, set[str]()
        for standards in (*[task.standards] * 4, ()):
            request = {
                "template": task.template,
                "view": json.dumps(data),
                "fonts": str(fonts),
                "root": str(root),
                "system_fonts": bool(seen),
                "standards": standards,
                "seconds": max(1, int(end - time.monotonic()) + 1),
                "megabytes": MEGABYTES,
            }
            answer, pdf = _run(request, end - time.monotonic())
            if "pdf" in answer:
                return pdf
            if "missing" not in answer:
                raise TypesettingError(f"The PDF could not be typeset: {answer['error']}.", _ADVICE)
            missing = set(str(answer["missing"])) - {" "}
            # The first time the machine's own fonts may have them.
            if seen:
                data = _by_code_point(task.data, seen := seen | missing)
            seen |= missing
    raise TypesettingError("The PDF could not be typeset: no font shows its text.", _ADVICE)


def _run(request: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
    child = Path(__file__).with_name("typst_child.py")
    # The child finds the engine where this process does.
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(child)],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            timeout=max(seconds, 0.01),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OutputError("The PDF was not ready in time, so it was given up.", _ADVICE) from None
    except OSError as error:
        raise OutputError(f"The PDF could not be typeset: {error.strerror}.", _ADVICE) from error
    line, _, pdf = done.stdout.partition(b"\n")
    try:
        answer = json.loads(line)
    except ValueError:
        answer = {}
    if not isinstance(answer, dict) or not (answer.keys() & {"error", "missing"} or answer.get("pdf") == len(pdf)):
        raise OutputError(f"The typesetting engine ended with {done.returncode} before the PDF was done.", _ADVICE)
    return answer, pdf


def _font_files() -> Iterable[Path]:
    """DejaVu Sans, which comes with matplotlib: it has many scripts that the engine's own fonts lack."""
    spec = find_spec("matplotlib")
    folder = Path(spec.origin).parent / "mpl-data/fonts/ttf" if spec and spec.origin else Path()
    return (path for name in _FONTS if (path := folder / name).is_file())


def _by_code_point(data: dict[str, Any], signs: set[str]) -> dict[str, Any]:
    """The data with each of ``signs`` as its code point, and how many there are."""
    count = 0

    def shown(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            # What is no text to show: pictures, addresses, and the title that the file's properties hold.
            return {k: v if k in ("svg", "href", "meta", "anchor") else shown(v) for k, v in value.items()}
        if isinstance(value, list):
            return [shown(one) for one in value]
        if not isinstance(value, str) or signs.isdisjoint(value):
            return value
        count += sum(sign in signs for sign in value)
        return "".join(f"[U+{ord(sign):04X}]\u200b" if sign in signs else sign for sign in value)

    return {**shown(data), "unshown": count}
