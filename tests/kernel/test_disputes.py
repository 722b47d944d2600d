"""Disagreements of a library without a question: what is found, of what type it is, and what is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sovereign.evals.tamper import starter
from sovereign.kernel.disputes import MOST, disputes, library_claims, ranked
from sovereign.reading import read_file
from sovereign.records import Disagreement, Document

SLOW = "On MRPC with Zeta-7B, FooNet scores 70.0 against 80.0 for BarNet."
FAST = "On MRPC with Zeta-7B, FooNet scores 85.0 against 80.0 for BarNet."


def work(
    folder: Path, name: str, *sentences: str, title: str = "", where: str = "Table 1", topics: str = ""
) -> Document:
    """A note on one work with one finding for each sentence."""
    lines = "".join(f"- {s} [{where}] {{seen: yes}}\n" for s in sentences)
    path = folder / f"{name}.md"
    path.write_text(
        f"---\ntitle: {title or f'Work {name}'}\nauthors:\n  - Author {name}\nyear: 2024\ntopics: [{topics}]\n"
        f"note_kind: secondary summary in our own words\n---\n\n## Findings\n\n{lines}",
        "utf-8",
    )
    return read_file(path, path.name)


def of_two(folder: Path, one: str, other: str, **more: str) -> tuple[Disagreement, ...]:
    return disputes([work(folder, "one", one, **more), work(folder, "two", other, **more)])


def types(found: tuple[Disagreement, ...]) -> list[str | None]:
    return [item.type for item in found]


CASES = {
    "real_disagreement": (SLOW, FAST),
    "not_comparable": (SLOW, FAST.replace("MRPC", "SST2")),
    "different_setting": (SLOW, FAST.replace("Zeta-7B", "Zeta-13B")),
    "different_baseline": (
        "FooNet is 2 times faster than dense models of equal quality.",
        "At equal work per token, FooNet is 3 times slower than dense models.",
    ),
}


@pytest.mark.parametrize("expected", CASES)
@pytest.mark.parametrize("turned", [False, True])
def test_each_type_in_both_orders(tmp_path: Path, expected: str, turned: bool) -> None:
    one, other = CASES[expected][::-1] if turned else CASES[expected]
    assert types(of_two(tmp_path, one, other)) == [expected]


@pytest.mark.parametrize("turned", [False, True])
def test_scores_of_two_splits_are_not_comparable(tmp_path: Path, turned: bool) -> None:
    """The data set and the model are the same: the split alone tells them apart."""
    pair = [text.replace("MRPC", f"MRPC {split} set") for text, split in ((SLOW, "dev"), (FAST, "test"))]
    assert types(of_two(tmp_path, *(pair[::-1] if turned else pair))) == ["not_comparable"]


def test_versions_of_one_work_differ_as_versions(tmp_path: Path) -> None:
    documents = [work(tmp_path, "one", SLOW, title="One Title"), work(tmp_path, "two", FAST, title="One Title")]
    told = documents[1].model_copy(update={"paper": documents[1].paper.model_copy(update={"id": "arxiv:2401.00002"})})
    assert types(disputes([documents[0], told])) == ["different_version"]


def test_equal_settings_make_it_real_and_it_says_what_differs(tmp_path: Path) -> None:
    at_one, at_eight = (f"At batch size {n}, FooNet is {w} than BarNet." for n, w in ((1, "faster"), (8, "slower")))
    (apart,) = of_two(tmp_path, at_one, at_eight)
    (same,) = of_two(tmp_path, at_one, at_eight.replace("8", "1"))
    assert (apart.type, same.type) == ("different_setting", "real_disagreement")
    assert "batch size 1 against 8" in apart.why and "batch size" not in same.why


def test_merged_against_unmerged_is_a_setting(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path, "A merged FooNet model has no extra latency over BarNet.", "Unmerged FooNet inference takes 90% more time than BarNet."
    )  # fmt: skip
    assert found.type == "different_setting" and "merged against unmerged" in found.why


def test_as_low_as_against_a_figure(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path,
        "FooNet reaches better scores at memory as low as that of BarNet.",
        "On Zeta-8B, FooNet takes 30 GB against 20 GB for BarNet.",
    )
    assert found.type == "real_disagreement" and found.metric == "memory"


def test_a_result_that_was_not_found_again_stands_against_it(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path,
        "FooNet outperforms BarNet in accuracy.",
        "The authors could not reproduce the earlier result that FooNet beats BarNet and attribute the difference to another model.",
    )
    assert found.type == "different_setting" and "another model" in found.why


def test_what_a_sentence_concedes_to_others_is_another_side(tmp_path: Path) -> None:
    document = work(
        tmp_path, "one", "FooNet scores 60.0 on MRPC, below the 70.0 of BarNet, although FooNet was published as better than BarNet."
    )  # fmt: skip
    (found,) = disputes([document])
    assert {i for side in found.sides for i in side.claim_ids} == {library_claims([document])[0].id}


def test_trends_of_one_factor(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path,
        "Raising the rank of FooNet from 16 to 32 lowers accuracy from 73.2% to 69.9%.",
        "BarNet reaches 35.8% accuracy with rank 16 and 41.7% with rank 64.",
    )
    assert "rank" in found.subject and found.type == "different_setting" and "raised on" in found.why


def test_levels_of_one_thing_at_one_size(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path, "On Zeta-7B, FooNet takes 102.2 GB of memory.", "On Zeta-7B, FooNet takes 38.7 GB of memory."
    )
    assert (found.kind, found.type) == ("level", "real_disagreement")
    assert (
        of_two(tmp_path, "On Zeta-7B, FooNet takes 102.2 GB of memory.", "On Zeta-70B, FooNet takes 38.7 GB of memory.")
        == ()
    )


def test_bytes_per_parameter_are_held_against_a_level(tmp_path: Path) -> None:
    (found,) = of_two(
        tmp_path,
        "Mixed-precision training with Adam needs 16 bytes of model states per parameter.",
        "On Zeta-175B, FooNet lowers training memory from 1.2 TB for full fine-tuning with Adam to 350 GB.",
    )
    assert found.kind == "level" and any("2,800 GB" in side.statement for side in found.sides)


def test_gains_over_one_baseline_need_one_kind_of_system(tmp_path: Path) -> None:
    gains = (
        "FooServe reaches 4 times the throughput of OldServe.",
        "BarServe reaches 60 times the throughput of OldServe.",
    )
    assert of_two(tmp_path, *gains) == ()
    found = of_two(tmp_path, *gains, topics="adapter-serving")
    assert types(found) == ["different_setting"] and found[0].kind == "magnitude"


SILENT = {
    "same way": (FAST, FAST.replace("85.0", "84.0")),
    "other metric": (SLOW, "FooNet takes 3 GB of memory against 5 GB for BarNet."),
    "other things": (SLOW, FAST.replace("BarNet", "QuxNet")),
    "other phase": ("FooNet trains 20% faster than BarNet.", "At inference FooNet is 20% slower than BarNet."),
    "a question": (SLOW, "Does FooNet outperform BarNet?"),
    "what was chosen": ("FooNet trains 3% of the parameters against 1% for BarNet.", "FooNet trains 1% of the parameters against 3% for BarNet."),
}  # fmt: skip


@pytest.mark.parametrize("why", SILENT)
def test_nothing_is_said_where_nothing_disagrees(tmp_path: Path, why: str) -> None:
    assert of_two(tmp_path, *SILENT[why]) == ()


def test_one_work_alone_has_no_dispute_with_itself(tmp_path: Path) -> None:
    assert disputes([work(tmp_path, "one", SLOW, FAST)]) == ()


@pytest.mark.parametrize("text", ["", "x" * 5000, "against against against " * 80, "FooNet " + "9" * 900 + " GB.", "‮\u202e\x00<script> beats 1e999 GB"])  # fmt: skip
def test_hostile_text_is_read_and_says_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.md"
    path.write_text(f"# Title\n\n{text}\n\n{text}\n", "utf-8")
    assert disputes([read_file(path, path.name)] * 2) == ()
    assert disputes([]) == ()


def test_the_starter_library_gives_the_same_again_and_every_type_is_said() -> None:
    documents = [read_file(path, path.name) for path in starter.files()]
    found = ranked(documents)
    assert found == ranked(documents[::-1]) or {d.subject for d in found} == {
        d.subject for d in ranked(documents[::-1])
    }
    assert len(disputes(documents)) <= MOST
    ids = {c.id for c in library_claims(documents)}
    for item in found:
        assert item.type and item.why and len(item.sides) > 1
        assert {i for side in item.sides for i in side.claim_ids} <= ids


def test_words_of_equal_weight_have_one_order() -> None:
    """Sets of words are in another order in each process; what is told may not be."""
    told = (
        "from sovereign.evals.tamper import starter; from sovereign.kernel.disputes import ranked; from sovereign.reading import read_file; "
        "print(*(d.subject for d in ranked([read_file(p, p.name) for p in starter.files()])), sep='|')"
    )
    one, two = (
        subprocess.run([sys.executable, "-c", told], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True, timeout=60).stdout
        for seed in ("1", "2")
    )  # fmt: skip
    assert one == two and b"told twice" in one
