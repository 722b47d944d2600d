"""Loaders: every form, and a clear error for everything else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.evals import pubmedqa, scifact, scitab
from sovereign.evals.files import digest

from .data import ABSTRACT, CLAIMS, CORPUS, SHARED, TABLE, lines, needs_data, published_scifact
from .data import scifact as write_scifact

RECORD: dict[str, Any] = {
    "pmid": "11",
    "contexts": ABSTRACT,
    "long_answer": "The drug is effective. It lowers fever.",
    "official_test": False,
    "question": "Is the drug effective?",
    "final_decision": "yes",
}


def test_scifact_in_both_forms(tmp_path: Path) -> None:
    ours, theirs = scifact.load(write_scifact(tmp_path / "a")), scifact.load(published_scifact(tmp_path / "b"))
    assert ours == theirs
    assert [(p.label, p.group, p.rationales) for p in ours] == [
        ("SUPPORT", "7", (frozenset({1}),)),
        ("NOT_ENOUGH_INFO", "7", ()),
        ("CONTRADICT", "8", (frozenset({0}),)),
    ]
    assert scifact.load(tmp_path / "a", "dev") == scifact.load(tmp_path / "b", "dev") == ours[1:]


def test_the_folder_above_is_found(tmp_path: Path) -> None:
    write_scifact(tmp_path / "scifact")
    assert scifact.load(tmp_path) == scifact.load(tmp_path / "scifact")


def test_digest_is_of_the_content(tmp_path: Path) -> None:
    packed, plain = lines(tmp_path / "a" / "x.jsonl.gz", CORPUS), lines(tmp_path / "b" / "x.jsonl", CORPUS)
    assert digest([packed]) == digest([plain])
    assert digest([plain]) != digest([lines(tmp_path / "c" / "x.jsonl", CORPUS[:1])])


def test_scitab_in_both_forms(tmp_path: Path) -> None:
    lines(tmp_path / "a" / "claims.jsonl.gz", [TABLE])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "sci_tab.json").write_text(json.dumps([TABLE]), encoding="utf-8")
    (pair,) = scitab.load(tmp_path / "a")
    assert [pair] == scitab.load(tmp_path / "b")
    assert pair.sentences == ("Model: A, F1: 90.1.", "Model: B.")
    assert (pair.title, pair.label, pair.group) == ("Table 1: Scores", "SUPPORT", "2001.00001")


def test_pubmedqa_in_both_forms(tmp_path: Path) -> None:
    lines(tmp_path / "a" / "pqal.jsonl", [RECORD])
    published = {
        "11": {
            "QUESTION": "Is it?",
            "CONTEXTS": ABSTRACT,
            "LONG_ANSWER": RECORD["long_answer"],
            "final_decision": "yes",
        }
    }
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ori_pqal.json").write_text(json.dumps(published), encoding="utf-8")
    true, denied = pubmedqa.load(tmp_path / "a")
    assert [true, denied] == pubmedqa.load(tmp_path / "b")
    assert (true.claim, true.label) == ("The drug is effective.", "SUPPORT")
    assert (denied.claim, denied.label) == ("The drug is not effective.", "CONTRADICT")
    assert true.group == "11" and len(true.sentences) == 3


def test_pubmedqa_splits(tmp_path: Path) -> None:
    published = {
        str(n): {
            "QUESTION": "Is it?",
            "CONTEXTS": ABSTRACT,
            "LONG_ANSWER": RECORD["long_answer"],
            "final_decision": "no",
        }
        for n in (11, 12)
    }
    (tmp_path / "ori_pqal.json").write_text(json.dumps(published), encoding="utf-8")
    with pytest.raises(InputError, match="test split") as caught:
        pubmedqa.load(tmp_path, "test")
    assert "test_ground_truth.json" in caught.value.advice
    (tmp_path / "test_ground_truth.json").write_text(json.dumps({"12": "yes"}), encoding="utf-8")
    assert {p.group for p in pubmedqa.load(tmp_path, "test")} == {"12"}
    assert {p.group for p in pubmedqa.load(tmp_path, "train")} == {"11"}
    assert [(p.claim, p.label, p.group) for p in pubmedqa.questions(tmp_path, "test")] == [
        ("Is it", "CONTRADICT", "12")
    ]


def test_a_balanced_set_has_as_many_denials_on_either_side(tmp_path: Path) -> None:
    rows = [RECORD | {"pmid": str(n)} for n in range(5)]
    rows.append(RECORD | {"pmid": "9", "long_answer": "The drug does not affect pain."})
    pairs = pubmedqa.balanced(pubmedqa.load(lines(tmp_path / "pqal.jsonl", rows).parent))
    assert Counter((p.label, " not " in p.claim) for p in pairs) == {
        ("SUPPORT", True): 1, ("SUPPORT", False): 1, ("CONTRADICT", True): 1, ("CONTRADICT", False): 1,
    }  # fmt: skip


def broken(folder: Path, **changes: object) -> Path:
    """SciFact with a field of its first claim changed."""
    write_scifact(folder)
    lines(folder / "claims.jsonl.gz", [CLAIMS[0] | changes])
    return folder


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"cited_doc_ids": [7, 99]}, "99"),
        ({"evidence": {"7": [{"sentences": [5], "label": "SUPPORT"}]}}, "does not fit"),
        (
            {"evidence": {"7": [{"sentences": [1], "label": "SUPPORT"}, {"sentences": [0], "label": "CONTRADICT"}]}},
            "does not fit",
        ),
        ({"evidence": {"7": [{"sentences": [1], "label": "MAYBE"}]}}, "evidence.7.0.label"),
        ({"evidence": None}, "evidence"),
        ({"claim": 5}, "claim"),
    ],
)
def test_claims_of_another_form(tmp_path: Path, changes: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        scifact.load(broken(tmp_path, **changes))
    assert "claims.jsonl.gz, line 1" in caught.value.message and caught.value.advice


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("claims.jsonl", b'{"id": 1, "claim": "A', "no JSON"),
        ("claims.jsonl", b"[1, 2]\n", "no JSON object"),
        ("claims.jsonl", b"", "no record"),
        ("claims.jsonl", b"\xff\xfe\x00", "UTF-8"),
        ("claims.jsonl", b"[" * 100_000, "no JSON"),
        ("claims.jsonl.gz", b"no gzip", "gzip"),
    ],
)
def test_files_of_another_form(tmp_path: Path, name: str, data: bytes, word: str) -> None:
    lines(tmp_path / "corpus.jsonl", CORPUS)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=word) as caught:
        scifact.load(tmp_path)
    assert name in caught.value.message


def test_half_a_gzip_file(tmp_path: Path) -> None:
    path = write_scifact(tmp_path) / "corpus.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="no whole gzip file"):
        scifact.load(tmp_path)


@pytest.mark.parametrize(
    ("loader", "words"),
    [(scifact, "corpus.jsonl"), (scitab, "sci_tab.json"), (pubmedqa, "ori_pqal.json")],
    ids=lambda x: "",
)
def test_missing_data_says_what_was_looked_for(tmp_path: Path, loader: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        loader.load(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        loader.load(tmp_path / "none")


@needs_data
def test_real_sets() -> None:
    pairs = scifact.load(SHARED / "scifact")
    assert Counter(p.label for p in pairs) == {"SUPPORT": 290, "CONTRADICT": 163, "NOT_ENOUGH_INFO": 247}
    assert Counter(p.label for p in scitab.load(SHARED)) == {"SUPPORT": 233, "CONTRADICT": 211, "NOT_ENOUGH_INFO": 230}
    assert Counter(p.label for p in pubmedqa.questions(SHARED)) == {
        "SUPPORT": 276,
        "CONTRADICT": 169,
        "NOT_ENOUGH_INFO": 55,
    }
    conclusions = pubmedqa.load(SHARED)
    assert len(conclusions) > 400
    assert Counter(p.label for p in conclusions)["SUPPORT"] * 2 == len(conclusions)
