"""Plots of latency: time per token against scale, and where the time of a token goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OPEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    Drawing,
    grid_of,
    scale_axis,
    style_of,
)  # fmt: skip
from .results import Latency, Results
from .slices import Slice, decoding, prefill, prompts, shapes_of
from .words import MAIN_FAMILY, MEANINGS, by_size, count_of, in_order, label, named, on_main_axis, setting, times, where

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PART_COLOURS = (BLUE, SKY, GREEN, YELLOW, ORANGE, VERMILION, PURPLE, GREY, BLACK)
HATCHES = ("", "////", "", "....", "", "\\\\\\\\", "", "xxxx", "")
FINE = (0.5, 0.6, 0.8, 1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4)
COARSE = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100)


def latency(results: Results) -> Drawing | None:
    """Time per token against the frozen base model by number of parameters: decoding, then prompts."""
    one = decoding(results)
    panels = [*([one] if one else []), *prompts(results)][:3]
    if not panels:
        return None
    figure, axes = grid_of(1, len(panels), 3.1, sharey=True)
    handles: dict[str, Any] = {}
    for axis, panel in zip(axes, panels, strict=True):
        axis.axhline(1, color=BLACK, linewidth=0.8)
        for method in panel.columns:
            if method != "base":
                handles.setdefault(method, _ratio_line(axis, panel, method))
        axis.set_title(_panel_title(panel).replace(", ", ":\n", 1))
        scale_axis(axis, panel.shapes)
    _ratio_axis(axes[0], [row.ratio for panel in panels for row in panel.rows.values()])
    same = {method: others for panel in panels for method, others in panel.columns.items()}
    shown = {" = ".join(map(label, [one, *same[one]])): handles[one] for one in in_order(handles)}
    if any(not on_main_axis(shape) for panel in panels for shape in panel.shapes):
        (shown["other architectures"],) = axes[0].plot([], [], color=GREY, marker="o", linestyle="none", **OPEN)
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=3)
    equal = " and ".join(map(label, dict.fromkeys(one for panel in panels for one in panel.columns.get("base", []))))
    caption = (
        "Time per token relative to the frozen base model of the same shape in the same run (black line at 1"
        f"{f'; {equal}: measured once with it, as equal' if equal else ''}), {MEANINGS['composed']}. "
        f"Lines join {_family_name(panels)} shapes; marks without a line are other architectures. "
        f"Measured on {where(results.environment)}."
    )
    if tiled := by_size(row.shape for panel in panels for row in panel.rows.values() if row.how == "tiled"):
        caption += f" Tiled, {MEANINGS['tiled']}, in one setting or more: {', '.join(map(named, tiled))}."
    alt = "Line plots of time per token against number of parameters. " + " ".join(_told(panel) for panel in panels)
    return Drawing(figure, "Inference latency against scale", caption, alt)


def _family_name(panels: list[Slice]) -> str:
    main = next((shape for panel in panels for shape in panel.shapes if on_main_axis(shape)), None)
    return named(main).split()[0] if main else MAIN_FAMILY.upper()


def _ratio_line(axis: Axes, panel: Slice, method: str) -> Any:
    colour, marker, line = style_of(method)
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


def _panel_title(panel: Slice) -> str:
    return f"{'Decode' if panel.phase == 'decode' else 'Prefill'}, {setting(panel.any_row())}"


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


def breakdown(results: Results) -> Drawing | None:
    """Where the time of a token goes, for each method, at the ends and in the middle of the main axis."""
    panels = [one for one in (decoding(results), prefill(results)) if one]
    shapes = _chosen([shape for one in panels for shape in one.shapes if on_main_axis(shape)])
    methods = in_order(method for one in panels for method in one.columns)
    if not panels or not shapes:
        return None
    height = 1.0 + len(panels) * (0.45 + 0.17 * len(methods))
    figure, axes = grid_of(len(panels), len(shapes), height, sharey=True, sharex="row")
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
    return Drawing(figure, "Where the time of a token goes", caption, alt)


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
