"""The routers' numbers as a table and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .layer_report import LayerReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def markdown_table(reports: Sequence[LayerReport]) -> str:
    """One row for each layer; shares in percent, entropies as shares of ln E."""
    rows = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    rows += ["| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(report)) + " |" for report in reports]
    return "\n".join(rows) + "\n"


def rich_table(reports: Sequence[LayerReport]) -> Any:
    """The same for a terminal: ``rich.print(rich_table(reports))``."""
    from rich.table import Table

    table = Table(*COLUMNS)
    for report in reports:
        table.add_row(*_cells(report), style="bold" if report.collapsed else None)
    return table


COLUMNS = (
    "layer",
    "adapter",
    "tokens",
    "experts",
    "per token",
    "largest load",
    "smallest",
    "effective",
    "entropy",
    "of the mean",
    "overflow",
    "overlap",
    "verdict",
)


def _cells(report: LayerReport) -> tuple[str, ...]:
    return (
        report.layer,
        report.adapter,
        f"{report.tokens:,}",
        str(len(report.load)),
        f"{report.experts_per_token:.2f}",
        f"{max(report.load):.1%}",
        f"{min(report.load):.1%}",
        f"{report.effective_experts:.1f}",
        f"{report.entropy:.2f}",
        f"{report.entropy_of_mean:.2f}",
        f"{report.overflow:.1%}",
        "–" if report.overlap is None else f"{report.overlap:.2f}",
        "collapsed" if report.collapsed else "",
    )


MOST = 3.0  # times an equal load; the colours end here, so that one busy expert does not make the rest look alike
LEAST = 0.1  # times an equal load; experts with less are crossed out
FEW = 10  # so many layers have their loads written into the cells


def plot(reports: Sequence[LayerReport], path: Path) -> None:
    """The load of every expert in every layer, and beside it entropy and overflow, in the format of the path's suffix.

    The more load, the darker, also in grey. ValueError without reports.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.style import context

    if not reports:
        raise ValueError("there is nothing to plot: no pass was watched")
    with context(["default", STYLE]):
        most = max(len(report.load) for report in reports)
        overflow = any(report.overflow for report in reports)
        widths = [max(0.36 * most, 1.8), 1.2, 1.2][: 3 if overflow else 2]
        figure = Figure(figsize=(sum(widths) + 1.9, 1.1 + 0.19 * max(len(reports), 4)), layout="constrained")
        FigureCanvasAgg(figure)
        heat, *sides = figure.subplots(1, len(widths), width_ratios=widths, sharey=True)
        image = _heat(heat, reports)
        _bars(sides[0], [report.entropy for report in reports], "entropy of a token")
        sides[0].plot([report.entropy_of_mean for report in reports], range(len(reports)), "k|", markersize=7)
        sides[0].set_xlabel("| of the mean")
        if overflow:
            _bars(sides[1], [report.overflow for report in reports], "overflow")
        figure.colorbar(
            image,
            ax=heat,
            location="left",
            extend="max",
            aspect=20,
            pad=0.03,
            anchor=(0, 1),
            ticks=[0, 1, 2, 3],
            shrink=min(1, 12 / max(len(reports), 4)),
        )
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)


def _heat(axes: Axes, reports: Sequence[LayerReport]) -> Any:
    """The cells; what a layer with fewer experts does not have is left white behind a line."""
    most = max(len(report.load) for report in reports)
    several = len({report.adapter for report in reports}) > 1
    relative = [[f * len(report.load) for f in report.load] for report in reports]
    rows = [row + [float("nan")] * (most - len(row)) for row in relative]
    image = axes.imshow(rows, aspect="auto", cmap="Blues", vmin=0, vmax=MOST, interpolation="nearest")
    axes.set_xticks(range(most), [str(e) for e in range(most)])
    names = [f"{report.layer} {report.adapter}" if several else report.layer for report in reports]
    axes.set_yticks(
        range(len(names)),
        [f"collapsed ▸ {name}" if report.collapsed else name for name, report in zip(names, reports, strict=True)],
    )
    for label, report in zip(axes.get_yticklabels(), reports, strict=True):
        label.set_fontweight("bold" if report.collapsed else "normal")
    axes.set_xlabel("expert" if len(rows) <= FEW else "expert  (× less than a tenth of an equal load)")
    axes.set_ylabel("layer")
    axes.set_title("load, 1 = equal", loc="left")
    for y, row in enumerate(relative):
        axes.plot([len(row) - 0.5] * 2, [y - 0.5, y + 0.5], color="black", linewidth=0.6)
        for x, load in enumerate(row):
            said = f"{load:.1f}" if len(rows) <= FEW or load > MOST else "×" if load < LEAST else ""
            axes.text(
                x, y, said, ha="center", va="center", fontsize=6.5, color="white" if load > 0.6 * MOST else "black"
            )
    return image


def _bars(axes: Axes, shares: Sequence[float], title: str) -> None:
    axes.barh(range(len(shares)), shares, height=0.6, color="#999999")
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.tick_params(axis="y", left=False, labelleft=False)
    axes.set_title(title, loc="left")
    axes.grid(visible=True, axis="x")
    axes.spines[["top", "right"]].set_visible(False)


STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "sovereign",
    "figure.facecolor": "white",
}
