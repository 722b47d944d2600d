"""Finding the files of a library: sorted, without hidden files, never out of the folders that were named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sovereign.errors import InputError
from sovereign.reading import printable


class File(NamedTuple):
    """A file of a library: where it lies, and the name that results give it (relative to the library)."""

    path: Path
    location: str


def find_files(paths: Sequence[Path]) -> tuple[list[File], list[str]]:
    """Files under ``paths`` in order of location, and notices on links that were not followed.

    With several paths, a location begins with the name of its folder.

    Raises:
        InputError: if a path is not there or cannot be listed.
    """
    files: list[File] = []
    notices: list[str] = []
    seen: set[Path] = set()
    prefixes: set[str] = set()
    for given in paths:
        root = _resolved(given)
        prefix = _free_name(root.name, prefixes) + "/" if len(paths) > 1 and root.is_dir() else ""
        found = _walk(root, given, notices) if root.is_dir() else [(root, root.name)]
        for path, relative in sorted(found, key=lambda item: item[1]):
            real = path.resolve()
            if real not in seen:
                seen.add(real)
                files.append(File(path, printable(prefix + relative)))
    return sorted(files, key=lambda file: file.location), notices


def is_readme(location: str) -> bool:
    """Whether a file is named as the description of its folder."""
    return PurePosixPath(location).name.casefold().startswith("readme")


def folder_of(location: str) -> str:
    """The folder part of a location, empty for the library's own folder."""
    return str(PurePosixPath(location).parent)


def _resolved(given: Path) -> Path:
    try:
        root = given.expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise InputError(
            f"the library {printable(str(given))} is not there", "Check the path, or leave it out."
        ) from None
    if not (root.is_dir() or root.is_file()):
        raise InputError(f"the library {printable(str(given))} is neither a folder nor a file", "Name a folder.")
    return root


def _walk(root: Path, given: Path, notices: list[str]) -> list[tuple[Path, str]]:
    """Files below ``root`` as (path, location). Links to folders, and links that lead out, are not followed."""

    def refuse(error: OSError) -> None:
        where = Path(error.filename or root)
        if where == root:
            reason = f"the library {printable(str(given))} cannot be listed ({error.strerror})"
            raise InputError(reason, "Check that you may read it.")
        notices.append(f"{printable(where.relative_to(root).as_posix())}: cannot be listed ({error.strerror})")

    found = []
    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if name.startswith("."):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                notices.append(f"{printable(relative)}: a link that leads out of the library; it was not followed")
                continue
            found.append((path, relative))
    return found


def _free_name(name: str, taken: set[str]) -> str:
    """``name``, with a number behind it if another folder has it already."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free
