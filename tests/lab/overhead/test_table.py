"""The table as Markdown: its figures are those of the results, in order, aligned, with how they were found."""

from __future__ import annotations

import re

import pytest

from sovereign.lab.overhead import table
from sovereign.lab.overhead.results import Results
from sovereign.lab.overhead.words import digits, duration, named, nominal, size, times
from tests.lab.overhead.making import QUICK, results


@pytest.fixture(scope="module")
def full() -> Results:
    return results()


@pytest.fixture(scope="module")
def text(full: Results) -> str:
    return table.write(full)


def rows_under(text: str, heading: str) -> list[list[str]]:
    """Cells of the first table after a heading, its head first."""
    after = text[text.index(f"### {heading}") :].splitlines()
    start = next(at for at, line in enumerate(after) if line.startswith("|"))
    lines = []
    for line in after[start:]:
        if not line.startswith("|"):
            break
        lines.append([cell.strip() for cell in line.strip("|").split("|")])
    return [lines[0], *lines[2:]]


def test_each_cell_is_the_row_of_its_scale_and_method(full: Results, text: str) -> None:
    head, *rows = rows_under(text, "Decoding: batch of 1, 512 tokens of context")
    at = head.index("MixLoRA (factored)")
    found = {row[0]: row[at] for row in rows}
    expected = [r for r in full.latency if (r.method, r.phase, r.batch_size) == ("mixlora", "decode", 1)]
    assert len(expected) == 12
    for row in expected:
        name = named(row.shape)
        cell = found.get(name) or found[f"{name} *"]
        ratio, ms, mark = re.fullmatch(r"([\d.]+) \(([\d.,]+) (\w+)\)", cell).groups()
        assert ratio == times(row.ratio)
        assert float(ms.replace(",", "")) == pytest.approx(1000 * row.seconds, rel=6e-3)
        assert mark == {"composed": "c", "tiled": "t"}[row.how]


def test_the_main_axis_comes_first_by_size_and_others_are_marked(text: str) -> None:
    _, *rows = rows_under(text, "Decoding: batch of 1")
    scales, counts = [row[0] for row in rows], [int(row[1].replace(",", "")) for row in rows]
    main = [at for at, scale in enumerate(scales) if not scale.endswith("*")]
    assert main == list(range(9)) and all(scale.startswith("OPT") for scale in scales[:9])
    assert counts[:9] == sorted(counts[:9]) and counts[9:] == sorted(counts[9:])
    assert scales[0] == "OPT 125M" and scales[8] == "OPT 175B" and "Mixtral 8x7B *" in scales


def test_what_was_measured_once_stands_once(text: str) -> None:
    head, *_ = rows_under(text, "Decoding: batch of 1")
    assert "base model = full fine-tuning = merged LoRA" in head
    assert "sparse upcycling = native mixture of experts" in head


def test_columns_of_figures_are_aligned_to_the_right(text: str) -> None:
    grids = [block for block in text.split("\n\n") if block.startswith("| Scale")]
    assert len(grids) >= 8
    for grid in grids:
        assert len({len(line) for line in grid.splitlines()}) == 1
        assert re.match(r"\| -+ \|( -+:? \|)+$", grid.splitlines()[1])
    assert all(grids[0].splitlines()[1].split("|")[at].strip().endswith("-:") for at in range(2, 9))


def test_memory_stands_against_full_fine_tuning_with_bytes(full: Results, text: str) -> None:
    head, *rows = rows_under(text, "Training: AdamW in mixed precision")
    (line,) = [row for row in rows if row[0] == "OPT 175B"]
    (row,) = [r for r in full.memory if (r.shape, r.method, r.mode) == ("opt-175b", "mixlora", "training")]
    assert line[head.index("MixLoRA (factored)")] == f"{times(row.ratio)} ({size(row.total)} d)"
    assert line[head.index("full fine-tuning")] == "2.81 TB d"


def test_the_table_says_how_far_it_can_be_trusted_and_what_is_missing(full: Results, text: str) -> None:
    assert "m: measured as it stands." in text and "d: computed by the cost model." in text
    assert f"by `{full.command}`" in text and "Roofline 9000, 2 threads, bfloat16" in text
    for heading in ("## Crossovers", "## How far the figures can be trusted", "## Left out"):
        assert heading in text
    for one in full.compositions:
        assert f"{100 * one.error:+.1f}" in text
    assert full.skipped[0].reason in text
    bare = full.model_copy(update={"compositions": (), "memory_checks": (), "skipped": ()})
    said = table.write(bare)
    assert "No whole model was measured" in said and "No peak of memory was measured" in said
    assert "Nothing that was asked for." in said


def test_it_says_how_often_was_measured_not_how_often_was_asked_for(full: Results) -> None:
    assert "Median of 5 repeats after 1" in table.write(full)
    fewer = [r.model_copy(update={"repeats": 2}) if r.shape == "opt-175b" else r for r in full.latency]
    assert "Median of 2 to 5 repeats after 1" in table.write(full.model_copy(update={"latency": tuple(fewer)}))


def test_measured_and_modelled_amounts_are_not_to_be_compared(full: Results) -> None:
    assert table.write(full).count("m and c cannot be held against d") == 2  # training, inference
    modelled = tuple(r.model_copy(update={"how": "modelled"}) for r in full.memory)
    assert "cannot be held against" not in table.write(full.model_copy(update={"memory": modelled}))


def test_zipf_routing_has_a_table_of_its_own(full: Results) -> None:
    zipf = [r.model_copy(update={"routing": "zipf", "ratio": 9.87}) for r in full.latency if r.routing == "balanced"]
    text = table.write(full.model_copy(update={"latency": (*full.latency, *zipf)}))
    _, *rows = rows_under(text, "Decoding: batch of 1, 512 tokens of context, zipf routing")
    assert any("9.87" in cell for cell in rows[0])
    assert not any("9.87" in cell for row in rows_under(text, "Decoding: batch of 1")[1:] for cell in row)


def test_a_quick_run_and_an_empty_one_can_be_written() -> None:
    assert "OPT 6.7B" in table.write(results(QUICK, quick=True))
    one = results(("opt-125m",))
    assert "one family, OPT 125M, are" in table.write(one)
    empty = one.model_copy(update={"latency": (), "memory": (), "roofs": ()})
    assert table.write(empty).startswith("# Overhead")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (9.996, "10.0"), (0.04567, "0.0457"), (1234.5, "1,230"), (99.95, "100"), (-12.34, "-12.3")],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert digits(value) == text


def test_units_fit_their_amounts() -> None:
    assert [size(b) for b in (12.0, 5.3e6, 9.999e8, 2.81e12)] == ["12 bytes", "5.30 MB", "1.00 GB", "2.81 TB"]
    assert [duration(s) for s in (1.234e-5, 0.9996, 17.52)] == ["0.0123 ms", "1.00 s", "17.5 s"]
    assert nominal("bert-110m") == 1.1e8 and nominal("opt-1.3b") == 1.3e9 and nominal("mixtral-8x7b") > 4e10
