"""The folder of a result: ``config.toml``, the parts as they are done, ``results.json``, ``table.md`` and the plots."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sovereign.errors import InputError, SovereignError
from sovereign.store.files import write_atomic

from .jobs import Job, Part, load
from .results import RESULTS_VERSION, Config, Results

PARTS = "parts"
RESULTS = "results.json"
CONFIG = "config.toml"
OTHER = "Choose another folder with --out, or remove this one."


def open_folder(folder: Path, config: Config, machine: str) -> None:
    """Make ``folder`` that of ``config`` on this machine; what was measured there before stays.

    Raises:
        InputError: if it holds results of another version, of another configuration or of another machine.
        StoreError: if it cannot be written.
    """
    path = folder / CONFIG
    text = config_toml(config, machine)
    if not path.exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise InputError(f"{folder} is not empty and holds no result", OTHER)
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode("utf-8"))
        return
    found = _toml(path)
    if found.get("version") != RESULTS_VERSION:
        said = f"version {str(found.get('version'))[:20]!r}" if "version" in found else "no version"
        raise InputError(f"{folder} has results of {said}; this is {RESULTS_VERSION}", OTHER)
    if found != tomllib.loads(text):
        wanted = tomllib.loads(text)
        differ = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
        raise InputError(f"{folder} has results of another configuration: {', '.join(differ)[:200]} differ", OTHER)
    (folder / PARTS).mkdir(exist_ok=True)


def config_toml(config: Config, machine: str) -> str:
    """The configuration as TOML, with the version of the results and the machine that they hold for."""
    rows: dict[str, Any] = {"version": RESULTS_VERSION, "machine": machine}
    rows |= config.model_dump(mode="json", exclude={"hyper"})
    lines = ["# What was measured. The same configuration on the same machine goes on where it was stopped.", ""]
    lines += [f"{name} = {_value(value)}" for name, value in rows.items()]
    lines += ["", "[hyper]", *(f"{k} = {_value(v)}" for k, v in config.hyper.model_dump(mode="json").items())]
    return "\n".join(lines) + "\n"


def kept(folder: Path, jobs: Sequence[Job]) -> dict[Job, Part]:
    """The parts that are there. One that cannot be read is removed, to be measured again."""
    found: dict[Job, Part] = {}
    for job in jobs:
        path = folder / PARTS / job.file
        if path.exists():
            try:
                found[job] = load(path)
            except ValueError:
                path.unlink()
    return found


def save(folder: Path, results: Results) -> list[Path]:
    """Write ``results.json``, ``table.md`` and the plots.

    Raises:
        StoreError: if a file cannot be written.
    """
    from . import plots, table

    data = results.model_dump_json(indent=1).encode("utf-8") + b"\n"
    write_atomic(folder / RESULTS, data)
    write_atomic(folder / "table.md", table.write(results).encode("utf-8"))
    return [folder / RESULTS, folder / "table.md", *plots.write(results, folder)]


def read(folder: Path) -> Results:
    """The results of a folder.

    Raises:
        InputError: if there are none, or they are of another version.
    """
    path = folder / RESULTS
    try:
        return Results.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", "Name the folder of a result.") from error
    except ValidationError as error:
        raise InputError(f"{path} holds no results of version {RESULTS_VERSION}", OTHER) from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", OTHER) from error


def _value(value: Any) -> str:
    """A value as TOML writes it; for strings, numbers, truth values and lists of them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    raise SovereignError(f"{value!r} has no form in TOML")
