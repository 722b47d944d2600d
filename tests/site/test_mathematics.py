"""Results of mathematics: what the server found when it ran the checker again, and nothing that it did not."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from sovereign.contracts import ramsey
from sovereign.contracts.math_result import MathResult
from sovereign.contracts.public import contract
from sovereign.contracts.schema import contract_schema
from sovereign.site.pages import mathematics


def test_each_result_is_checked_again_and_drawn(client: TestClient) -> None:
    shown = client.get("/api/v1/mathematics").json()["results"]
    assert [one["document"]["result"]["id"] for one in shown] == ["ramsey-3-3", "ramsey-3-3-at-most-5"]
    for one in shown:
        checked = one["checked"]
        assert (checked["ran"], checked["object_holds"], checked["same"]) == (True, True, True)
        assert checked["known_cases"] == len(one["document"]["verification"]["known_cases"])
        matrix = one["picture"]["matrix"]
        assert len(one["picture"]["lines"]) == len(matrix) * (len(matrix) - 1) // 2
        assert all(matrix[a][b] == matrix[b][a] for a in range(5) for b in range(5))
    text = client.get("/mathematics").text
    assert "Computational evidence" in text and "Falsified" in text and text.count("<svg") == 2


def test_the_document_is_one_of_the_contract(client: TestClient) -> None:
    document = client.get("/mathematics/ramsey-3-3.json").json()
    Draft202012Validator(contract_schema(contract("math-result"))).validate(document)
    assert client.get("/mathematics/fermat.json").status_code == 404


def test_a_witness_that_does_not_hold_is_said_to_fail() -> None:
    good = ramsey.examples()[0]
    wrong = good.verification.model_copy(update={"witness": {"n": 5, "colours": [0] * 10}})
    (shown,) = mathematics.math_page((good.model_copy(update={"verification": wrong}),)).results
    assert shown.checked.ran and not shown.checked.object_holds and not shown.checked.same
    assert shown.checked.says == "has_triangle_in_one_colour gives true"


@pytest.mark.parametrize("held", [{"n": 5}, {"n": 5, "colours": [0]}, "pentagon", 5, {"n": "5", "colours": []}])
def test_an_object_that_the_checker_cannot_read_passes_nothing_and_draws_nothing(held: object) -> None:
    good = ramsey.examples()[0]
    one = good.model_copy(update={"verification": good.verification.model_copy(update={"witness": held})})
    (shown,) = mathematics.math_page((one,)).results
    assert not shown.checked.object_holds and shown.picture is None


def test_a_checker_of_others_is_never_run() -> None:
    good = ramsey.examples()[0]
    source = "def has_triangle_in_one_colour(colours, n):\n    raise SystemExit\n"
    checker = good.verification.checker.model_copy(update={"source": source})
    other = good.model_copy(update={"verification": good.verification.model_copy(update={"checker": checker})})
    (shown,) = mathematics.math_page((other,)).results
    assert not shown.checked.ran and not shown.checked.object_holds


def test_no_results_are_said_to_be_none(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    none: tuple[MathResult, ...] = ()
    monkeypatch.setattr(mathematics, "results", lambda: none)
    assert client.get("/api/v1/mathematics", params={"anew": "1"}).json()["results"] == []
    assert "There are no results yet" in client.get("/mathematics", params={"anew": "1"}).text
