"""The kernel in a field that nobody had in mind: every trap of ``columnar.py`` must spring."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.records import Record
from tests.kernel import columnar
from tests.kernel.asking import ask, claim_with, said
from tests.kernel.conftest import Run


@pytest.fixture
def record(layouts: Run) -> Record:
    return layouts.record


def test_both_metrics_are_answered_with_figures(record: Record):
    assert record.answer.state == "ANSWERED"
    assert {f.state for f in record.answer.facets} == {"ANSWERED"}
    (latency, *_) = said(record, "scan latency")
    (disk, *_) = said(record, "disk usage")
    assert "olumnar layout against row layout: 0.25 times the latency" in latency
    assert "olumnar layout against row layout: 0.20 to 0.25 times the storage" in disk
    assert record.answer.open_points == ()


def test_the_table_is_computed_from_the_figures(record: Record):
    rows = {(c.metric, c.subject_value, c.comparator_value): c for c in record.answer.comparisons}
    row = rows["latency", "118 ms", "470 ms"]
    assert row.ratio == pytest.approx(118 / 470, abs=1e-4)
    assert (row.subject, row.comparator) == ("columnar layout", "row layout")
    assert row.claim_id == claim_with(record, "118 ms").id
    # "the row layout takes 4.0 times the disk of the columnar layout", turned round.
    turned = next(c for c in record.answer.comparisons if c.claim_id == claim_with(record, "4.0 times").id)
    assert (turned.subject, turned.comparator, turned.ratio) == ("columnar layout", "row layout", 0.25)


def test_a_sentence_cites_only_claims_that_give_its_figures(record: Record):
    (facet,) = [f for f in record.answer.facets if "times the latency (3 comparisons" in f.sentences[0].text]
    assert {record.claim(i).text.split(" ms")[0].split()[-1] for i in facet.sentences[0].claim_ids} == {
        "118",
        "120",
        "121",
    }
    assert facet.sentences[0].inferred


def test_the_planted_disagreement_comes_first(record: Record):
    first = record.answer.disagreements[0]
    assert first.kind == "direction"
    assert {s for side in first.sides for s in side.source_ids} == {columnar.SLOWER_SOURCE, columnar.FASTER_SOURCE}
    assert "no difference in setting" in first.why
    statements = sorted(side.statement for side in first.sides)
    assert "less latency" in statements[0]
    assert "more latency" in statements[1]
    for words in ("lower latency", "higher latency"):
        claim = claim_with(record, words)
        assert claim.verdict == "MIXED"
        assert not claim.verified


def test_opposite_findings_in_other_settings_name_the_settings(record: Record):
    others = [d for d in record.answer.disagreements[1:] if d.kind == "direction"]
    assert others
    assert all("TPC-H" in d.why and "point queries" in d.why for d in others)


def test_papers_with_a_shared_author_are_one_group(record: Record):
    lanes, again = claim_with(record, "120 ms"), claim_with(record, "121 ms")
    for claim, other in ((lanes, again), (again, lanes)):
        (shared,) = [e for e in claim.verification.evidence if e.claim_id == other.id]
        assert (shared.relation, shared.verdict) == ("not_independent", "SUPPORT")
        assert claim.verified
        assert claim.verification.independent_groups == 1


def test_two_papers_of_one_group_count_once_for_a_third(record: Record):
    claim = claim_with(record, "118 ms")
    support = [e for e in claim.verification.evidence if e.relation == "independent" and e.verdict == "SUPPORT"]
    assert {e.quote.source_id for e in support} == {"arxiv:1901.00011", "arxiv:2001.00012"}
    assert claim.verification.independent_groups == 1
    assert 3 not in claim.rungs


def test_a_recalled_finding_is_unchecked_and_unused(record: Record):
    claim = claim_with(record, "9.9 TB")
    assert claim.text == columnar.RECALLED[:1].upper() + columnar.RECALLED[1:]
    assert (claim.verdict, claim.verified, claim.quote.seen) == ("UNCHECKED", False, "recalled")
    assert claim.id not in record.answer.cited()
    assert not any("9.9" in s.text for s in record.answer.summary)
    assert not any(e.claim_id == claim.id for c in record.claims if c.verification for e in c.verification.evidence)


def test_a_bracket_that_names_another_work_gives_it_the_claim(record: Record):
    claim = claim_with(record, "14 GB")
    assert (claim.quote.source_id, claim.quote.paper_id) == ("arxiv:1803.00033", "arxiv:2201.00044")
    assert claim.quote.our_words
    # Nobody knows who wrote it, so nothing is said of its independence.
    assert {e.relation for e in claim.verification.evidence} <= {"own_quote", "unknown"}
    assert not claim.verified


def test_what_has_nothing_to_do_with_it_stays_out(record: Record):
    assert "cooks-bread.md" not in {c.location for c in record.retrieval.candidates if c.kept}
    assert not any("bread" in c.text for c in record.claims)


def test_the_decision_follows_from_the_record(record: Record):
    assert record.counters.verified == 3
    rule = "hold-score" if record.reviews[-1].score < 6.5 else "hold-verified"
    assert (record.decision.outcome, record.decision.rule) == ("HOLD", rule)


def test_a_facet_without_evidence_is_searched_for_again(tmp_path: Path):
    question = "What does the columnar layout cost against the row layout in terms of scan latency and energy?"
    record = ask(tmp_path / "home", question, columnar.write(tmp_path / "lib"))
    (energy,) = [f.id for f in record.plan.facets if f.metric == "energy"]
    states = {f.facet_id: f for f in record.answer.facets}
    assert states[energy].state == record.answer.state == "NOT_ANSWERABLE"
    assert states[energy].sentences == ()
    assert any(p.facet_id == energy and p.needs for p in record.answer.open_points)
    first, second = record.reviews
    assert (first.number, second.number) == (1, 2)
    for round_ in (first, second):
        (finding,) = [f for f in round_.findings if f.code == "facet-without-evidence"]
        assert (finding.severity, finding.facet_ids) == ("major", (energy,))
    assert first.changes == ()
    assert any("searched again" in change and energy in change for change in second.changes)
    assert record.decision.outcome == "HOLD"


def test_the_second_search_may_find_what_the_first_left_out(tmp_path: Path):
    notes = columnar.NOTES | {
        "footprints.md": columnar.note(
            "Footprints of Tables",
            [
                (
                    "In lookups, the columnar layout has a footprint of 400 MB against 900 MB for the row layout.",
                    "Table 1",
                    "yes",
                )
            ],
            ["Jo Watt"],
            "2010.00077",
        ),
        "silent.md": columnar.note(
            "History", [("What is the scan latency of the columnar layout and the row layout?", "page 1", "yes")]
        ),
    }
    question = "What does the columnar layout cost against the row layout in terms of scan latency and memory?"
    record = ask(tmp_path / "home", question, columnar.write(tmp_path / "lib", notes), max_papers=4)
    (change,) = [c for c in record.reviews[1].changes if "searched again" in c]
    assert ": 0 further" not in change
    assert record.counters.papers_kept <= 4
    assert claim_with(record, "400 MB").id in record.answer.cited()
    assert "silent.md" not in {p.location for p in record.papers}
    paths = [c.location for c in record.retrieval.candidates]
    assert len(paths) == len(set(paths))
    assert [c.kept for c in record.retrieval.candidates] == sorted(
        (c.kept for c in record.retrieval.candidates), reverse=True
    )
    assert record.counters.papers_kept == len(record.papers) == sum(c.kept for c in record.retrieval.candidates)
    ids = [c.id for c in record.claims]
    assert len(set(ids)) == len(ids)
    # What round 1 says of a claim must still be true of the claim of that id.
    for round_ in record.reviews:
        for finding in round_.findings:
            assert set(finding.claim_ids) <= set(ids)
            if finding.code == "mixed-in-answer":
                assert {record.claim(i).verdict for i in finding.claim_ids} == {"MIXED"}


def test_contradicted_claims_leave_the_sentences_but_not_the_disagreements(tmp_path: Path):
    """With a score below the bar there is a revision, and it must not hide where sources disagree."""
    kept = {name: columnar.NOTES[name] for name in ("stonebrook2019-lanes.md", "quill2021-rows-first.md")}
    record = ask(tmp_path / "home", columnar.QUESTION, columnar.write(tmp_path / "lib", kept))
    assert len(record.reviews) == 2
    lower, higher = claim_with(record, "lower latency"), claim_with(record, "higher latency")
    sentences = [s for f in record.answer.facets for s in f.sentences]
    assert not {lower.id, higher.id} & {i for s in sentences for i in s.claim_ids}
    assert any(
        {lower.id, higher.id} == {i for side in d.sides for i in side.claim_ids} for d in record.answer.disagreements
    )
    assert any(lower.id in c and higher.id in c for c in record.reviews[1].changes)
    assert not any(f.code == "mixed-in-answer" for f in record.reviews[1].findings)


def test_where_there_is_nothing_but_disagreement_both_sides_are_told(tmp_path: Path):
    notes = {
        f"{n}.md": columnar.note(
            f"Study {n}",
            [(f"On point queries, the columnar layout has a {way} latency than the row layout.", "Table 1", "yes")],
            [f"Author{n} Name{n}"],
            f"2101.0000{n}",
        )
        for n, way in ((1, "lower"), (2, "higher"))
    }
    record = ask(
        tmp_path / "home",
        "Does the columnar layout have lower latency than the row layout?",
        columnar.write(tmp_path / "lib", notes),
    )
    (facet,) = record.answer.facets
    assert facet.state != "NOT_ANSWERABLE"
    assert any("lower" in s.text for s in facet.sentences)
    assert any("higher" in s.text for s in facet.sentences)
    assert len(record.answer.disagreements) == 1


def test_equal_words_of_independent_groups_support_each_other(tmp_path: Path):
    finding = [("On point queries, the columnar layout has a lower latency than the row layout.", "Table 1", "yes")]
    notes = {
        f"{n}.md": columnar.note(f"Study {n}", finding, [f"Author{n} Name{n}"], f"2101.0000{n}") for n in (1, 2, 3)
    }
    record = ask(
        tmp_path / "home",
        "Does the columnar layout have lower latency than the row layout?",
        columnar.write(tmp_path / "lib", notes),
    )
    assert [c.verification.independent_groups for c in record.claims] == [2, 2, 2]
    assert all(c.verified and 3 in c.rungs for c in record.claims)
    assert record.level == 3
    assert record.answer.disagreements == ()


def test_one_work_told_by_two_notes_is_one_source(tmp_path: Path):
    finding = "On point queries, the columnar layout has a lower latency than the row layout."
    notes = {
        "own.md": columnar.note("Lanes", [(finding, "Table 4", "yes")], ["Mara Stonebrook"], "1901.00011"),
        "survey.md": columnar.note(
            "Survey", [(finding, "Table 4 of arXiv 1901.00011", "yes")], ["Rekha Iyer"], "2201.00044"
        ),
    }
    record = ask(
        tmp_path / "home",
        "Does the columnar layout have lower latency than the row layout?",
        columnar.write(tmp_path / "lib", notes),
    )
    assert {c.quote.source_id for c in record.claims} == {"arxiv:1901.00011"}
    assert record.counters.verified == 0


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ("On TPC-H,", "MIXED"),
        ("On SSB,", "SUPPORT"),
        ("At batch size 8,", "SUPPORT"),
        ("With 3-bit codes,", "SUPPORT"),
        ("With 2B parameters,", "SUPPORT"),
    ],
)
def test_another_setting_of_the_same_work_refutes_nothing(tmp_path: Path, other: str, verdict: str):
    pairs = {
        "With 2B parameters,": "With 1B parameters,",
        "At batch size 8,": "At batch size 1,",
        "With 3-bit codes,": "With 2-bit codes,",
    }
    first = pairs.get(other, "On TPC-H,")
    text = "the columnar layout has a scan latency of {} ms against 480 ms for the row layout."
    findings = [(f"{first} {text.format(120)}", "Table 2", "yes"), (f"{other} {text.format(300)}", "Table 3", "yes")]
    library = columnar.write(
        tmp_path / "lib", {"a.md": columnar.note("Lanes", findings, ["Mara Stonebrook"], "1901.00011")}
    )
    record = ask(tmp_path / "home", columnar.QUESTION, library)
    assert {c.verdict for c in record.claims} == {verdict}


def test_a_library_without_a_word_on_it_is_rejected(tmp_path: Path):
    library = columnar.write(tmp_path / "lib", {"cooks-bread.md": columnar.NOTES["cooks-bread.md"]})
    record = ask(tmp_path / "home", columnar.QUESTION, library)
    assert record.answer.state == "NOT_ANSWERABLE"
    assert record.claims == ()
    assert (record.decision.outcome, record.decision.rule) == ("REJECT", "reject-empty")
    assert record.level == 0


def test_a_thing_may_be_named_after_a_metric(tmp_path: Path):
    notes = {
        n: t.replace("columnar layout", "columnar storage").replace("row layout", "row storage")
        for n, t in columnar.NOTES.items()
    }
    question = "What is the overhead of columnar storage versus row storage in terms of scan latency and disk usage?"
    record = ask(tmp_path / "home", question, columnar.write(tmp_path / "lib", notes))
    assert record.answer.state == "ANSWERED"


def test_where_the_files_lie_is_no_evidence(tmp_path: Path, record: Record):
    nested = tmp_path / "lib" / "deep"
    columnar.write(nested)
    moved = ask(tmp_path / "home", columnar.QUESTION, tmp_path / "lib")
    assert {p.location for p in moved.papers} != {p.location for p in record.papers}
    assert moved.content_hash == record.content_hash
