"""The folder of a result: ``config.toml``, the parts as they are done, ``results.json``, ``table.md`` and the plots."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sovereign.errors import InputError, SovereignError, StoreError
from sovereign.store.files import write_atomic

from .jobs import Job, Part, load
from .results import RESULTS_VERSION, Config, Environment, Results

PARTS = "parts"
RESULTS = "results.json"
CONFIG = "config.toml"
ENVIRONMENT = "environment.json"  # among the parts
OTHER = "Choose another folder with --out, or remove this one."


def open_folder(folder: Path, config: Config, machine: str) -> None:
    """Make ``folder`` that of ``config`` on this machine; what was measured there before stays.

    Raises:
        InputError: if it holds results of another version, of another configuration or of another machine.
        StoreError: if it cannot be written.
    """
    try:
        _open(folder, config, machine)
    except OSError as error:
        reason = f"{folder} cannot be the folder of a result: {error.strerror or error}"
        raise StoreError(reason, "Make the folder writable, or choose another with --out.") from error


def _open(folder: Path, config: Config, machine: str) -> None:
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


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from measuring into the folder meanwhile: their times would disturb each other.

    Raises:
        InputError: if one of them does.
    """
    import fcntl  # POSIX alone has it, as it alone has the sandbox

    with (folder / CONFIG).open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"another process measures into {folder} now", "Wait for its end, or choose another folder with --out."
            ) from error
        yield


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


def left(folder: Path, jobs: Sequence[Job]) -> list[Job]:
    """The jobs that have no part; all of them where the folder is not there, or cannot be looked into."""
    try:
        there = {path.name for path in (folder / PARTS).iterdir()}
    except OSError:
        there = set()
    return [job for job in jobs if job.file not in there]


def environment(folder: Path) -> Environment | None:
    """Where the parts were measured; None before the first process has ended, or if its file cannot be read."""
    try:
        return Environment.model_validate_json((folder / PARTS / ENVIRONMENT).read_bytes())
    except (OSError, ValueError):
        return None


def keep_environment(folder: Path, where: Environment) -> None:
    """Keep where the parts are measured.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_atomic(folder / PARTS / ENVIRONMENT, where.model_dump_json().encode("utf-8"))


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
