"""Plots: same bytes from the same results, all that was measured in them, no state left behind, nothing heavy at import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from sovereign.lab.overhead import drawing, plots
from sovereign.lab.overhead.results import Results
from tests.lab.overhead.making import QUICK, results


@pytest.fixture(scope="module")
def full() -> Results:
    return results()


@pytest.mark.parametrize("name", plots.NAMES)
def test_the_same_results_give_the_same_bytes(full: Results, name: str) -> None:
    one, two = plots.svg(full, name), plots.svg(full, name)
    assert one is not None and one == two
    assert b"<dc:date" not in one.svg
    root = etree.fromstring(one.svg)
    assert root.tag.endswith("svg") and float(root.get("width").removesuffix("pt")) == pytest.approx(72 * drawing.WIDTH)
    assert not root.xpath("//*[local-name()='script'] | //@*[starts-with(name(), 'on')]")
    other = plots.svg(results(seed=1), name)
    assert other is not None and (other.svg != one.svg) == (name != "memory")


def test_words_around_a_plot_give_its_figures(full: Results) -> None:
    plot = plots.svg(full, "latency")
    (first,) = [
        r for r in full.latency if (r.shape, r.method, r.phase, r.batch_size) == ("opt-125m", "mixlora", "decode", 1)
    ]
    assert f"MixLoRA (factored) {first.ratio:.2f} at OPT 125M" in plot.alt
    assert "Roofline 9000" in plot.caption and "base model" in plot.caption
    memory = plots.svg(full, "memory")
    assert "2.81 TB at OPT 175B, there optimizer 2.10 TB" in memory.alt
    assert "AdamW in mixed precision" in memory.caption


def test_plots_say_how_their_figures_were_found(full: Results) -> None:
    latency, memory = plots.svg(full, "latency").caption, plots.svg(full, "memory").caption
    assert "composed from measured parts" in latency and "in one setting or more: OPT 175B." in latency
    assert "full fine-tuning and merged LoRA: measured once with it" in latency
    assert "measured and modelled: open marks were computed by the cost model" in memory
    alone = results(methods=("base", "mixlora"))
    assert "full fine-tuning" not in plots.svg(alone, "latency").caption
    open_mark = b"fill: #ffffff; stroke: #0072b2"  # of the weights
    seen = tuple(r.model_copy(update={"how": "measured"}) for r in full.memory)
    other = plots.svg(full.model_copy(update={"memory": seen}), "memory")
    assert "open marks" not in other.caption and open_mark not in other.svg
    assert open_mark in plots.svg(full, "memory").svg


def test_every_plot_is_written_as_svg_and_png(full: Results, tmp_path: Path) -> None:
    paths = plots.write(full, tmp_path / "new")
    assert {p.name for p in paths} == {f"{n}.{k}" for n in plots.NAMES for k in ("svg", "png")} | {"plots.md"}
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in paths if p.suffix == ".png")
    shown = (tmp_path / "new" / "plots.md").read_text("utf-8")
    assert all(f"]({name}.svg)" in shown for name in plots.NAMES)


def test_a_quick_run_has_the_plots_that_it_can_have() -> None:
    quick = results(QUICK, quick=True)
    assert all(plots.svg(quick, name) for name in plots.NAMES)
    one = results(("bert-110m",), quick=True)
    assert "BERT" not in plots.svg(one, "latency").alt  # the words are of the main axis, and it has none of it
    assert plots.svg(one, "breakdown") is None and plots.svg(one, "memory") is None


def test_nothing_to_draw_gives_no_plot(full: Results, tmp_path: Path) -> None:
    empty = full.model_copy(update={"latency": (), "memory": ()})
    assert [plots.svg(empty, name) for name in plots.NAMES] == [None, None, None]
    assert [p.name for p in plots.write(empty, tmp_path)] == ["plots.md"]
    with pytest.raises(KeyError):
        plots.svg(full, "nonsense")


def test_parts_that_nobody_thought_of_are_drawn(full: Results) -> None:
    renamed = tuple(
        r.model_copy(update={"parts": {f"part{n}": s for n, s in enumerate(r.parts.values())} | {"more": 0.0}})
        for r in full.latency
    )
    memory = tuple(r.model_copy(update={"components": r.components | {"other": 1e6}}) for r in full.memory)
    changed = full.model_copy(update={"latency": renamed, "memory": memory})
    assert "part0" in plots.svg(changed, "breakdown").alt
    assert "other" in plots.svg(changed, "memory").alt


def test_settings_of_the_person_who_draws_change_nothing_and_stay(full: Results) -> None:
    import matplotlib

    plain = plots.svg(full, "memory")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "figure.facecolor": "red"}):
        assert plots.svg(full, "memory") == plain
        assert matplotlib.rcParams["font.size"] == 30


def test_reading_results_loads_no_drawing_library_and_no_torch() -> None:
    code = (
        "import sys, sovereign.lab.overhead.plots, sovereign.lab.overhead.evidence, sovereign.cli\n"
        "print([m for m in ('matplotlib', 'torch', 'numpy', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
