"""Defects planted in a real record through its public JSON: each is found under its kind, at its place, and a clean record has none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.kernel.tribunal import DEFECTS, review_json
from sovereign.records import Finding
from tests.kernel.asking import ask
from tests.kernel.conftest import Run

Json = dict[str, Any]
SEVERE = "critical"


@pytest.fixture(scope="module")
def clean(starter: Run) -> Json:
    return starter.record.model_dump(mode="json")


def sentences(data: Json) -> list[Json]:
    """Sentences of facets that rest on claims alone, and infer something from them."""
    return [s for f in data["answer"]["facets"] for s in f["sentences"] if s["claim_ids"] and s["inferred"]]


def cited(data: Json) -> Json:
    """A claim that a sentence rests on and that has figures."""
    first = sentences(data)[-1]["claim_ids"][0]
    return next(c for c in data["claims"] if c["id"] == first)


def figure_of_a_sentence(data: Json) -> None:
    one = next(s for s in sentences(data) if " times the " in s["text"])
    number = one["text"].split(" times")[0].split()[-1]
    one["text"] = one["text"].replace(number, f"{float(number) + 0.4:.2f}", 1)


def figure_of_a_table(data: Json) -> None:
    data["answer"]["comparisons"][0]["ratio"] *= 1.2


def figure_of_a_cell(data: Json) -> None:
    cell = next(c for r in data["answer"]["measured"][0]["rows"] for c in r["cells"][1:] if c)
    cell["ratio"] += 0.3


def figure_of_a_field(data: Json) -> None:
    claim = next(c for c in data["claims"] if c["results"] and c["results"][0]["value"])
    claim["results"][0]["value"]["value"] *= 10


def claim_that_is_not_there(data: Json) -> None:
    sentences(data)[0]["claim_ids"] = ["C999"]


def work_that_is_not_there(data: Json) -> None:
    cited(data)["quote"]["paper_id"] = "arxiv:9999.99999"


def another_work(data: Json) -> None:
    claim = cited(data)
    other = next(p["id"] for p in data["papers"] if p["id"] != claim["quote"]["paper_id"])
    claim["quote"]["paper_id"] = claim["quote"]["source_id"] = other


def disagreement_left_out(data: Json) -> None:
    assert data["answer"]["disagreements"]
    data["answer"]["disagreements"].pop(0)


def sentence_without_claims(data: Json) -> None:
    sentences(data)[0]["claim_ids"] = []


def off_topic(data: Json) -> None:
    claim = copy.deepcopy(cited(data))
    text = "The museum keeps nine paintings from the seventeenth century."
    for quote in (claim["quote"], *(e["quote"] for e in claim["verification"]["evidence"][:1])):
        quote |= {"text": text, "start": 900_000, "end": 900_000 + len(text), "text_hash": "ab" * 32}
    claim |= {"id": "C900", "text": text, "results": [], "rungs": [0, 1, 2]}
    claim["setting"] = {"model": None, "scale": None, "phase": None, "batch_size": None, "sequence_length": None, "conditions": []}  # fmt: skip
    data["claims"].append(claim)
    data["answer"]["facets"][0]["sentences"].append(
        {"text": text, "claim_ids": ["C900"], "measurement_ids": [], "inferred": False}
    )


def taken_back(data: Json) -> None:
    source = cited(data)["quote"]["paper_id"]
    next(p for p in data["papers"] if p["id"] == source)["retracted"] = "retracted, says Crossref"


def groups(data: Json) -> None:
    cited(data)["verification"]["independent_groups"] += 1


def level(data: Json) -> None:
    data["level"] += 1


def state(data: Json) -> None:
    assert data["answer"]["state"] == "PARTLY_ANSWERED"
    data["answer"]["state"] = "ANSWERED"


def rung(data: Json) -> None:
    cited(data)["rungs"].append(5)


def said_of_the_record(data: Json) -> None:
    sentences(data)[0].update(claim_ids=[], of_record=True)


def confidence(data: Json) -> None:
    data["answer"]["sureness"][0]["degree"] = "high"


def counter(data: Json) -> None:
    data["counters"]["verified"] += 1


def gate(data: Json) -> None:
    next(c for c in data["claims"] if c["gate"])["gate"]["status"] = "VERIFIED"


def size_of_a_claim(data: Json) -> None:
    next(c for c in data["claims"] if c["setting"]["scale"])["setting"]["scale"] = None


def scale_facet(data: Json) -> None:
    scale = next(f["id"] for f in data["plan"]["facets"] if f["kind"] == "scale")
    data["answer"]["facets"] = [f for f in data["answer"]["facets"] if f["facet_id"] != scale]


def row_of_a_table(data: Json) -> None:
    data["answer"]["measured"][0]["rows"].pop(1)


PLANTS: list[tuple[Callable[[Json], None], str]] = [
    (figure_of_a_sentence, "altered-number"),
    (figure_of_a_table, "altered-number"),
    (figure_of_a_cell, "altered-number"),
    (figure_of_a_field, "altered-number"),
    (claim_that_is_not_there, "fabricated-citation"),
    (work_that_is_not_there, "fabricated-citation"),
    (another_work, "wrong-paper"),
    (disagreement_left_out, "dropped-contradiction"),
    (sentence_without_claims, "uncited-sentence"),
    (off_topic, "off-topic-source"),
    (taken_back, "retracted-source"),
    (groups, "group-counted-twice"),
    (level, "overclaimed-level"),
    (state, "overclaimed-level"),
    (rung, "overclaimed-level"),
    (said_of_the_record, "uncited-sentence"),
    (confidence, "overclaimed-level"),
    (counter, "overclaimed-level"),
    (gate, "overclaimed-level"),
    (size_of_a_claim, "missing-scale"),
    (scale_facet, "missing-scale"),
    (row_of_a_table, "missing-scale"),
]


def defects(found: tuple[Finding, ...]) -> set[str]:
    return {f.code for f in found if f.severity == SEVERE}


def test_a_clean_record_has_no_defect(clean: Json):
    assert defects(review_json(clean)) == set()


@pytest.mark.parametrize(("plant", "code"), PLANTS, ids=[f"{c}:{p.__name__}" for p, c in PLANTS])
def test_a_planted_defect_is_found(clean: Json, plant: Callable[[Json], None], code: str):
    data = copy.deepcopy(clean)
    plant(data)
    assert data != clean
    found = [f for f in review_json(data) if f.code == code]
    assert found
    assert all(f.at and f.text for f in found)


def test_every_kind_is_planted():
    assert {code for _, code in PLANTS} == set(DEFECTS)


@pytest.mark.parametrize("data", [{}, {"answer": 3}, {"claims": [{"id": None}]}])
def test_what_is_no_record_is_refused(data: Json):
    with pytest.raises(InputError, match="no record"):
        review_json(data)


def test_a_renamed_metric_of_a_table_is_found(clean: Json):
    data = copy.deepcopy(clean)
    data["answer"]["comparisons"][0]["metric"] = "accuracy"
    assert "/answer/comparisons/0" in {place for f in review_json(data) if f.code == "altered-text" for place in f.at}


def test_works_that_agree_are_counted_also_beside_one_that_does_not(tmp_path: Path):
    library = tmp_path / "library"
    library.mkdir()
    for name, says in (("ibarra", "increase"), ("obi", "increase"), ("rossi", "reduce")):
        about = f"The machine of {name} has a memory of its own."
        text = f"Gated adapters {says} inference latency by 30 % compared with merged adapters on a 7B model."
        front = f'---\ntitle: "Adapters as {name} sees them"\nauthors: ["{name.title()}"]\nyear: 2024\n---\n'
        (library / f"{name}.md").write_text(f"{front}\n# Results\n\n{about} {text}\n")
    record = ask(
        tmp_path / "home", "What do gated adapters cost against merged adapters in inference latency?", library
    )
    assert any("2 works give" in s.text for s in record.answer.abstract), "nothing is counted here"
    assert not [f for r in record.reviews for f in r.findings if f.code == "altered-number"]
