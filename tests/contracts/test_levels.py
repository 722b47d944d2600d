from __future__ import annotations

from typing import Any

import pytest

from sovereign.contracts import LEVELS, claim_level, record_level, rungs, rungs_by_claim
from sovereign.records import Event


def event(kind: str, payload: dict[str, Any] | None = None, subject: str = "r/c1") -> Event:
    return Event(seq=1, at="", kind=kind, subject=subject, payload=payload or {}, prev_hash="", hash="")


def test_the_levels_are_numbered_and_the_last_cannot_be_reached() -> None:
    assert [level.number for level in LEVELS] == list(range(8))
    assert [level.number for level in LEVELS if not level.reachable] == [7]
    assert len({level.key for level in LEVELS}) == 8
    assert "Not reachable" in LEVELS[7].definition


@pytest.mark.parametrize(
    ("kind", "payload", "rung"),
    [
        ("claim.extracted", {}, 0),
        ("claim.cited", {}, 1),
        ("claim.corroborated", {"independent_groups": 2}, 3),
        ("claim.corroborated", {"independent_groups": 5}, 3),
        ("claim.inspected", {}, 4),
        ("claim.executed", {"protocol_match": "exact"}, 5),
        ("claim.reproduced", {"independent_implementation": True}, 6),
        ("claim.reproduced", {"signed_by": "lab"}, 6),
        ("claim.reproduced", {"independent_implementation": False, "signed_by": "lab"}, 6),
    ],
)
def test_each_event_earns_its_own_rung_and_no_other(kind: str, payload: dict[str, Any], rung: int) -> None:
    assert rungs([event(kind, payload)]) == {rung}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("claim.anchored", {}),
        ("claim.supported", {}),
        ("claim.corroborated", {}),
        ("claim.corroborated", {"independent_groups": 1}),
        ("claim.corroborated", {"independent_groups": "2"}),
        ("claim.corroborated", {"independent_groups": 2.5}),
        ("claim.corroborated", {"independent_groups": True}),
        ("claim.corroborated", {"independent_groups": [1, 2]}),
        ("claim.executed", {}),
        ("claim.executed", {"protocol_match": "proxy"}),
        ("claim.executed", {"protocol_match": ["exact"]}),
        ("claim.reproduced", {}),
        ("claim.reproduced", {"independent_implementation": 1}),
        ("claim.reproduced", {"independent_implementation": "true"}),
        ("claim.reproduced", {"signed_by": ""}),
        ("claim.reproduced", {"signed_by": "  "}),
        ("claim.reproduced", {"signed_by": None}),
        ("claim.reviewed", {}),
        ("record.saved", {"protocol_match": "exact"}),
    ],
)
def test_what_earns_nothing(kind: str, payload: dict[str, Any]) -> None:
    assert rungs([event(kind, payload)]) == frozenset()


def test_grounded_needs_both_the_anchor_and_the_support() -> None:
    both = [event("claim.supported"), event("claim.anchored")]
    assert rungs(both) == {2}
    assert rungs([*both, event("claim.extracted"), event("claim.executed", {"protocol_match": "exact"})]) == {0, 2, 5}


def test_one_good_event_is_enough_beside_bad_ones() -> None:
    groups: list[Any] = [1, "many", 2]
    assert rungs([event("claim.corroborated", {"independent_groups": g}) for g in groups]) == {3}


def test_the_level_of_a_claim_is_its_highest_rung() -> None:
    assert claim_level(frozenset({0, 1, 5})) == 5
    assert claim_level(frozenset()) == 0


def test_the_level_of_a_record_is_the_lowest_among_the_cited() -> None:
    earned = {"a": frozenset({0, 1, 2}), "b": frozenset({0, 3}), "c": frozenset({0})}
    assert record_level(earned, ["a", "b"]) == 2
    assert record_level(earned, ["a", "b", "c"]) == 0
    assert record_level(earned, ["b"]) == 3
    assert record_level(earned, ["b", "unknown"]) == 0
    assert record_level(earned, []) == 0


def test_events_are_told_apart_by_record_and_claim() -> None:
    events = [
        event("claim.extracted", subject="r/c1"),
        event("claim.cited", subject="r/c1"),
        event("claim.anchored", subject="r/c1"),
        event("claim.supported", subject="r/c2"),
        event("claim.inspected", subject="other/c1"),
        event("claim.inspected", subject="rr/c1"),
        event("record.saved", subject="r"),
    ]
    assert rungs_by_claim("r", events) == {"c1": {0, 1}, "c2": frozenset()}
