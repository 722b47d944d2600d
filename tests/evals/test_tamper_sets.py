"""Pairs that are made of abstracts: claims that their sentence makes, kinds that are filled up, rates by set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sovereign import evals
from sovereign.errors import InputError
from sovereign.evals.pairs import Found
from sovereign.evals.tamper import KINDS, Source, Twin, abstracts, measure
from sovereign.evals.tamper.abstracts import Abstract
from sovereign.evals.tamper.parts import claims
from sovereign.evals.tamper.twins import plain

from .data import CLAIMS as CLAIMED
from .data import SHARED, lines, needs_data, published_scifact

CLAIMS = [
    ("On GLUE, Zelora reduces memory by 40%.", {"Zelora reduces memory by 40% on GLUE."}),
    ("We show that Zelora reduces memory by 40%.", {"Zelora reduces memory by 40%."}),
    ("Moreover, experimental results show that Zelora reduces memory.", {"Zelora reduces memory."}),
    ("Zelora reduces the peak memory by 40%, while it keeps accuracy.", {"Zelora reduces the peak memory by 40%."}),
    ("Zelora reduces the peak memory by 40%, outperforming Mervada.", {"Zelora reduces the peak memory by 40%."}),
    ("Zelora reduces memory (by 40%).", {"Zelora reduces memory."}),
]  # fmt: skip
NO_CLAIMS = [
    "Zelora reduces memory.",  # itself
    "We propose Zelora, which reduces memory.",
    "Zelora reduces the peak memory of training, scheduling, and serving.",  # the next item of a list
    "Zelora reduces the peak memory of training, while it needs no more time if data are few.",  # a condition comes later
    "In addition, this reduces memory.",  # points elsewhere
    "On the other hand, Zelora reduces memory.",
    "However, does Zelora reduce memory?",
    "In total, 40 were tested.",
]


@pytest.mark.parametrize(("sentence", "wanted"), CLAIMS)
def test_claims_of_a_sentence(sentence: str, wanted: set[str]) -> None:
    made = set(claims(sentence))
    assert wanted <= made and sentence not in made


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_no_claim_that_the_sentence_does_not_make(sentence: str) -> None:
    assert not list(claims(sentence))


ML = [
    {"arxiv_id": "2401.00001", "title": "Zelora", "abstract": "Adapters are small.\n We show that Zelora reduces memory by 40\\% on GLUE. Code is there."},
    {"arxiv_id": "2401.00002", "title": "Mervada", "abstract": "Moreover, Mervada lasts 12 months in use."},
    {"id": "2401.00003", "title": "Tofra", "abstract": "Tofra is new. Furthermore, Tofra outperforms Mervada on GLUE (by 3 points)."},
]  # fmt: skip
MEDICAL = [
    {
        "pmid": "1",
        "contexts": ["Sixty were seen.", "However, the drug may lower fever by 12% in 30 patients (p = 0.1)."],
        "long_answer": "It works.",
        "question": "Does it work?",
        "final_decision": "yes",
    }
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three sets beside each other, in the forms that they come in."""
    published_scifact(tmp_path / "scifact")
    reworded = CLAIMED[0] | {"claim": "In mice, zelotriptan reduces fever."}
    lines(tmp_path / "scifact" / "data" / "claims_train.jsonl", [reworded])
    lines(tmp_path / "arxiv_ml" / "abstracts.jsonl.gz", ML)
    lines(tmp_path / "pubmedqa" / "pqal.jsonl", MEDICAL)
    return tmp_path


def test_kinds_that_lack_twins_are_filled(folder: Path) -> None:
    shelves, paths = abstracts.shelves(folder)
    assert [p.name for p in paths] == ["abstracts.jsonl.gz", "pqal.jsonl"]
    twins = abstracts.filled([], shelves)
    assert twins == abstracts.filled([], [list(shelf) for shelf in shelves])
    assert {t.source.set for t in twins} == {"arxiv_ml", "pubmedqa"}
    texts = {t.claim for t in twins}
    assert {"Zelora reduces memory by 70% on GLUE.", "Mervada outperforms Tofra on GLUE (by 3 points)."} <= texts
    assert any("will lower fever" in text for text in texts)
    # An abstract of one sentence gives no pair: claim and evidence would be one string.
    assert not any("months" in text for text in texts)
    for twin in twins:
        assert len(twin.source.evidence) > 1 and twin.source.claim not in twin.source.evidence
        assert twin.source.group == f"{twin.source.set}:{twin.source.group.split(':')[1]}"


