"""Budgets are hard stops: what might not fit is not sent, and a run that goes on has what is left, not all of it again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.models.chat.backend import Failure
from sovereign.models.chat.budget import Budget, Limits, estimate
from sovereign.records import ModelCall
from tests.models.chat.helpers import GOOD, PROMPT, Run, Server, refused, said


def run(server: Server, **more: Any) -> Run:
    return Run(chat_model="vllm:m", chat_url=server.url, **more)


def another(number: int) -> Any:
    return dataclasses.replace(PROMPT, task=f"What does it cost, {number}?")


def test_tokens_are_a_hard_stop_in_mid_stage(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(3000, 1000))
    one = run(server, model_max_tokens=15_000)
    calls = [one.ask(another(n))[1] for n in range(6)]
    assert [call.outcome for call in calls] == ["answered"] * 3 + ["budget"] * 3
    assert len(server.asked) == 3 and sum(c.input_tokens or 0 for c in calls) == 9000
    assert "3,000 of 15,000 tokens are left" in calls[3].reason
    assert (calls[3].attempts, calls[3].input_tokens, calls[3].cost) == (0, None, None)
    assert one.told == [], "a budget that is spent is no failure of the server"


def test_a_server_that_counts_more_than_was_estimated_ends_the_run_all_the_same(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(900_000, 1))
    one = run(server)
    assert [one.ask(another(n))[1].outcome for n in range(2)] == ["answered", "budget"]


def test_a_prompt_larger_than_the_budget_is_not_sent(server: Server) -> None:
    _, call = run(server, model_max_tokens=100).ask()
    assert call.outcome == "budget" and server.asked == []


def test_costs_are_reckoned_and_stop(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(1000, 500))
    one = run(server, model_max_cost=0.05, model_input_price=2.0, model_output_price=8.0)
    calls = [one.ask(another(n))[1] for n in range(6)]
    assert calls[0].cost == pytest.approx((1000 * 2 + 500 * 8) / 1e6)
    # Each may cost its estimate and 4,096 tokens of answer: 0.0334 at most, until 0.006 a call were really spent.
    assert [call.outcome for call in calls].count("answered") == len(server.asked) == 3
    assert "US dollars are left" in calls[-1].reason


def test_a_cost_limit_without_prices_is_refused() -> None:
    with pytest.raises(InputError, match="no price") as caught:
        Run(chat_model="fake:", model_max_cost=1.0)
    assert "model_input_price" in caught.value.advice


def test_the_time_of_the_run_is_a_hard_stop(server: Server) -> None:
    left = iter([10.0, 10.0, 0.1, 0.1, 0.1, 0.1])
    one = run(server, seconds_left=lambda: next(left))
    assert [one.ask(another(n))[1].outcome for n in range(2)] == ["answered", "budget"]
    assert len(server.asked) == 1


def test_tries_that_a_server_refuses_cost_nothing(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(100, 10)) if number % 3 == 0 else refused(503, "busy")
    one = run(server, model_max_tokens=6000)
    assert [one.ask(another(n))[1].outcome for n in range(4)] == ["answered"] * 4


def test_a_resumed_run_has_what_is_left(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(3000, 1000))
    earlier = [run(server).ask(another(n))[1] for n in range(3)]
    one = run(server, model_max_tokens=15_000)
    one.models.remember(earlier)
    assert one.ask(another(4))[1].outcome == "budget"
    assert len(server.asked) == 3


def test_what_is_set_aside_is_given_back() -> None:
    budget = Budget(Limits(max_tokens=2000), lambda: 9.0)
    for _ in range(50):
        budget.reserve("extract", 400, 500)
        budget.settle((400, 500), (10, 5))
    with pytest.raises(Failure, match="1,250 of 2,000 tokens are left"):
        budget.reserve("extract", 1200, 100)
    assert estimate("ä" * 8) == 4 and estimate("") == 0


def test_calls_without_figures_count_nothing() -> None:
    call = ModelCall(stage="s", role="r", model="m", prompt_hash="", parameters={}, outcome="budget")
    budget = Budget(Limits(max_tokens=10), lambda: 9.0)
    budget.remember([call] * 3)
    budget.reserve("extract", 5, 5)
