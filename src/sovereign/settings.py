"""Settings and where each one came from: defaults < settings file < environment < command line."""

from __future__ import annotations

import difflib
import getpass
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from .errors import InputError

FILE_NAME = "settings.toml"
PREFIX = "SOVEREIGN_"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.%-]*)(?::\d+)?"
_PLACE = re.compile(rf"{_HOST}(?:,{_HOST})*(?:/[\w.%/~-]*)?")


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("sovereign"))


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run under a user that has no name
        return "owner"


def _whole_path(value: object) -> object:
    """An absolute path with ``~`` resolved; anything but a path or a text is left for the type check to refuse."""
    if isinstance(value, str) and not value.strip():
        raise ValueError("it is empty")
    if not isinstance(value, str | Path):
        return value
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:  # "~name" of a user that does not exist
        raise ValueError(str(error)) from error


class Settings(BaseModel):
    """The effective settings. ``origins`` says of each, by name, where its value came from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)

    home: Annotated[Path, BeforeValidator(_whole_path)] = Field(
        default_factory=_default_home,
        description="Folder that holds the database, artifacts, ledger and settings file.",
    )
    store_url: str = Field(
        default="",
        description="PostgreSQL database that keeps records and ledger, postgresql://…; empty: a file in the home.",
    )
    owner: str = Field(
        default_factory=_login_name, min_length=1, description="Name under which decisions of the owner are recorded."
    )
    max_papers: int = Field(default=19, ge=1, le=10_000, description="How many works a question keeps at most.")
    budget_seconds: float = Field(
        default=600.0, gt=0, description="Time for one question, in seconds; what is not done by then is said so."
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1, description="Seed of everything that draws random numbers.")
    max_question_chars: int = Field(default=2000, ge=1, description="Longest question, in characters.")
    max_file_bytes: int = Field(default=50_000_000, ge=1, description="Largest file that is read, in bytes.")
    max_document_chars: int = Field(
        default=2_000_000, ge=1, description="Longest text that is taken from one document, in characters."
    )
    max_pdf_pages: int = Field(default=500, ge=1, description="Most pages that are read of one PDF.")
    max_library_files: int = Field(default=20_000, ge=1, description="Most files that are read of one library folder.")
    max_archive_bytes: int = Field(
        default=1_000_000_000, ge=1, description="Most bytes that are unpacked from one ZIP archive."
    )
    max_read_seconds: float = Field(
        default=60.0, gt=0, le=86_400, description="Longest time that reading one file may take, in seconds."
    )
    max_read_megabytes: int = Field(
        default=1_500, ge=256, le=1_000_000, description="Most memory that reading one file may take, in megabytes."
    )
    embedder: str = Field(
        default="minilm",
        min_length=1,
        description="Model that searches by meaning: minilm, none, nim:MODEL or openai:MODEL on a server, or fake: for trials.",
    )
    embedder_url: str = Field(
        default="",
        description="Address of the server of an embedder nim:… or openai:…; empty: that of NVIDIA or OpenAI.",
    )
    index_url: str = Field(
        default="",
        description="PostgreSQL database with pgvector that keeps the vectors, postgresql://…; empty: a file in the home.",
    )
    verify_embedder: str = Field(
        default="none",
        min_length=1,
        description="Embedder that finds further sentences for sovereign verify; none, as its accuracy was measured.",
    )
    entailer: str = Field(
        default="own",
        min_length=1,
        description="Model whose probabilities are among the signals of a graded passage: own, none, or path:FOLDER.",
    )

    chat_model: str = Field(
        default="none",
        min_length=1,
        description="Language model that proposes: none, VENDOR:MODEL (openai, nim, ollama, vllm, llamacpp, anthropic, google), "
        "local:, or fake: for trials.",
    )
    chat_url: str = Field(
        default="", description="Address of the server of chat_model; empty: where that vendor or program usually is."
    )
    judge_model: str = Field(default="", description="Language model of the reviewers; empty: chat_model.")
    judge_url: str = Field(
        default="", description="Address of the server of judge_model; empty: where that vendor or program usually is."
    )
    model_max_tokens: int = Field(
        default=200_000,
        ge=1,
        description="Most tokens of language models for one question, prompts and answers together.",
    )
    model_max_cost: float = Field(
        default=0.0,
        ge=0,
        description="Most US dollars of language models for one question; 0: no limit. Needs the prices.",
    )
    model_input_price: float = Field(
        default=0.0, ge=0, description="Price of a prompt, in US dollars a million tokens; 0: not known."
    )
    model_output_price: float = Field(
        default=0.0, ge=0, description="Price of an answer, in US dollars a million tokens; 0: not known."
    )
    model_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="Longest time that one call of a language model may take, in seconds."
    )

    measure_seconds: float = Field(
        default=60.0,
        ge=0,
        le=86_400,
        description="Time for measuring the claims of one question, in seconds; 0 only counts.",
    )

    archive_url: str = Field(
        default="",
        description="Address of the archive (InvenioRDM) that records are deposited in; empty: Zenodo's sandbox.",
    )
    record_license: str = Field(
        default="cc-by-4.0",
        min_length=2,
        description="Licence of the text of a deposited record, as an SPDX id in small letters.",
    )
    record_contributor: str = Field(
        default="", description="Person named as contributor of a deposited record, as Family, Given; empty: none."
    )

    origins: dict[str, str] = {}


NAMES: tuple[str, ...] = tuple(name for name in Settings.model_fields if name != "origins")
"""All settings, in the order in which they are shown."""


class Line(NamedTuple):
    """One setting as it is shown to a person."""

    name: str
    value: str
    origin: str
    description: str


def lines(settings: Settings) -> tuple[Line, ...]:
    """Every setting with its value, origin and one-line description, fit for a screen and for a record: of an address without what
    lets somebody in."""
    return tuple(
        Line(name, _shown(settings, name), settings.origins.get(name, "default"), description(name)) for name in NAMES
    )


def _shown(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name))
    return public_address(value) if name.endswith("_url") else value


def public_address(url: str) -> str:
    """An address without user, password and parameters; what is not surely free of them is an ellipsis."""
    if not url:
        return ""
    scheme, mark, rest = url.partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return "…"
    place = re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    # A mark of parameters before an "@" may stand in a password, or the "@" in a parameter.
    clear = _PLACE.fullmatch(place) and not re.search(r"[?#].*@", rest)
    return f"{scheme}://{place if clear else '…'}"


def description(name: str) -> str:
    """The one-line description of a setting."""
    return Settings.model_fields[name].description or ""


def load(overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The effective settings. ``overrides`` are those of the command line; None among them means "not given".

    The settings file is ``settings.toml`` in the home, so the home itself comes from the other places only.

    Raises:
        InputError: for an unknown name, a value of the wrong type or out of range, or a file that cannot be read.
    """
    commanded = {name: value for name, value in (overrides or {}).items() if value is not None}
    for name in commanded:
        _must_be_known(name, "the command line")
    surrounding = _from_environment(environ)

    values: dict[str, object] = {}
    origins = dict.fromkeys(NAMES, "default")

    def take(layer: Mapping[str, tuple[object, str]]) -> None:
        for name, (value, origin) in layer.items():
            values[name], origins[name] = _checked(name, value, origin), origin

    upper = {name: (value, f"environment variable {PREFIX}{name.upper()}") for name, value in surrounding.items()}
    upper |= {name: (value, "command line") for name, value in commanded.items()}
    take({name: found for name, found in upper.items() if name == "home"})
    home = values.get("home")
    take(_from_file((home if isinstance(home, Path) else _default_home()) / FILE_NAME))
    take(upper)
    return Settings.model_validate({**values, "origins": origins})


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """The settings among the variables. An empty one counts as not set; a misspelt one is refused."""
    found: dict[str, object] = {}
    for variable, value in environ.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or not value:
            continue
        if name in NAMES:
            found[name] = value
        # Other programs may use the prefix for things of their own, so only a near miss is a mistake.
        elif difflib.get_close_matches(name, NAMES, n=1, cutoff=0.85):
            _must_be_known(name, f"the environment, as {variable}")
    return found


