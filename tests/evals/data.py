"""Tiny sets in every form that the loaders read. All claims and abstracts are invented for these tests."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

# Real sets, where they are: in the folder that EVAL_DATA names, or beside the repository.
SHARED = Path(os.environ.get("EVAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not (SHARED / "scifact").is_dir(), reason=f"there is no data in {SHARED}")

CORPUS = [
    {
        "doc_id": 7,
        "title": "Zelotriptan",
        "abstract": ["We treated mice.", "Zelotriptan reduces fever in mice."],
        "structured": False,
    },
    {"doc_id": 8, "title": "Mervadine", "abstract": ["Mervadine does not lower pressure."], "structured": False},
]
CLAIMS: list[dict[str, Any]] = [
    {
        "id": 1,
        "claim": "Zelotriptan reduces fever in mice.",
        "evidence": {"7": [{"sentences": [1], "label": "SUPPORT"}]},
        "cited_doc_ids": [7],
    },
    {
        "id": 2,
        "claim": "Mervadine lowers pressure.",
        "evidence": {"8": [{"sentences": [0], "label": "CONTRADICT"}]},
        "cited_doc_ids": [8, 7],
    },
]
TABLE = {
    "paper": "A paper", "paper_id": "2001.00001", "table_caption": "Table 1: [BOLD] Scores", "table_column_names": ["Model", "[BOLD] F1"],
    "table_content_values": [["A", "[BOLD] 90.1"], ["B", "[EMPTY]"]], "id": "x", "claim": "A scores 90.1 F1.", "label": "supports",
    "table_id": "t",
}  # fmt: skip
ABSTRACT = ["Sixty patients were treated.", "Fever was lower with the drug (38.1 against 39.0). Pain did not change."]


def lines(path: Path, rows: Iterable[Any]) -> Path:
    """Write JSON lines, packed if the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def scifact(folder: Path) -> Path:
    """SciFact with one file of claims, packed."""
    lines(folder / "corpus.jsonl.gz", CORPUS)
    lines(
        folder / "claims.jsonl.gz", [{**c, "official_split": s} for c, s in zip(CLAIMS, ("train", "dev"), strict=True)]
    )
    return folder


def published_scifact(folder: Path) -> Path:
    """SciFact as released."""
    lines(folder / "data" / "corpus.jsonl", CORPUS)
    lines(folder / "data" / "claims_train.jsonl", CLAIMS[:1])
    lines(folder / "data" / "claims_dev.jsonl", CLAIMS[1:])
    return folder
