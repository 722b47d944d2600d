"""Results as plots that a paper can print: latency against scale, memory by component, time by part.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; each method has a marker and a line of
its own besides. SVG is the same byte for byte from the same results: no date, ids from a fixed salt, letters as outlines.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .results import Latency, Memory, Results
from .slices import Slice, decoding, memory_rows, prefill, prompts, shapes_of
from .words import (
    MAIN_FAMILY,
    count_of,
    in_order,
    label,
    named,
    on_main_axis,
    setting,
    size,
    times,
    training_setting,
    where,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.0  # inches: two columns of a paper
DOTS_PER_INCH = 300
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE, GREY = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#777777",
)  # fmt: skip
# Colour, marker and line of each method.
STYLES: dict[str, tuple[str, str, str]] = {
    "base": (BLACK, "", "-"),
    "full_fine_tuning": (BLACK, "s", "-"),
    "mixlora": (BLUE, "o", "-"),
    "mixlora_reference": (SKY, "^", "--"),
    "mixlora_naive": (VERMILION, "v", "-."),
    "lora": (GREEN, "D", "-"),
    "adapters": (ORANGE, "P", "--"),
    "upcycling": (PURPLE, "X", ":"),
    "mixtral": (GREY, "*", ":"),
}
COMPONENTS = {
    "weights": (BLUE, "s", "-"),
    "adapters": (GREEN, "D", "--"),
    "gradients": (ORANGE, "^", "-."),
    "optimizer": (VERMILION, "o", "-"),
    "activations": (PURPLE, "v", ":"),
}
PART_COLOURS = (BLUE, SKY, GREEN, YELLOW, ORANGE, VERMILION, PURPLE, GREY, BLACK)
HATCHES = ("", "////", "", "....", "", "\\\\\\\\", "", "xxxx", "")
OPEN: Any = {"markerfacecolor": "white", "markersize": 3.8, "markeredgewidth": 0.8}
FINE = (0.5, 0.6, 0.8, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4)
COARSE = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100)
MEMORY_METHODS = ("full_fine_tuning", "lora", "mixlora")
_SETTINGS: Any = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    "svg.hashsalt": "sovereign",
    "figure.facecolor": "white",
}


class Plot(NamedTuple):
    """A plot as SVG, and what stands around it. ``alt`` says in words what is to be seen."""

    svg: bytes
    title: str
    caption: str
    alt: str


class _Drawing(NamedTuple):
    figure: Figure
    title: str
    caption: str
    alt: str


def svg(results: Results, name: str) -> Plot | None:
    """The plot ``latency``, ``memory`` or ``breakdown``; None where the results have nothing to draw in it.

    Raises:
        KeyError: for another name.
    """
    with _style():
        drawing = _PLOTS[name](results)
        return drawing and Plot(_bytes(drawing, "svg"), drawing.title, drawing.caption, drawing.alt)


def write(results: Results, folder: Path) -> list[Path]:
    """Every plot in ``folder`` as SVG and PNG, and ``plots.md``, which shows them with caption and alternative text.

    Raises:
        OSError: if a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths, shown = [], ["# Plots", f"Measured on {where(results.environment)}, by `{results.command}`."]
    for name, draw in _PLOTS.items():
        with _style():
            if (drawing := draw(results)) is None:
                continue
            for kind in ("svg", "png"):
                paths.append(folder / f"{name}.{kind}")
                paths[-1].write_bytes(_bytes(drawing, kind))
        shown.append(f"![{drawing.alt}]({name}.svg)\n\n**{drawing.title}.** {drawing.caption}")
    paths.append(folder / "plots.md")
    paths[-1].write_text("\n\n".join(shown) + "\n", "utf-8")
    return paths


@contextmanager
def _style() -> Iterator[None]:
    from matplotlib import style

    # Over the defaults, so that settings of the person who draws change nothing.
    with style.context(["default", _SETTINGS]):
        yield


