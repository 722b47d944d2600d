"""The export of a real record, made once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator, ValidationError

from sovereign.publish.export import export_files, make_key
from sovereign.records import LedgerHead, Record
from sovereign.store import Store, open_store
from tests.kernel.asking import ask

QUESTION = "Does MixLoRA reduce memory compared with full fine-tuning at 7B parameters?"


@dataclass(frozen=True)
class Made:
    """An export, the head of the ledger at its moment, and the public key that signed it."""

    home: Path
    record: Record
    files: dict[str, bytes]
    head: LedgerHead
    key: str


class Remembering:
    """The real validator, which looks at each document once: most of these tests verify the same export but for one file."""

    seen: ClassVar[dict[tuple[str, str], tuple[ValidationError, ...]]] = {}

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def iter_errors(self, document: Any) -> Iterator[ValidationError]:
        key = json.dumps(self.schema), json.dumps(document)
        if key not in self.seen:
            self.seen[key] = tuple(Draft202012Validator(self.schema).iter_errors(document))
        return iter(self.seen[key])


@pytest.fixture(autouse=True)
def _remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.publish.export.follows.Draft202012Validator", Remembering)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The signed export of a record over the starter library, in a store that holds another record too."""
    folder = tmp_path_factory.mktemp("exported")
    home = folder / "home"
    (folder / "library").mkdir()
    (folder / "library" / "rust.md").write_text(
        "# Rust\n\nRust halves the memory of the server compared with Go.\n", "utf-8"
    )
    ask(home, "Does Rust reduce the memory of the server compared with Go?", folder / "library")
    record = ask(home, QUESTION)
    key = make_key(home)
    with open_store(home) as store:
        files = export_files(store, store.records.load(record.id))
        return Made(home, store.records.load(record.id), files, store.ledger.checkpoint(), key)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with open_store(tmp_path / "other-home") as opened:
        yield opened
