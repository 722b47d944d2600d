from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import InputError
from sovereign.kernel.plan import QUERIES, plan
from sovereign.records import Plan, seed_claims


def texts(planned: Plan, *kinds: str) -> list[str]:
    return [f.text for f in planned.facets if f.kind in kinds]


def measured(planned: Plan) -> list[str | None]:
    return [f.metric for f in planned.of_kind("metric")]


def test_the_first_question():
    planned = plan(seed_claims().question)
    assert texts(planned, "subject", "topic") == ["expert bridging"]
    assert texts(planned, "comparator") == ["full fine-tuning"]
    assert texts(planned, "metric") == ["inference latency", "memory usage"]
    assert measured(planned) == ["latency", "memory"]
    (scale,) = planned.of_kind("scale")
    assert (scale.low.value, scale.low.unit) == (110e6, "parameters")
    assert (scale.high.value, scale.high.unit) == (175e9, "parameters")
    assert len({f.id for f in planned.facets}) == 5
    assert planned.question == seed_claims().question
    assert planned.notes == ()


def test_the_parts_of_the_first_question_have_queries_of_their_own():
    planned = plan(seed_claims().question)
    words = [q.text.lower() for q in planned.queries]
    assert any("expert bridging" in w and "full" not in w and "latency" in w and "memory" in w for w in words)
    assert any("full fine-tuning" in w and "bridging" not in w for w in words)
    assert any("expert bridging" in w and "full fine-tuning" in w for w in words)
    ids = {f.id for f in planned.facets}
    assert all(q.facet_ids and set(q.facet_ids) <= ids for q in planned.queries)
    assert {i for q in planned.queries for i in q.facet_ids} == ids


@pytest.mark.parametrize(
    ("question", "subjects", "comparators", "metrics"),
    [
        ("Is PostgreSQL faster than MongoDB?", ["PostgreSQL"], ["MongoDB"], ["latency"]),
        ("Does a B-tree index use more memory than a hash index?", ["B-tree index"], ["hash index"], ["memory"]),
        ("Do LSM trees have higher write throughput than B-trees?", ["LSM trees"], ["B-trees"], ["throughput"]),
        (
            "How does the columnar layout compare with the row layout in disk usage and scan latency?",
            ["columnar layout"], ["row layout"], ["storage", "latency"],
        ),
        (
            "Is Postgres faster than MongoDB for analytical workloads on SSDs?",
            ["Postgres"], ["MongoDB"], ["latency"],
        ),
        ("Does quantization hurt accuracy?", ["quantization"], [], ["accuracy"]),
        (
            "Does metformin reduce mortality compared with sulfonylureas in patients with type 2 diabetes?",
            ["metformin", "mortality"], ["sulfonylureas"], [],
        ),
        ("What is sparse upcycling?", ["sparse upcycling"], [], []),
    ],
)  # fmt: skip
def test_questions_of_other_fields(question: str, subjects: list[str], comparators: list[str], metrics: list[str]):
    planned = plan(question)
    assert texts(planned, "subject", "topic") == subjects
    assert texts(planned, "comparator") == comparators
    assert measured(planned) == metrics
    assert planned.of_kind("scale") == ()


def test_a_metric_is_taken_with_its_whole_phrase():
    planned = plan(
        "What is the overhead of columnar storage versus row storage in terms of scan latency and disk usage?"
    )
    assert texts(planned, "metric") == ["scan latency", "disk usage"]
    assert texts(planned, "comparator") == ["row storage"]


def test_what_is_no_facet_is_said():
    planned = plan("Is Postgres faster than MongoDB for analytical workloads on SSDs?")
    (note,) = planned.notes
    assert "analytical workloads" in note
    assert "SSDs" in note


def test_a_question_that_is_not_understood_is_one_topic_and_says_so():
    planned = plan("Cost?")
    assert [f.kind for f in planned.facets] == ["topic"]
    assert any("English" in note for note in planned.notes)


@pytest.mark.parametrize(
    "question",
    [
        seed_claims().question,
        "Cost?",
        "latency",
        "a",
        "What is sparse upcycling?",
        "专家混合的推理延迟是多少？",
        "Сколько памяти нужно?",
        "ما هي الذاكرة المطلوبة؟",
        "x" * 2000,
        ("latency of things and memory of others; " * 60)[:2000],
        'What "of" (the) \\ memory\x00 & <b>latency</b> * NEAR/2?',
    ],
)
def test_four_different_queries_always(question: str):
    planned = plan(question)
    folded = {" ".join(q.text.lower().split()) for q in planned.queries}
    assert len(planned.queries) == len(folded) == QUERIES == 4
    assert all(folded)
    assert planned.facets


@given(st.text(max_size=300))
def test_any_text_gives_four_queries_or_an_error_for_people(text: str):
    try:
        planned = plan(text)
    except InputError as error:
        assert error.advice
    else:
        assert len({q.text.lower() for q in planned.queries}) == 4


@pytest.mark.parametrize("question", ["", "   \n\t", "?!…", "123 + 4?", "🤔", "\u200b"])
def test_nothing_is_no_question(question: str):
    with pytest.raises(InputError, match="empty") as caught:
        plan(question)
    assert caught.value.advice


def test_the_limit_on_length_is_inclusive():
    assert plan("y" * 2000)
    with pytest.raises(InputError, match=r"2,001 characters; at most 2,000") as caught:
        plan("y" * 2001)
    assert "max_question_chars" in caught.value.advice
    with pytest.raises(InputError, match="at most 10 "):
        plan("Is A faster than B?", 10)
