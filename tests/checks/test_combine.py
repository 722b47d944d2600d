"""The verdict of a claim from all its evidence."""

from __future__ import annotations

from sovereign.checks import combine_evidence
from sovereign.records import Evidence, Quote, Relation, Verdict


def evidence(relation: Relation, verdict: Verdict, source: str = "title:a") -> Evidence:
    """A passage of that relation and verdict."""
    quote = Quote(
        text="x", text_hash="", start=0, end=1, paper_id=source, source_id=source, section="", depth="full_text"
    )
    return Evidence(quote=quote, relation=relation, verdict=verdict, scope="same", checks=(), reason="as the test says")


OWN = evidence("own_quote", "SUPPORT")


def test_a_quote_is_not_its_own_proof() -> None:
    found = combine_evidence(True, [OWN])
    assert (found.verdict, found.verified, found.anchored) == ("SUPPORT", False, True)
    assert found.deciding == ("anchor", "own_quote")
    assert found.independent_groups == 0


def test_another_passage_of_the_work_verifies() -> None:
    found = combine_evidence(True, [OWN, evidence("own_work", "SUPPORT")])
    assert (found.verdict, found.verified, found.independent_groups) == ("SUPPORT", True, 0)
    assert "own work" in found.reason


def test_independent_groups_are_counted_once_each() -> None:
    three = [evidence("independent", "SUPPORT", s) for s in ("title:b", "title:b", "title:c")]
    found = combine_evidence(True, [OWN, *three, evidence("not_independent", "SUPPORT", "title:d")])
    assert (found.verdict, found.verified, found.independent_groups) == ("SUPPORT", True, 2)


def test_works_that_are_not_known_to_be_independent_do_not_verify() -> None:
    for relation in ("not_independent", "unknown"):
        found = combine_evidence(True, [OWN, evidence(relation, "SUPPORT", "title:b")])  # type: ignore[arg-type]
        assert (found.verdict, found.verified, found.independent_groups) == ("SUPPORT", False, 0)


def test_contradiction_beside_the_own_statement_is_mixed() -> None:
    found = combine_evidence(True, [OWN, evidence("independent", "CONTRADICT", "title:b")])
    assert (found.verdict, found.verified) == ("MIXED", False)
    both = combine_evidence(True, [evidence("own_work", "SUPPORT"), evidence("independent", "CONTRADICT", "title:b")])
    assert (both.verdict, both.verified) == ("MIXED", False)


def test_contradiction_alone() -> None:
    found = combine_evidence(True, [evidence("own_quote", "NOT_ENOUGH_INFO"), evidence("own_work", "CONTRADICT")])
    assert (found.verdict, found.verified) == ("CONTRADICT", False)


def test_what_is_not_anchored_is_unchecked_whatever_supports_it() -> None:
    found = combine_evidence(False, [OWN, evidence("independent", "SUPPORT", "title:b")])
    assert (found.verdict, found.verified, found.anchored, found.deciding) == ("UNCHECKED", False, False, ("anchor",))
    assert "does not stand" in found.reason


def test_nothing_found_is_not_enough() -> None:
    assert combine_evidence(True, []).verdict == "NOT_ENOUGH_INFO"
    found = combine_evidence(True, [evidence("own_quote", "NOT_ENOUGH_INFO"), evidence("independent", "UNCHECKED")])
    assert (found.verdict, found.verified, found.reason) == ("NOT_ENOUGH_INFO", False, "as the test says")


def test_all_evidence_is_kept() -> None:
    given = [OWN, evidence("own_work", "SUPPORT"), evidence("independent", "NOT_ENOUGH_INFO", "title:b")]
    assert combine_evidence(True, given).evidence == tuple(given)
