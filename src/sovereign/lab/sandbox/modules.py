"""Which code a task may name, and where the sandbox finds it."""

from __future__ import annotations

import re
import site
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from sovereign.errors import InputError

_ENTRY = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):[A-Za-z_]\w*", re.ASCII)
_SOURCE = Path(__file__).resolve().parents[3]


def roots(extra: Sequence[Path] = ()) -> list[Path]:
    """Folders that modules are found in besides the standard library, first come first: SOVEREIGN's own, those of
    installed packages, editable ones included, and ``extra``.

    The rest of ``sys.path``, such as the folder that a person happens to be in, is no installed package.
    """
    installed = [
        Path(p) for p in (*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else []))
    ]
    found = [_SOURCE, *installed, *_editable(installed), *(path.absolute() for path in extra)]
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def _editable(installed: Iterable[Path]) -> list[Path]:
    """The folders that ``.pth`` files name."""
    lines = [
        (folder, line.strip())
        for folder in installed
        for file in sorted(folder.glob("*.pth"))
        for line in file.read_text("utf-8", "replace").splitlines()
    ]
    return [folder / line for folder, line in lines if line and not line.startswith(("#", "import ", "import\t"))]


def check_entry(entry: str, folders: Sequence[Path]) -> None:
    """Raise unless ``entry`` is ``package.module:function`` of a module in these folders. Nothing is imported.

    Raises:
        InputError: if it is not.
    """
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise InputError(f"{entry!r} names no function", "Write package.module:function.")
    names = match[1].split(".")
    if names[0] in sys.stdlib_module_names or names[0] in sys.builtin_module_names:
        raise InputError(
            f"{entry}: {names[0]} is a part of Python, not a protocol", "Name a function of an installed package."
        )
    places: Sequence[str] | None = [str(folder) for folder in folders]
    for count in range(1, len(names) + 1):
        spec = PathFinder.find_spec(".".join(names[:count]), places) if places is not None else None
        if spec is None:
            raise InputError(
                f"{entry}: there is no module {'.'.join(names[:count])} among the installed packages",
                "Install the package, or name the folder that it is in as one of the task's paths.",
            )
        places = spec.submodule_search_locations and list(spec.submodule_search_locations)
