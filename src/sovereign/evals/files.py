"""Find and read the files of a set: JSON or JSON lines, packed with gzip or not. Their bytes are taken as hostile."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sovereign.errors import InputError

_LARGEST = 1 << 30  # bytes of one file, unpacked


class Row(BaseModel):
    """One record of a file: what we need of it is checked, what else it has is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)


T = TypeVar("T", bound=Row)


def find(data: Path, name: str, stems: Sequence[str]) -> dict[str, Path]:
    """Files of a set by stem: in the folder itself, or in ``name`` or ``data`` below it; packed or not.

    Raises:
        InputError: if the folder is not there.
    """
    if not data.is_dir():
        raise InputError(f"There is no folder {data}.", "Give the folder that holds the set with --data.")
    folders = [data, data / name, data / "data", data / name / "data"]
    found: dict[str, Path] = {}
    for stem in stems:
        paths = (folder / f"{stem}{packed}" for folder in folders for packed in ("", ".gz"))
        if (path := next((p for p in paths if p.is_file()), None)) is not None:
            found[stem] = path
    return found


def missing(data: Path, name: str, looked_for: str) -> InputError:
    """The error for a folder that does not hold the set."""
    return InputError(
        f"{data} does not hold {name}: looked for {looked_for}, there and in {name}/ and data/, plain or .gz.",
        "Give the folder with these files with --data; docs/evals.md says where each set is published.",
    )


def read(path: Path) -> bytes:
    """The unpacked bytes of a file.

    Raises:
        InputError: if it cannot be read or unpacked, or is larger than 1 GiB unpacked.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                data = file.read(_LARGEST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path} is no whole gzip file: {error}.", "Fetch it again.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from None
    if len(data) > _LARGEST:
        raise InputError(f"{path} is larger than 1 GiB unpacked.", "No known set is: check that it is the right file.")
    return data


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a file with its place: the lines of JSON lines, the members of a JSON list or object.

    A member's name is added to it as ``_key``.

    Raises:
        InputError: for bytes that are no UTF-8, no JSON, or hold something other than objects.
    """
    if path.name.removesuffix(".gz").endswith(".json"):
        rows = [(f"{path}, record {key}", key, value) for key, value in members(path).items()]
    else:
        lines = [(f"{path}, line {n}", line) for n, line in enumerate(_text(path).split("\n"), 1) if line.strip()]
        rows = [(place, "", _parsed(line, place)) for place, line in lines]
    if not rows:
        raise InputError(f"{path} holds no record.", "Fetch it again.")
    for place, key, value in rows:
        if not isinstance(value, dict):
            raise InputError(f"{place} is no JSON object.", "Give the file as it was published.")
        yield place, {"_key": key} | value


def members(path: Path) -> dict[str, Any]:
    """The members of a JSON object by name, or of a JSON list by number.

    Raises:
        InputError: for anything else.
    """
    whole = _parsed(_text(path), str(path))
    if isinstance(whole, list):
        return {str(n): value for n, value in enumerate(whole)}
    if not isinstance(whole, dict):
        raise InputError(f"{path} is neither a JSON list nor a JSON object.", "Give the file as it was published.")
    return whole


def _text(path: Path) -> str:
    try:
        return read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.", "Give the file as it was published.") from None


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise InputError(f"{place} is no JSON: {what}.", "The file may be cut short; fetch it again.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one of two values for a key would be dropped without a word."""
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in (k for k, _ in pairs[:n]))
        raise ValueError(f"the key {twice!r} occurs twice")
    return value


def record(kind: type[T], value: dict[str, Any], place: str) -> T:
    """A checked record.

    Raises:
        InputError: naming the place and the first field that is wrong.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the record"
        raise InputError(
            f"{place}: {field}: {first['msg']}.",
            f"A record needs {', '.join(_name(kind, f) for f in kind.model_fields)}.",
        ) from None


def _name(kind: type[Row], field: str) -> str:
    return str(kind.model_fields[field].validation_alias or field)


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the unpacked bytes of all files, in the order of their names: packing makes no difference."""
    whole = hashlib.sha256()
    for path in sorted(paths, key=lambda p: p.name):
        whole.update(hashlib.sha256(read(path)).digest())
    return whole.hexdigest()
