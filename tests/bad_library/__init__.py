"""A library of bad files, for tests and for a look by hand: ``python -m tests.bad_library FOLDER``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import archives, pdfs, texts


class BadLibrary(NamedTuple):
    """What a library holds, by relative name; bytes of a name that are no UTF-8 are surrogates, as Python gives them.

    ``failures`` cannot be read, or a member of them cannot; ``notices`` can be read, but not all of it. Both map to a
    phrase that the reason has to contain.
    ``good`` are read without complaint, odd as some of them are.
    """

    failures: dict[str, str]
    notices: dict[str, str]
    good: tuple[str, ...]


def make_bad_library(folder: Path, long: bool = False) -> BadLibrary:
    """Write the library into ``folder``, the same bytes each time; with ``long``, a good PDF of 120 pages too."""
    return BadLibrary(dict(_failures(folder)), dict(_notices(folder)), tuple(_good(folder, long)))


def _failures(folder: Path) -> Iterator[tuple[str, str]]:
    for name, data, reason in pdfs.bad():
        yield _write(folder, f"pdf/{name}", data), reason
    for name, (data, reason) in texts.BAD.items():
        yield _write(folder, name, data), reason
    for name, data, reason in archives.bad(pdfs.packed_gib()):
        yield _write(folder, f"zip/{name}", data), reason
    special = folder / "special"
    special.mkdir(parents=True)
    os.mkfifo(special / "pipe.md")
    yield "special/pipe.md", "regular file"
    for name, target, reason in (
        ("dangling.md", "nowhere.md", "leads nowhere"),
        ("loop.md", "loop.md", "leads nowhere"),
        ("outward.md", "/etc/hostname", "leads out of the library"),
    ):
        (special / name).symlink_to(target)
        yield f"special/{name}", reason


def _notices(folder: Path) -> Iterator[tuple[str, str]]:
    for name, (data, reason) in texts.NOTICED.items():
        yield _write(folder, name, data), reason


def _good(folder: Path, long: bool) -> Iterator[str]:
    for name, text in texts.GOOD.items():
        yield _write(folder, name, text.encode())
    for name, data in texts.ODD.items():
        yield _write(folder, name, data)
    for number, name in enumerate(("line\nbreak.md", "bidi\u202emark.md", os.fsdecode(b"no-utf8-\xff\xfe.md"))):
        yield _write(folder, f"names/{name}", f"# Name {number}\n\nStrand folding needs {number + 5}.2 GB.\n".encode())
    yield _write(folder, "special/folder.pdf/inside.md", b"# Inside\n\nA folder may have any name.\n")
    if long:
        yield _write(folder, "pdf/long.pdf", pdfs.long())


def _write(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name
