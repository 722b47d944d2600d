"""The tier is one function; its bounds are held from both sides by vectors that ship."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.contracts import tiers
from sovereign.contracts.example import example
from sovereign.contracts.tiers import THRESHOLDS, made_vectors, quality_tiers, tier_follows, tier_of, vectors_follow

SCORES = st.none() | st.floats() | st.floats(0, 10)
LEVELS = st.sampled_from(["UNASSESSED", "LOW", "MEDIUM", "HIGH"])


@pytest.mark.parametrize(
    ("score", "verified", "level", "tier"),
    [
        (8.5, 5, "HIGH", "FLAGSHIP_CANDIDATE"),
        (10.0, 500, "HIGH", "FLAGSHIP_CANDIDATE"),
        (8.499, 5, "HIGH", "DOI_GRADE"),
        (8.5, 4, "HIGH", "DOI_GRADE"),
        (8.5, 5, "MEDIUM", "DOI_GRADE"),
        (8.5, 5, "UNASSESSED", "DOI_GRADE"),
        (7.5, 1, "LOW", "DOI_GRADE"),
        (7.499, 1, "HIGH", "PUBLIC_RECORD"),
        (7.495, 1, "HIGH", "PUBLIC_RECORD"),
        (7.49, 99, "HIGH", "PUBLIC_RECORD"),
        (5.0, 1, "UNASSESSED", "PUBLIC_RECORD"),
        (7.5, 0, "HIGH", "WATCHLIST"),
        (10.0, 0, "HIGH", "WATCHLIST"),
        (7.49, 0, "HIGH", "WATCHLIST"),
        (5.0, 0, "UNASSESSED", "WATCHLIST"),
        (4.999, 99, "HIGH", "QUARANTINE_CANDIDATE"),
        (0.0, 0, "UNASSESSED", "QUARANTINE_CANDIDATE"),
        (None, 99, "HIGH", "QUARANTINE_CANDIDATE"),
        (math.nan, 99, "HIGH", "QUARANTINE_CANDIDATE"),
        (math.inf, 99, "HIGH", "QUARANTINE_CANDIDATE"),
        (10.01, 99, "HIGH", "QUARANTINE_CANDIDATE"),
        (-0.01, 99, "HIGH", "QUARANTINE_CANDIDATE"),
    ],
)
def test_the_bounds(score: float | None, verified: int, level: str, tier: str) -> None:
    assert tier_of(score, verified, level) == tier


def test_the_vectors_that_ship_are_those_of_the_function() -> None:
    assert vectors_follow() == []
    shipped = tiers.vectors()
    assert shipped == made_vectors()["vectors"], "run: python -m sovereign.contracts.schema"
    assert len(shipped) >= 40
    assert {row["tier"] for row in shipped} == {one.tier for one in THRESHOLDS}


def test_a_wrong_vector_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"review_score": 7.5, "verified_claim_count": 0, "reproducibility_level": "HIGH", "tier": "DOI_GRADE"}
    monkeypatch.setattr(tiers, "vectors", lambda: [row])
    assert vectors_follow() == ["/vectors/0: DOI_GRADE stands there, the function gives WATCHLIST"]
    monkeypatch.setattr(tiers, "vectors", lambda: [])
    assert vectors_follow() == ["no vector ships"]


@given(SCORES, st.integers(), LEVELS)
def test_every_input_has_one_tier_and_without_a_verified_claim_none_above_the_watchlist(
    score: float | None, verified: int, level: str
) -> None:
    tier = tier_of(score, verified, level)
    assert tier in {one.tier for one in THRESHOLDS}
    if verified < 1:
        assert tier in ("WATCHLIST", "QUARANTINE_CANDIDATE")


@given(st.floats(0, 10), st.floats(0, 10), st.integers(0, 9), LEVELS)
def test_a_higher_score_never_gives_a_lower_tier(one: float, two: float, verified: int, level: str) -> None:
    order = [t.tier for t in THRESHOLDS]
    low, high = sorted((one, two))
    assert order.index(tier_of(high, verified, level)) <= order.index(tier_of(low, verified, level))


def test_a_changed_document_does_not_follow() -> None:
    document = quality_tiers(example())
    assert tier_follows(document) == []
    assert "/tier" in tier_follows(document.model_copy(update={"tier": "FLAGSHIP_CANDIDATE"}))[0]
    assert tier_follows(document.model_copy(update={"thresholds": THRESHOLDS[1:]}))