def _figure(rows: int, columns: int, height: float, **sharing: Any) -> tuple[Figure, list[Axes]]:
    """A figure with a grid of axes, in reading order. It belongs to no window system, and to no global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **sharing).flat)


def _bytes(drawing: _Drawing, kind: str) -> bytes:
    file = io.BytesIO()
    known = {"Title": drawing.title, "Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    drawing.figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=known)
    return file.getvalue()


def _latency(results: Results) -> _Drawing | None:
    """Time per token against the frozen base model by number of parameters: decoding, then prompts."""
    one = decoding(results)
    panels = [*([one] if one else []), *prompts(results)][:3]
    if not panels:
        return None
    figure, axes = _figure(1, len(panels), 3.1, sharey=True)
    handles: dict[str, Any] = {}
    for axis, panel in zip(axes, panels, strict=True):
        axis.axhline(1, color=BLACK, linewidth=0.8)
        for method in panel.columns:
            if method != "base":
                handles.setdefault(method, _ratio_line(axis, panel, method))
        axis.set_title(_panel_title(panel).replace(", ", ":\n", 1))
        _scale_axis(axis, panel.shapes)
    _ratio_axis(axes[0], [row.ratio for panel in panels for row in panel.rows.values()])
    same = {method: others for panel in panels for method, others in panel.columns.items()}
    shown = {" = ".join(map(label, [one, *same[one]])): handles[one] for one in in_order(handles)}
    if any(not on_main_axis(shape) for panel in panels for shape in panel.shapes):
        (shown["other architectures"],) = axes[0].plot([], [], color=GREY, marker="o", linestyle="none", **OPEN)
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=3)
    caption = (
        "Time per token relative to the frozen base model of the same shape in the same run (black line at 1; full "
        f"fine-tuning and merged LoRA compute the same as it). Lines join {_family_name(panels)} shapes; marks without a "
        f"line are other architectures. Measured on {where(results.environment)}."
    )
    alt = "Line plots of time per token against number of parameters. " + " ".join(_told(panel) for panel in panels)
    return _Drawing(figure, "Inference latency against scale", caption, alt)


def _family_name(panels: list[Slice]) -> str:
    main = next((shape for panel in panels for shape in panel.shapes if on_main_axis(shape)), None)
    return named(main).split()[0] if main else MAIN_FAMILY.upper()


def _ratio_line(axis: Axes, panel: Slice, method: str) -> Any:
    colour, marker, line = _style_of(method)
    points = {s: panel.rows[s, method].ratio for s in panel.shapes if (s, method) in panel.rows}
    main = {s: ratio for s, ratio in points.items() if on_main_axis(s)}
    others = {s: ratio for s, ratio in points.items() if s not in main}
    (drawn,) = axis.plot([count_of(s) for s in main], list(main.values()), color=colour, marker=marker, linestyle=line)
    axis.plot(
        [count_of(s) for s in others], list(others.values()), color=colour, marker=marker, linestyle="none", **OPEN
    )  # fmt: skip
    return drawn


def _ratio_axis(axis: Axes, ratios: list[float]) -> None:
    """Ratios on a logarithmic axis, which keeps apart what lies close to 1."""
    margin = max(1.04, (max(ratios) / min(ratios)) ** 0.05)
    low, high = min(ratios) / margin, max(ratios) * margin
    steps = FINE if high / low < 5 else COARSE
    ticks = [tick for tick in steps if low <= tick <= high]
    axis.set_yscale("log")
    axis.minorticks_off()
    axis.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axis.set_ylim(low, high)
    axis.set_ylabel("time per token,\nrelative to the base model")


def _style_of(method: str) -> tuple[str, str, str]:
    return STYLES.get(method, (GREY, "h", "--"))


def _panel_title(panel: Slice) -> str:
    return f"{'Decode' if panel.phase == 'decode' else 'Prefill'}, {setting(panel.any_row())}"


def _scale_axis(axis: Axes, shapes: list[str]) -> None:
    """Parameters on a logarithmic axis, with ticks at round sizes."""
    axis.set_xscale("log")
    ticks = {1e8: "100M", 1e9: "1B", 1e10: "10B", 1e11: "100B"}
    axis.set_xticks(list(ticks), labels=list(ticks.values()))
    counts = [count_of(shape) for shape in shapes]
    axis.set_xlim(min([*counts, 1e8]) * 0.75, max([*counts, 1e11]) * 1.4)
    axis.minorticks_off()
    axis.set_xlabel("parameters")


def _told(panel: Slice) -> str:
    """What a panel shows, in words: each line from its first point on the main axis to its last."""
    said = []
    for method in panel.columns:
        rows = [panel.rows[s, method] for s in panel.shapes if on_main_axis(s) and (s, method) in panel.rows]
        if method != "base" and rows:
            first, last = rows[0], rows[-1]
            said.append(
                f"{label(method)} {times(first.ratio)} at {named(first.shape)}, {times(last.ratio)} at {named(last.shape)}"
            )
    return f"{_panel_title(panel)}: {'; '.join(said)}."


def _memory(results: Results) -> _Drawing | None:
    """Bytes of each component in training by number of parameters, a panel for each method."""
    rows = memory_rows(results, "training")
    methods = [method for method in MEMORY_METHODS if any(m == method for _, m in rows)]
    if not methods:
        return None
    figure, axes = _figure(1, len(methods), 3.1, sharey=True)
    handles: dict[str, Any] = {}
    for axis, method in zip(axes, methods, strict=True):
        there = [rows[s, method] for s in shapes_of(rows) if on_main_axis(s) and (s, method) in rows]
        counts = [count_of(row.shape) for row in there]
        for part in dict.fromkeys(part for row in there for part in row.components):
            points = [
                (x, row.components[part]) for x, row in zip(counts, there, strict=True) if row.components.get(part)
            ]
            if points:
                colour, marker, line = COMPONENTS.get(part, (GREY, "h", "--"))
                (drawn,) = axis.plot(*zip(*points, strict=True), color=colour, marker=marker, linestyle=line)
                handles.setdefault(part, drawn)
        (drawn,) = axis.plot(counts, [row.total for row in there], color=BLACK, linewidth=1.6)
        handles.setdefault("total", drawn)
        axis.set_yscale("log")
        axis.set_title(label(method))
        _scale_axis(axis, [row.shape for row in there])
    _byte_axis(axes[0], [row for (_, m), row in rows.items() if m in methods])
    order = sorted(handles, key=lambda part: (part == "total", part not in COMPONENTS, [*COMPONENTS, part].index(part)))
    figure.legend([handles[part] for part in order], order, loc="outside lower center", ncols=6)
    kinds = sorted({row.how for row in rows.values()})
    caption = (
        f"Memory of one training step by component ({training_setting(next(iter(rows.values())))}), "
        f"{' and '.join(kinds)}. {', '.join(sorted({named(s).split()[0] for s, _ in rows if on_main_axis(s)}))} shapes."
    )
    alt = "Line plots of bytes against number of parameters, both logarithmic. " + " ".join(
        _components_told([rows[s, method] for s in shapes_of(rows) if on_main_axis(s) and (s, method) in rows])
        for method in methods
    )
    return _Drawing(figure, "Training memory by component against scale", caption, alt)


def _byte_axis(axis: Axes, rows: list[Memory]) -> None:
    least = min((amount for row in rows for amount in row.components.values() if amount), default=1e6)
    ticks = [10.0**power for power in range(6, 15) if least / 30 <= 10.0**power <= 30 * max(row.total for row in rows)]
    axis.set_yticks(ticks, labels=[size(tick).replace(".00", "").replace(".0", "") for tick in ticks])
    axis.set_ylim(least / 1.6, 2 * max(row.total for row in rows))
    axis.set_ylabel("memory of one training step")


def _components_told(there: list[Memory]) -> str:
    if not there:
        return ""
    last = there[-1]
    parts = sorted(((amount, part) for part, amount in last.components.items() if amount), reverse=True)
    return (
        f"{label(last.method)}: {size(there[0].total)} at {named(there[0].shape)} to {size(last.total)} at "
        f"{named(last.shape)}, there {', '.join(f'{part} {size(amount)}' for amount, part in parts)}."
    )


def _breakdown(results: Results) -> _Drawing | None:
    """Where the time of a token goes, for each method, at the ends and in the middle of the main axis."""
    panels = [one for one in (decoding(results), prefill(results)) if one]
    shapes = _chosen([shape for one in panels for shape in one.shapes if on_main_axis(shape)])
    methods = in_order(method for one in panels for method in one.columns)
    if not panels or not shapes:
        return None
    height = 1.0 + len(panels) * (0.45 + 0.17 * len(methods))
    figure, axes = _figure(len(panels), len(shapes), height, sharey=True, sharex="row")
    handles: dict[str, Any] = {}
    parts = list(dict.fromkeys(p for one in panels for (s, _), r in one.rows.items() if s in shapes for p in r.parts))
    for at, axis in enumerate(axes):
        panel, shape = panels[at // len(shapes)], shapes[at % len(shapes)]
        _bars(axis, panel, shape, methods, parts, handles)
        axis.set_title(f"{named(shape)}: {'decode' if panel.phase == 'decode' else 'prefill'}, {_short(panel)}")
        if at >= len(axes) - len(shapes):
            axis.set_xlabel("time, relative to base")
    axes[0].invert_yaxis()
    figure.legend(handles.values(), [part.replace("_", " ") for part in handles], loc="outside lower center", ncols=6)
    caption = (
        "Time per token by part of the model, relative to the frozen base model of the same shape. "
        f"Measured on {where(results.environment)}."
    )
    alt = f"Stacked bars of the time per token by part ({', '.join(parts)}) for {', '.join(map(label, methods))}. " + (
        " ".join(_told(panel) for panel in panels)
    )
    return _Drawing(figure, "Where the time of a token goes", caption, alt)


def _bars(axis: Axes, panel: Slice, shape: str, methods: list[str], parts: list[str], handles: dict[str, Any]) -> None:
    base = panel.rows.get((shape, "base"))
    there: list[Latency | None] = [panel.rows.get((shape, method)) for method in methods]
    left = [0.0] * len(methods)
    for at, part in enumerate(parts if base else []):
        widths = [row.parts.get(part, 0.0) / base.seconds if row and base else 0.0 for row in there]
        bars = axis.barh(
            range(len(methods)), widths, left=left, color=PART_COLOURS[at % len(PART_COLOURS)], height=0.72,
            hatch=HATCHES[at % len(HATCHES)], edgecolor="white", linewidth=0.3,
        )  # fmt: skip
        left = [a + b for a, b in zip(left, widths, strict=True)]
        handles.setdefault(part, bars)
    axis.set_yticks(range(len(methods)), labels=[label(method) for method in methods])
    axis.grid(visible=False, axis="y")
    axis.axvline(1, color=BLACK, linewidth=0.8)


def _short(panel: Slice) -> str:
    row = panel.any_row()
    return f"batch of {row.batch_size}" if panel.phase == "decode" else f"{row.tokens} tokens"


def _chosen(shapes: list[str]) -> list[str]:
    """The smallest shape, the one in the middle and the largest, each once."""
    ordered = shapes_of((shape, "") for shape in shapes)
    return list(dict.fromkeys(ordered[at] for at in (0, len(ordered) // 2, -1))) if ordered else []


_PLOTS: dict[str, Callable[[Results], _Drawing | None]] = {
    "latency": _latency,
    "memory": _memory,
    "breakdown": _breakdown,
}
NAMES = tuple(_PLOTS)
