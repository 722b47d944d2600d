"""The plot of memory: bytes of each component of a training step against scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .drawing import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, Drawing, grid_of, scale_axis
from .results import Memory, Results
from .slices import memory_rows, shapes_of
from .words import count_of, label, named, on_main_axis, size, training_setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMPONENTS = {
    "weights": (BLUE, "s", "-"),
    "adapters": (GREEN, "D", "--"),
    "gradients": (ORANGE, "^", "-."),
    "optimizer": (VERMILION, "o", "-"),
    "activations": (PURPLE, "v", ":"),
}
MEMORY_METHODS = ("full_fine_tuning", "lora", "mixlora")


def memory(results: Results) -> Drawing | None:
    """Bytes of each component in training by number of parameters, a panel for each method; the main axis alone."""
    rows = {key: row for key, row in memory_rows(results, "training").items() if on_main_axis(key[0])}
    methods = [method for method in MEMORY_METHODS if any(m == method for _, m in rows)]
    if not methods:
        return None
    figure, axes = grid_of(1, len(methods), 3.1, sharey=True)
    handles: dict[str, Any] = {}
    for axis, method in zip(axes, methods, strict=True):
        there = _of_method(rows, method)
        for part in dict.fromkeys(part for row in there for part in row.components):
            if having := [row for row in there if row.components.get(part)]:
                handles.setdefault(part, _line(axis, part, having))
        (drawn,) = axis.plot([count_of(r.shape) for r in there], [r.total for r in there], color=BLACK, linewidth=1.6)
        handles.setdefault("total", drawn)
        axis.set_yscale("log")
        axis.set_title(label(method))
        scale_axis(axis, [row.shape for row in there])
    shown = [row for method in methods for row in _of_method(rows, method)]
    _byte_axis(axes[0], shown)
    order = sorted(handles, key=lambda part: (part == "total", part not in COMPONENTS, [*COMPONENTS, part].index(part)))
    figure.legend([handles[part] for part in order], order, loc="outside lower center", ncols=6)
    kinds = sorted({row.how for row in shown})
    mixed = "modelled" in kinds and len(kinds) > 1
    caption = (
        f"Memory of one training step by component ({training_setting(shown[0])}), {' and '.join(kinds)}"
        f"{': open marks were computed by the cost model, filled ones measured or composed' * mixed}. "
        f"{', '.join(sorted({named(row.shape).split()[0] for row in shown}))} shapes."
    )
    alt = "Line plots of bytes against number of parameters, both logarithmic. " + " ".join(
        _components_told(_of_method(rows, method)) for method in methods
    )
    return Drawing(figure, "Training memory by component against scale", caption, alt)


def _of_method(rows: dict[tuple[str, str], Memory], method: str) -> list[Memory]:
    """Rows of a method, by size."""
    return [rows[shape, method] for shape in shapes_of(rows) if (shape, method) in rows]


def _line(axis: Axes, part: str, rows: list[Memory]) -> Any:
    """One component over all scales; marks of what was computed stay open."""
    colour, marker, line = COMPONENTS.get(part, (GREY, "h", "--"))
    points = {count_of(row.shape): row.components[part] for row in rows}
    computed = {count_of(row.shape): row.components[part] for row in rows if row.how == "modelled"}
    (drawn,) = axis.plot([*points], [*points.values()], color=colour, marker=marker, linestyle=line)
    axis.plot([*computed], [*computed.values()], color=colour, marker=marker, linestyle="none", markerfacecolor="white")
    return drawn


def _byte_axis(axis: Axes, rows: list[Memory]) -> None:
    least = min((amount for row in rows for amount in row.components.values() if amount), default=1e6)
    ticks = [10.0**power for power in range(6, 15) if least / 30 <= 10.0**power <= 30 * max(row.total for row in rows)]
    axis.set_yticks(ticks, labels=[size(tick).replace(".00", "").replace(".0", "") for tick in ticks])
    axis.set_ylim(least / 1.6, 2 * max(row.total for row in rows))
    axis.set_ylabel("memory of one training step")


def _components_told(there: list[Memory]) -> str:
    last = there[-1]
    parts = sorted(((amount, part) for part, amount in last.components.items() if amount), reverse=True)
    return (
        f"{label(last.method)}: {size(there[0].total)} at {named(there[0].shape)} to {size(last.total)} at "
        f"{named(last.shape)}, there {', '.join(f'{part} {size(amount)}' for amount, part in parts)}."
    )
