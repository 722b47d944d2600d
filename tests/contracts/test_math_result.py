"""Results of mathematics carry what a reader needs to check them, and may claim no more than that."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pydantic import ValidationError

from sovereign.contracts.math_result import Coverage, KnownCase, MathResult, MathVerification, state_facts
from sovereign.contracts.ramsey import examples, has_triangle_in_one_colour, pentagon, without_triangle


@pytest.fixture(scope="module")
def results() -> tuple[MathResult, ...]:
    return examples()


def test_the_checker_that_a_result_carries_confirms_witness_and_counterexample(results: tuple[MathResult, ...]) -> None:
    true, false = results
    for given, found in ((true, true.verification.witness), (false, false.verification.counterexample)):
        space: dict[str, Any] = {}
        exec(given.verification.checker.source, space)  # our own text, as a reader would run it
        check = space[given.verification.checker.entry]
        assert check(found["colours"], found["n"]) is False
        # Colouring all edges alike makes a triangle in one colour: the checker can say both.
        assert check([0] * len(found["colours"]), found["n"]) is True


def test_the_true_result_searched_every_colouring_of_k6_and_claims_no_proof(results: tuple[MathResult, ...]) -> None:
    verification = results[0].verification
    assert verification.state == "COMPUTATIONAL_EVIDENCE" and not verification.proof_claim
    assert verification.n_cases == verification.coverage.total == 2**15 and verification.coverage.exhaustive
    assert without_triangle(6) == (None, 2**15)
    assert not has_triangle_in_one_colour(pentagon(), 5)


def test_the_search_finds_what_a_second_one_finds() -> None:
    colours = random.Random(0)
    for _ in range(200):
        drawn = [colours.randint(0, 1) for _ in range(15)]
        assert has_triangle_in_one_colour(drawn, 6)  # as the exhausted search says
    with pytest.raises(ValueError, match="one colour"):
        has_triangle_in_one_colour([0, 1], 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"counterexample": None, "counterexample_available": False}, "needs a counterexample"),
        ({"counterexample_available": False}, "counterexample_available"),
        ({"n_cases": 0}, "claims nothing"),
        ({"proof_claim": True}, "label and proof_claim"),
        (state_facts("FORMAL_PROOF_VERIFIED"), "needs public source"),
        (state_facts("COMPUTATIONAL_EVIDENCE"), "no other state"),
        ({"known_cases": ()}, "known answer"),
        ({"n_cases": 7}, "coverage counts"),
    ],
)
def test_a_result_may_not_claim_more_than_there_is(
    results: tuple[MathResult, ...], change: dict[str, Any], said: str
) -> None:
    data = results[1].verification.model_dump() | change
    with pytest.raises(ValidationError, match=said):
        MathVerification.model_validate(data)


def test_nothing_may_be_claimed_from_no_case(results: tuple[MathResult, ...]) -> None:
    none = Coverage(space="nothing", checked=0, total=None, exhaustive=False)
    data = results[0].verification.model_dump() | {"n_cases": 0, "coverage": none.model_dump()}
    with pytest.raises(ValidationError, match="claims nothing"):
        MathVerification.model_validate(data)


def test_a_misread_statement_shows_in_its_known_cases(results: tuple[MathResult, ...]) -> None:
    wrong = KnownCase(case="W(4, 4)", known="35", source="known theorem", found="34", agrees=False)
    data = results[0].verification.model_dump() | {"known_cases": [wrong.model_dump()]}
    with pytest.raises(ValidationError, match="comes out wrong"):
        MathVerification.model_validate(data)
    with pytest.raises(ValidationError, match="agrees is"):
        KnownCase(case="W(4, 4)", known="35", source="known theorem", found="34", agrees=True)


@pytest.mark.parametrize(
    "wrong", [{"checked": 5, "total": 4}, {"checked": 3, "exhaustive": True}, {"total": None, "exhaustive": True}]
)
def test_coverage_may_not_say_more_than_all(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Coverage.model_validate({"space": "s", "checked": 1, "total": 4, "exhaustive": False} | wrong)
