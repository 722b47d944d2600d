"""The page says what the stored results say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKERS = ("rules", "words", "lexical", "claim_only", "features")
ROWS = re.findall(
    r"^\| ([a-z-]+)(?:, ([a-z_]+))? \| `(\w+)` \| (.+) \|$", (ROOT / "docs/evals.md").read_text(encoding="utf-8"), re.M
)


def result(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "evals" / "results" / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def printed(row: dict[str, Any], key: str) -> str:
    value, span = row.get(key), row.get("intervals", {}).get(key)
    return "–" if value is None else f"{value:.2f} ({span[0]:.2f}–{span[1]:.2f})" if span else f"{value:.2f}"


def test_every_bench_is_on_the_page() -> None:
    assert {name for name, *_ in ROWS} == {"scifact", "pubmedqa", "scitab", "tamper", "tamper-starter"}


@pytest.mark.parametrize(("name", "part", "key", "cells"), ROWS, ids=lambda x: x[:24])
def test_the_page_has_the_stored_figures(name: str, part: str, key: str, cells: str) -> None:
    stored = result(name)
    rows = stored["parts"][part]["checkers"] if part else {"rules": stored, **stored["baselines"]}
    assert cells.split(" | ") == [printed(rows.get(checker, {}), key) for checker in CHECKERS]
    assert stored["command"].startswith("sovereign eval ") and len(stored["data_sha256"]) == 64
