"""What the routers did, in the logs of ``transformers.Trainer`` and in files beside its checkpoints."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .insight import LayerReport, RouterStats
from .insight_view import markdown_table, plot
from .router_log import router_log

_log = logging.getLogger(__name__)


class RouterCallback(TrainerCallback):
    """Watches the routers while a model is trained: ``Trainer(..., callbacks=[RouterCallback()])``.

    At each logging step it adds to the logs, of the steps since the last one and of the worst layer: ``router/load``, the
    largest share of one expert; ``router/effective_experts``; ``router/entropy``; and with switch ``router/overflow``.
    At the end it writes ``router_stats.json``, ``.md`` and ``.svg`` of the whole training into ``output_dir``. Under
    several processes the numbers are of all of them, and the first writes.

    A router that collapses (``LayerReport.collapsed``) is warned of once, and again if it recovered in between.
    """

    def __init__(self) -> None:
        self._recent: RouterStats | None = None
        self._whole: RouterStats | None = None
        self._collapsed: set[tuple[str, str]] = set()

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Begin to watch; ValueError if the model has no MixLoRA adapter."""
        self._recent, self._whole = RouterStats(model), RouterStats(model)
        router_log(model).watchers.append(self._watch)

    def _watch(self, seen: Any, attention_mask: Any) -> None:
        if self._recent is not None and any(each.layer.training for each in seen):
            self._recent(seen, attention_mask)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Add the numbers to ``logs`` and to the trainer's history."""
        reports = self._turn()
        if not reports or logs is None:
            return
        numbers = {
            "router/load": max(max(report.load) for report in reports),
            "router/effective_experts": min(report.effective_experts for report in reports),
            "router/entropy": min(report.entropy for report in reports),
        }
        if any(report.overflow for report in reports):
            numbers["router/overflow"] = max(report.overflow for report in reports)
        numbers = {name: round(value, 4) for name, value in numbers.items()}
        logs |= numbers
        if state.log_history:
            state.log_history[-1] |= numbers

    def on_train_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Write the files, and watch no longer."""
        self._turn()
        watchers = router_log(model).watchers
        if self._watch in watchers:
            watchers.remove(self._watch)
        stats, self._recent, self._whole = self._whole, None, None
        if stats is None or not state.is_world_process_zero:
            return
        reports = stats.reports()
        if reports:
            folder = Path(args.output_dir)
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(stats.as_dict(), indent=2) + "\n"
            (folder / "router_stats.json").write_text(text, encoding="utf-8")
            (folder / "router_stats.md").write_text(markdown_table(reports), encoding="utf-8")
            plot(reports, folder / "router_stats.svg")

    def _turn(self) -> list[LayerReport]:
        """The reports of what was seen since the last time, which is then part of the whole."""
        if self._recent is None or self._whole is None:
            return []
        self._recent.gather()
        reports = self._recent.reports(overlap=False)
        self._warn(reports)
        self._whole.add(self._recent)
        self._recent.clear()
        return reports

    def _warn(self, reports: list[LayerReport]) -> None:
        for report in reports:
            key = (report.layer, report.adapter)
            if not report.collapsed:
                self._collapsed.discard(key)
            elif key not in self._collapsed:
                self._collapsed.add(key)
                _log.warning(warning_of(report))


def warning_of(report: LayerReport) -> str:
    """What a collapsed router is warned of with."""
    busy = sorted(range(len(report.load)), key=lambda e: -report.load[e])[: max(1, round(report.experts_per_token))]
    share = sum(report.load[e] for e in busy)
    named = ", ".join(map(str, busy))
    return (
        f"the router of layer {report.layer} (adapter {report.adapter!r}) has collapsed: "
        f"{'expert' if len(busy) == 1 else 'experts'} {named} of {len(report.load)} had {share:.0%} of the load of "
        f"{report.tokens} tokens, as if there were {report.effective_experts:.1f}. Raise router_aux_loss_coef (0.01 is "
        "ten times the default), lower the learning rate or add jitter_noise; if it was so from the first step, lower "
        "router_init_range"
    )
