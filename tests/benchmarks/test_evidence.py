"""The public form of a cluster, by the names and shapes of the contract benchmark-evidence-v1."""

from __future__ import annotations

import pytest

from sovereign.benchmarks import clusters_of, evidence_of
from sovereign.benchmarks.rules import coverage_level, severity_of
from sovereign.contracts.schema import EVIDENCE_FILE, evidence_schema, shipped_schema
from sovereign.records import BenchmarkEvidence, Paper, ReportedNumber

from .making import PAPERS, number, paper

CONTRACT = {
    "schema", "schema_version", "contract_version", "contract_updated", "publisher", "html_url", "json_url", "model", "benchmark",
    "source_count", "source_coverage", "source_profile", "reported_range", "spread_pp", "severity", "entries", "interpretation",
    "limitations",
}  # fmt: skip
ENTRY = {"model", "benchmark", "score_pct", "source_title", "source_url", "source_domain", "year"}


def evidence(*numbers: ReportedNumber, papers: tuple[Paper, ...] = PAPERS) -> BenchmarkEvidence:
    (cluster,) = clusters_of(numbers, papers)
    return evidence_of(cluster, {p.id: p for p in papers})


def test_it_has_the_fields_of_the_contract_and_ours() -> None:
    made = evidence(number("one", "86.0"), number("two", "60.0", split="dev")).model_dump(mode="json", by_alias=True)
    assert set(made) >= CONTRACT | {"status", "differs", "unstated", "protocols", "mixed"}
    assert all(set(entry) >= ENTRY | {"key", "quote", "group", "cell"} for entry in made["entries"])
    assert set(made["source_coverage"]) == {"record_count", "distinct_source_count", "coverage_level", "basis"}
    assert set(made["source_profile"]) == {
        "source_url_count", "missing_source_url_count", "domains", "year_min", "year_max", "basis",
    }  # fmt: skip
    assert made["schema"] == evidence_schema()["$id"] and made["schema_version"] == "1.0"
    assert (made["status"], made["differs"]) == ("not_comparable", ["split"])
    assert made["protocols"][0]["protocol_key"]["split"] == "test"
    assert made["interpretation"] and all(made["limitations"])


def test_ranges_are_rounded_and_entries_sorted_as_in_published_records() -> None:
    made = evidence(number("one", "69.69", "%"), number("two", "0.1434"), number("three", "29.77"))
    assert (made.reported_range.min_score_pct, made.reported_range.max_score_pct) == (14.3, 69.7)
    assert made.spread_pp == 55.4 and made.severity == "HIGH"
    assert [e.score_pct for e in made.entries] == [69.69, 29.77, 14.34]
    assert [e.quote[:3] for e in made.entries] == ["one", "thr", "two"]
    assert (made.source_count, made.source_coverage.coverage_level) == (3, "MODERATE")


def test_the_spread_of_one_work_has_no_severity() -> None:
    made = evidence(number("one", "86.0"), number("one", "20.0", metric="recall"))
    assert (made.spread_pp, made.severity) == (66.0, None)


def test_a_time_has_no_percent() -> None:
    made = evidence(*(number(w, "4", "ms", metric="latency", dataset=None, task=None) for w in ("one", "two")))
    assert made.reported_range.min_score_pct is None and made.spread_pp is None and made.severity is None
    assert [(e.score_pct, e.value, e.unit) for e in made.entries] == [(None, "4ms", "ms")] * 2
    assert made.protocols[0].unit == "s" and made.protocols[0].low == 0.004


def test_the_profile_counts_addresses_and_years_that_are_there() -> None:
    papers = (
        paper("one", url="https://Arxiv.org/abs/1", year=2019), paper("two", url="https://aclanthology.org/x", year=2017),
        paper("three"), paper("four", url="http://[broken"),
    )  # fmt: skip
    made = evidence(*(number(p.id, "86.0") for p in papers), papers=papers)
    profile = made.source_profile
    assert (profile.source_url_count, profile.missing_source_url_count) == (3, 1)
    assert (profile.domains, profile.year_min, profile.year_max) == (("aclanthology.org", "arxiv.org"), 2017, 2019)
    assert {e.source_id: e.source_domain for e in made.entries} == {
        "one": "arxiv.org", "two": "aclanthology.org", "three": None, "four": None,
    }  # fmt: skip


def test_the_levels_that_published_records_show() -> None:
    assert [coverage_level(n) for n in (0, 1, 2, 3, 4, 5, 50)] == [
        "NONE", "SINGLE", "LIMITED", "MODERATE", "MODERATE", "BROAD", "BROAD",
    ]  # fmt: skip
    assert severity_of(39.9, 0.5) == severity_of(74.6, 0.5) == "HIGH"
    assert severity_of(0.5, 0.5) is None and severity_of(0.6, 0.5) == "LOW"


def test_every_entry_names_the_protocol_that_it_is_of() -> None:
    made = evidence(
        number("one", "86.0"), number("two", "60.0", split="dev"), number("two", "61.0", credited="Ann One")
    )
    for entry in made.entries:
        assert made.protocols[entry.protocol].protocol_key.split == entry.key.split
    assert [p.record_count for p in made.protocols] == [2, 1]
    assert {e.value: (e.origin, e.credited) for e in made.entries}["61.0"] == ("one", "Ann One")


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert shipped_schema(EVIDENCE_FILE) == evidence_schema(), "run: python -m sovereign.contracts.schema"


@pytest.mark.parametrize("damage", [{"status": "fine"}, {"source_count": "many"}, {"more": 1}])
def test_the_type_refuses_what_is_none(damage: dict[str, object]) -> None:
    made = evidence(number("one", "86.0")).model_dump()
    assert BenchmarkEvidence.model_validate(made)
    with pytest.raises(ValueError, match="validation error"):
        BenchmarkEvidence.model_validate(made | damage)
