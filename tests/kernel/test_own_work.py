"""A claim against its own work: changes that figures of the same work give, do not give, or give under a condition alone."""

from __future__ import annotations

import pytest

from sovereign.kernel.extract import claims_in
from sovereign.kernel.own_work import own_work
from sovereign.kernel.verify import verify
from sovereign.reading import read_bytes
from sovereign.records import Claim, Disagreement
from tests.kernel.conftest import Run

NOTE = """---
title: "{title}"
authors: ["Ada One"]
year: 2025
note_kind: "secondary summary in our own words"
---

# {title}

## Findings

"""


def claims_of(*findings: tuple[str, str], title: str = "FastNet") -> list[Claim]:
    """Verified claims of a note with these findings, each with its place."""
    lines = "\n".join(f"- {text} [{where}] {{seen: yes}}" for text, where in findings)
    document = read_bytes((NOTE.format(title=title) + lines + "\n").encode(), f"{title}.md")
    found = [c for s in document.evidence() for c in claims_in(document, s)]
    numbered = [c.model_copy(update={"id": f"C{n}"}) for n, c in enumerate(found, 1)]
    return list(verify(numbered, [document], [document.paper]))


CLAIMED = ("The FastNet abstract credits its cache with 30% less latency in both training and inference.", "abstract")
WITHOUT = ("At inference on LLaMA-2 7B, uncached FastNet needs 500 ms per token.", "Table 2")
WITH = ("At inference on LLaMA-2 7B, FastNet with the cache needs 450 ms per token.", "Table 2")
FROM_TO = (
    "During training on LLaMA-2 7B, the cache lowers the latency of FastNet from 400 to 340 ms per token.",
    "Table 2",
)


def only(found: tuple[Disagreement, ...]) -> Disagreement:
    (item,) = found
    return item


def test_a_change_that_two_figures_of_one_work_give() -> None:
    item = only(own_work(claims_of(CLAIMED, WITHOUT, WITH)))
    assert item.type == "own_work" and item.subject == "abstract against Table 2 of one work"
    assert [s.statement for s in item.sides] == [
        "30.0% less latency",
        "10.0% less latency (500 to 450 ms per token, inference)",
    ]
    assert len(item.sides[1].claim_ids) == 2


def test_a_change_in_one_sentence_stands_beside_it() -> None:
    item = only(own_work(claims_of(CLAIMED, WITHOUT, WITH, FROM_TO)))
    assert {s.statement.split(" less")[0] for s in item.sides} == {"30.0%", "10.0%", "15.0%"}


@pytest.mark.parametrize(
    "other",
    [
        (
            "At inference on LLaMA-2 7B, FastNet with the cache needs 355 ms per token.",
            "Table 2",
        ),  # 29 % less: it agrees
        ("At inference on LLaMA-2 13B, FastNet with the cache needs 450 ms per token.", "Table 2"),  # another model
        ("During training on LLaMA-2 7B, FastNet with the cache needs 450 ms per token.", "Table 2"),  # another phase
        ("At inference on LLaMA-2 7B, FastNet with the pool needs 450 ms per token.", "Table 2"),  # another part
        ("At inference on LLaMA-2 7B, FastNet with the cache needs 4.5 GB of memory.", "Table 2"),  # another metric
    ],
)
def test_what_agrees_or_measures_something_else_is_no_conflict(other: tuple[str, str]) -> None:
    assert own_work(claims_of(CLAIMED, WITHOUT, other)) == ()


def test_the_order_of_the_findings_does_not_matter() -> None:
    one, two = own_work(claims_of(CLAIMED, WITHOUT, WITH)), own_work(claims_of(WITH, WITHOUT, CLAIMED))
    assert [s.statement for s in only(one).sides] == [s.statement for s in only(two).sides]


def test_a_change_that_holds_under_a_condition_alone() -> None:
    claimed = ("The FastNet abstract credits its framework with 40% less memory.", "abstract")
    single = (
        "For a single model on LLaMA-2 7B, the memory of FastNet is 20.0 GB, against 20.1 GB for SlowNet.",
        "Table 3",
    )
    shared = (
        "When two FastNet models share one LLaMA-2 7B base, FastNet needs 12.0 GB of memory per model.",
        "Table 3",
    )
    item = only(own_work(claims_of(claimed, single, shared)))
    assert (
        "only under a condition that it does not name: “When two FastNet models share one LLaMA-2 7B base”" in item.why
    )
    assert "40.0% less memory (20.0 to 12.0 GB, when two FastNet models share one LLaMA-2 7B base)" in [
        s.statement for s in item.sides
    ]
    assert any(s.statement.startswith("0.5% less memory (20.0 GB against 20.1 GB of SlowNet") for s in item.sides)


def test_a_claim_that_states_its_condition_leaves_none_out() -> None:
    few = ("With 5 adapters on Llama-7B, FastNet serves 8.05 requests per second against 2.04 for SlowNet.", "Table 4")
    some = ("With 1,000 adapters on Llama-7B, FastNet serves 7.64 requests per second.", "Table 4")
    claimed = ("With 2,000 adapters on Llama-7B, FastNet has 5% less throughput.", "Table 4")
    assert own_work(claims_of(few, some, claimed)) == ()


def test_metrics_that_do_not_matter_are_left_out() -> None:
    claims = claims_of(CLAIMED, WITHOUT, WITH)
    assert own_work(claims, {"memory"}) == () and own_work(claims, {"latency"}) and own_work([], {"latency"}) == ()


def test_figures_of_two_works_are_not_one_works(starter: Run) -> None:
    mine = [c for c in claims_of(CLAIMED, WITHOUT) if "30%" in c.text]
    others = claims_of(WITHOUT, WITH, title="OtherNet")
    assert own_work([*mine, *others]) == ()


def test_the_seeds_own_example_is_found(starter: Run) -> None:
    """An abstract's 30 % less latency is 13.6 % and 17.0 % in its table; its 40 % less memory needs two models that share a base."""
    within = [d for d in starter.record.answer.disagreements if d.type == "own_work"]
    latency, memory = (next(d for d in within if d.metric == metric) for metric in ("latency", "memory"))
    assert [s.statement.split("%")[0] for s in latency.sides] == ["30.0", "13.6", "17.0"]
    assert "535.2 to 462.5" in latency.sides[1].statement and "532.8 to 442.2" in latency.sides[2].statement
    assert [s.statement.split("%")[0] for s in memory.sides[:3]] == ["40.0", "41.7", "47.4"]
    assert "two MixLoRA models share one LLaMA-2 7B base" in memory.why


def test_two_claimed_changes_are_one_disagreement_and_one_of_another_version_is_called_that() -> None:
    now = ("The cache of FastNet lowers peak memory by 7%.", "abstract")
    again = ("The cache of FastNet lowers peak memory by 53%.", "Section 2")
    same = only(own_work(claims_of(now, again)))
    assert same.type == "own_work"
    other = ("In the first version of the paper, the cache of FastNet lowers peak memory by 53%.", "Section 2")
    found = only(own_work(claims_of(now, other)))
    assert found.type == "different_version" and "version" in found.why
