"""The routers' numbers as a table and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .insight import LayerReport


def markdown_table(reports: Sequence[LayerReport]) -> str:
    """One row for each layer; shares in percent."""
    lines = [
        "| layer | adapter | tokens | experts | per token | largest load | smallest | effective | entropy | overflow | overlap | |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for report in reports:
        overlap = "–" if report.overlap is None else f"{report.overlap:.2f}"
        cells = (
            report.layer,
            report.adapter.replace("|", "\\|"),
            f"{report.tokens:,}",
            str(len(report.load)),
            f"{report.experts_per_token:.2f}",
            f"{max(report.load):.1%}",
            f"{min(report.load):.1%}",
            f"{report.effective_experts:.1f}",
            f"{report.entropy:.2f}",
            f"{report.overflow:.1%}",
            overlap,
            "collapsed" if report.collapsed else "",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def plot(reports: Sequence[LayerReport], path: Path) -> None:
    """The load of every expert in every layer, and beside it the entropy and the overflow, in the format of the suffix.

    Colours are the load relative to an equal one; they fall and rise in lightness, so that it can be read in grey too.
    ValueError without reports.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not reports:
        raise ValueError("there is nothing to plot: no pass was watched")
    most = max(len(report.load) for report in reports)
    several = len({report.adapter for report in reports}) > 1
    names = [f"{report.layer} {report.adapter}" if several else report.layer for report in reports]
    names = [f"{name} ▸" if report.collapsed else name for name, report in zip(names, reports, strict=True)]
    rows = [
        [f * len(report.load) for f in report.load] + [float("nan")] * (most - len(report.load)) for report in reports
    ]
    figure = Figure(figsize=(3.6 + 0.45 * most, 1.6 + 0.22 * max(len(rows), 3)), layout="constrained")
    FigureCanvasAgg(figure)
    heat, side = figure.subplots(1, 2, width_ratios=[0.45 * most + 0.6, 2.2], sharey=True)
    image = heat.imshow(rows, aspect="auto", cmap="cividis", vmin=0, vmax=max(2.0, min(most, max(map(_largest, rows)))))
    heat.set_xticks(range(most), [str(e) for e in range(most)])
    heat.set_yticks(range(len(names)), names)
    heat.set_xlabel("expert")
    heat.set_ylabel("layer")
    heat.set_title("load, 1 = equal", loc="left", fontsize=9)
    heat.set_facecolor("#ffffff")
    figure.colorbar(image, ax=heat, location="left", shrink=0.7 if len(rows) > 6 else 1, pad=0.05)
    places, overflow = range(len(rows)), any(report.overflow for report in reports)
    side.barh(places, [report.entropy for report in reports], height=0.7, color="#8d99ae")
    if overflow:
        side.barh(places, [report.overflow for report in reports], height=0.3, color="#1b263b")
    side.set_xlim(0, 1)
    side.set_xticks([0, 0.5, 1])
    side.set_title(f"entropy{', overflow dark' if overflow else ' of a token'}", loc="left", fontsize=9)
    side.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)


def _largest(row: Sequence[float]) -> float:
    return max(value for value in row if value == value)