def test_a_kind_that_has_enough_is_left_alone() -> None:
    shelf = [
        Abstract(str(n), "arxiv_ml", "", ("It is new.", f"We show that Zelora reduces memory by {n}%.", "It is open."))
        for n in range(210, 610)
    ]
    own = [Source(f"A{n} is safe.", ("It is.",), "", str(n)) for n in range(200)]
    have = [Twin(s, s.claim, kind, KINDS[kind][0]) for s in own for kind in KINDS if kind != "direction"]
    twins = abstracts.filled(have, [shelf])
    assert twins[: len(have)] == have
    more = twins[len(have) :]
    assert {t.kind for t in more} == {"direction"} and len(more) == abstracts.ENOUGH_TWINS
    # Two figures of a claim give more twins than pairs: then the pairs decide.
    have = [Twin(s, s.claim, kind, KINDS[kind][0]) for s in own for kind in KINDS if kind != "number_digit"]
    more = abstracts.filled(have, [shelf])[len(have) :]
    assert len({t.source for t in more}) == abstracts.ENOUGH_PAIRS and len(more) >= abstracts.ENOUGH_TWINS


def test_documents_take_turns_before_any_gives_a_second_sentence() -> None:
    told = ("We show that A reduces memory.", "We show that B reduces memory.", "It is open.")
    shelf = [Abstract("1", "arxiv_ml", "", told), Abstract("2", "arxiv_ml", "", told)]
    made = [t.source for t in abstracts.filled([], [shelf]) if t.kind == "direction"]
    assert [(s.group, s.claim[0]) for s in made] == [("1", "A"), ("2", "A"), ("1", "B"), ("2", "B")]


def test_rates_by_set() -> None:
    sources = [
        Source("A is safe.", ("We saw it.",), "", "1", "scifact"),
        Source("B is safe.", ("It is.",), "", "2", "arxiv_ml"),
    ]
    twins = [Twin(s, f"{s.claim[0]} is not safe.", "negation_in", "not_support") for s in sources]
    said = {"B is safe.", "B is not safe."}
    result = measure(
        twins, lambda pairs: [Found("SUPPORT" if p.claim in said else "NOT_ENOUGH_INFO") for p in pairs], sources
    )
    assert result["coverage"] == result["sets"]["scifact"]["coverage"] == 0.0
    assert result["sets"]["arxiv_ml"]["coverage"] == 1.0
    assert (result["false_support_rate"], result["sets"]["scifact"]["false_support_rate"]) == (1.0, None)
    assert [result["sets"][name]["pairs"] for name in ("scifact", "arxiv_ml")] == [1, 1]
    row = result["kinds"]["negation_in"]
    assert (row["n"], row["made"], row["pairs"]) == (1, 2, 2)
    assert {name: (part["n"], part["wrong"]) for name, part in row["sets"].items()} == {
        "scifact": (0, 0),
        "arxiv_ml": (1, 1),
    }
    assert result["intervals"]["coverage"] == result["sets"]["scifact"]["intervals"]["coverage"]


def test_what_lies_beside_scifact_is_used(folder: Path) -> None:
    result = evals.run("tamper", folder)
    assert set(result["sets"]) == {"scifact", "arxiv_ml", "pubmedqa"}
    assert result["coverage"] == result["sets"]["scifact"]["coverage"]
    for key in ("n", "twins", "pairs", "documents"):
        assert result[key] == sum(part[key] for part in result["sets"].values())
    assert (
        sum(part["wrong"] for part in result["kinds"]["comparator"]["sets"].values())
        == result["kinds"]["comparator"]["wrong"]
    )
    # SciFact alone, one of its splits, or fewer pairs: nothing else is read.
    for alone in (
        evals.run("tamper", folder / "scifact"),
        evals.run("tamper", folder, limit=5),
        evals.run("tamper", folder, "train"),
    ):
        assert set(alone["sets"]) == {"scifact"}
        assert alone["data_sha256"] != result["data_sha256"]


def test_a_broken_file_beside_scifact_is_named(folder: Path) -> None:
    lines(folder / "arxiv_ml" / "abstracts.jsonl.gz", [*ML, {"arxiv_id": "2401.00009", "title": "No abstract"}])
    with pytest.raises(InputError, match=r"abstracts.jsonl.gz, line 4: abstract"):
        evals.run("tamper", folder)


def test_scifact_comes_first(folder: Path) -> None:
    (folder / "arxiv_ml" / "abstracts.jsonl.gz").unlink()
    assert list(evals.run("tamper", folder)["sets"]) == ["scifact", "pubmedqa"]


@needs_data
def test_real_abstracts_give_enough() -> None:
    shelves, _ = abstracts.shelves(SHARED)
    if len(shelves) < 2:
        pytest.skip(f"arxiv_ml or pubmedqa is not in {SHARED}")
    twins = abstracts.filled([], shelves)
    for kind in (
        "number_digit",
        "number_tenfold",
        "unit",
        "comparator",
        "scope",
        "quantifier",
        "number_format",
        "abbreviation",
        "reordered",
    ):
        made = [t for t in twins if t.kind == kind]
        assert len(made) >= 200 and len({t.source for t in made}) >= 100, kind
    for twin in twins:
        claim, text = twin.source.claim, twin.source.text
        assert plain(claim) != plain(text) and claim not in twin.source.evidence
        # Nothing is put in: every word of a claim is one of its evidence.
        words = set(re.findall(r"\w+", text.lower()))
        assert set(re.findall(r"\w+", claim.lower())) <= words, claim
