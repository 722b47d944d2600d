"""Finding the files of a library: sorted, without hidden files, never out of the folders that were named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sovereign.errors import InputError
from sovereign.reading import Limits, ReadError, printable
from sovereign.records import Failure

from .trees import Archive, File, Folder

_ARCHIVES = (".zip",)


@dataclass
class Walk:
    """What was found: files in order of location, what could not be used, and notices."""

    files: list[File] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def fail(self, where: str, reason: str, advice: str) -> None:
        """Add a failure."""
        self.failures.append(Failure(where=where, reason=reason, advice=advice))


def find_files(paths: Sequence[Path], limits: Limits, named: bool = False, own: Path | None = None) -> Walk:
    """Files under ``paths``; a ZIP archive counts as the folder that it holds.

    With several paths, or if they are to be ``named``, a location begins with the name of its folder. Folders and files of one name
    are numbered. A folder ``own`` below one of them is left out: reports of this program are no evidence for the next.

    Raises:
        InputError: if a path is not there or cannot be listed.
    """
    walk = Walk()
    seen: set[Path] = set()
    prefixes: set[str] = set()
    for given in paths:
        root = _resolved(given)
        inside = root.is_dir()
        prefix = _free_name(root.name, prefixes) + "/" if (named or len(paths) > 1) and inside else ""
        tree = Folder(root if inside else root.parent)
        names = _names_below(root, given, walk, own and own.resolve()) if inside else [root.name]
        for name in sorted(names):
            real = ((root if inside else root.parent) / name).resolve()
            if real in seen:
                continue
            seen.add(real)
            location = printable(prefix + name if inside else _free_name(name, prefixes, root.suffix))
            if real.suffix.lower() in _ARCHIVES and real.is_file():
                _open_archive(real, location, walk)
            else:
                walk.files.append(File(tree, name, location))
    walk.files.sort(key=lambda file: file.location)
    if (left := len(walk.files) - limits.max_files) > 0:
        walk.notices.append(f"{left} file(s) beyond the limit of {limits.max_files} were not read")
        del walk.files[limits.max_files :]
    return walk


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


def _names_below(root: Path, given: Path, walk: Walk, own: Path | None) -> Iterator[str]:
    """Names of the files below ``root``. Links to folders, and links that lead out or nowhere, are not followed."""

    def refuse(error: OSError) -> None:
        where = Path(error.filename or root)
        if where == root:
            reason = f"the library {printable(str(given))} cannot be listed ({error.strerror})"
            raise InputError(reason, "Check that you may read it.")
        name = printable(where.relative_to(root).as_posix())
        walk.fail(name, f"cannot be listed ({error.strerror})", "Check that you may read it.")

    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and Path(folder, name) != own)
        for entry in sorted((*names, *(f for f in folders if Path(folder, f).is_symlink()))):
            path = Path(folder, entry)
            name = path.relative_to(root).as_posix()
            if entry.startswith("."):
                continue
            if path.is_symlink() and (wrong := _wrong_link(path, root)):
                walk.fail(printable(name), wrong, "Put the file itself there, or name its folder with --library.")
            elif entry in names:
                yield name


def _wrong_link(path: Path, root: Path) -> str:
    """What is wrong with a link, nothing if it leads to a file of the library."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links
        return "a link that leads nowhere"
    if not real.is_relative_to(root):
        return "a link that leads out of the library; it was not followed"
    return "a link to a folder; it was not followed" if real.is_dir() else ""


def _open_archive(path: Path, location: str, walk: Walk) -> None:
    """Add the files in a ZIP archive, under its own location."""
    try:
        archive = Archive(path, location)
    except ReadError as error:
        return walk.fail(location, error.message.removeprefix(f"{location}: "), error.advice)
    for member in archive.members():
        if isinstance(member, Failure):
            walk.failures.append(member)
        else:
            walk.files.append(File(archive, member, f"{location}/{printable(member)}"))


def _free_name(name: str, taken: set[str], suffix: str = "") -> str:
    """``name``, with a number behind it, but before ``suffix``, if another folder or file has it already."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name.removesuffix(suffix)}-{number}{suffix}", number + 1
    taken.add(free)
    return free
