"""Typesets one document, in a process of its own: a record that makes the engine hang or crash takes only this process.

Run as a file, it imports nothing of the package. A task comes on standard input as JSON; on standard output goes one
line of JSON, ``{"pdf": size}``, ``{"missing": characters}`` or ``{"error": words}``, and after it the PDF.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

# How the engine says, under PDF/A and PDF/UA, that no font has a sign. The text is quoted as Rust quotes it.
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


def main() -> None:
    """Read the task, typeset it, write the answer."""
    task = json.load(sys.stdin.buffer)
    _confine(task["seconds"], task["megabytes"])
    answer, pdf = _typeset(task)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pdf)


def _typeset(task: dict[str, Any]) -> tuple[dict[str, object], bytes]:
    import typst

    # The root and the folders of packages are empty: there is no file that a document could reach.
    root = Path(task["root"])
    compiler = typst.Compiler(
        root=root,
        font_paths=typst.Fonts(include_system_fonts=task["system_fonts"], font_paths=[Path(task["fonts"])]),
        sys_inputs={"view": task["view"]},
        package_path=root,
        package_cache_path=root,
    )
    try:
        # The document states its date itself; the clock must not show in it.
        pdf = compiler.compile(
            input=task["template"].encode(), format="pdf", pdf_standards=task["standards"], timestamp=0
        )
    except typst.TypstError as error:
        missing = "".join(map(_unquoted, _MISSING.findall(error.diagnostic)))
        return ({"missing": missing} if missing else {"error": error.message[:500]}), b""
    assert isinstance(pdf, bytes)
    return {"pdf": len(pdf)}, pdf


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else {"n": "\n", "t": "\t"}.get(m[2], m[2]), text)


def _confine(seconds: int, megabytes: int) -> None:
    """Give up memory, processor time and files beyond what typesetting needs, also where nobody is left to kill us."""
    try:
        import resource
    except ImportError:  # not on every system; the deadline, which the parent keeps, holds there too
        return
    most = megabytes * 1_000_000
    for kind, limit in (
        (resource.RLIMIT_AS, most),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, 2 * seconds),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue  # a system that refuses one limit still takes the others


if __name__ == "__main__":
    main()