def _from_file(path: Path) -> dict[str, tuple[object, str]]:
    """The settings of the file, with their origin; none if there is no file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        return {}  # the store says better what is wrong with such a home
    except OSError as error:
        raise InputError(
            f"the settings file {path} cannot be read: {error.strerror or error}", "Make it a file that you may read."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(f"the settings file {path} is not UTF-8 (at line {line})", "Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"the settings file {path} is not TOML: {error}", "Write one setting per line, such as: max_papers = 30"
        ) from error
    for name in found:
        _must_be_known(name, f"the settings file {path}")
    if "home" in found:
        raise InputError(
            f"home cannot be set in {path}: that file is looked for in the home",
            f"Remove the line, and set the variable {PREFIX}HOME instead.",
        )
    return {name: (value, f"settings file {path}") for name, value in found.items()}


def _must_be_known(name: str, where: str) -> None:
    if name in NAMES:
        return
    near = difflib.get_close_matches(name.lower(), NAMES, n=1, cutoff=0.5)
    raise InputError(
        f"unknown setting {name!r} in {where}",
        f"Did you mean {near[0]!r}?" if near else f"The settings are: {', '.join(NAMES)}.",
    )


def _checked(name: str, value: object, origin: str) -> Any:
    """The value in the setting's type. Only what comes as text anyway is read as a number."""
    field = Settings.model_fields[name]
    as_text = isinstance(value, str) and not origin.startswith("settings file")
    try:
        return getattr(Settings.model_validate({name: value}, strict=not as_text), name)
    except ValidationError as error:
        raise InputError(
            f"{name} = {str(value)[:80]!r} (from {origin}) cannot be used", f"Give {_expected(field)}."
        ) from error


def _expected(field: FieldInfo) -> str:
    """What a value of the setting must be, in words."""
    kinds: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", Path: "a path"}
    bounds = {"gt": "above", "ge": "of at least", "le": "of at most", "min_length": "with a length of at least"}
    limits = [f"{words} {getattr(m, key)}" for m in field.metadata for key, words in bounds.items() if hasattr(m, key)]
    return " ".join([kinds[field.annotation], " and ".join(limits)]).strip()
