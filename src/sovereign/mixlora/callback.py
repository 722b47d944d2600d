"""What the routers did, in the logs of ``transformers.Trainer`` and in files beside its checkpoints."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .insight import RouterStats
from .insight_view import markdown_table, plot
from .layer_report import LayerReport
from .router_log import router_log

_log = logging.getLogger(__name__)


class RouterCallback(TrainerCallback):
    """Watches the routers while a model is trained: ``Trainer(..., callbacks=[RouterCallback()])``.

    At each logging step it adds to the logs, of the training passes since the last one and of the worst layer:
    ``router/load``, the largest share of one expert; ``router/effective_experts``; ``router/entropy``, of a token;
    with switch ``router/overflow``; and ``router/overlap``, as soon as no update is zero. At the end it writes
    ``router_stats.json``, ``.md``, ``.svg`` and ``.png`` of the whole training into ``output_dir``. Under several
    processes the numbers are of all of them, and the first writes and warns.

    A trainer calls its reporters, such as TensorBoard's, before the callbacks it is given; ``attach(trainer)`` instead
    of ``callbacks=`` puts this one first, so that they see its numbers too.

    overlap: whether it is in the logs; it costs a product of all experts' factors. each_save: write the files, of the
    training so far, at every checkpoint as well.

    A router that collapses (``LayerReport.collapsed``) is warned of once, and again if it recovered in between.
    """

    def __init__(self, overlap: bool = True, each_save: bool = False) -> None:
        self.overlap = overlap
        self.each_save = each_save
        self._recent: RouterStats | None = None
        self._whole: RouterStats | None = None
        self._collapsed: set[tuple[str, str]] = set()

    def attach(self, trainer: Any) -> None:
        """Become the first callback of a trainer."""
        trainer.callback_handler.callbacks.insert(0, self)

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Begin to watch; ValueError if the model has no MixLoRA adapter."""
        self._recent, self._whole = RouterStats(model), RouterStats(model)
        self._collapsed.clear()
        watchers = router_log(model).watchers
        if self._watch not in watchers:  # it is, after a training that broke off
            watchers.append(self._watch)

    def _watch(self, seen: Any, attention_mask: Any) -> None:
        if self._recent is not None and any(each.layer.training for each in seen):
            self._recent(seen, attention_mask)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Add the numbers to ``logs`` and to the trainer's history, where they are those of training steps."""
        if logs is None or "loss" not in logs or self._recent is None or self._whole is None:
            return
        self._recent.gather()
        reports = self._recent.reports(self.overlap)
        self._whole.add(self._recent)
        self._recent.clear()
        if not reports:
            return
        if state.is_world_process_zero:
            self._warn(reports)
        numbers = numbers_of(reports)
        logs |= numbers
        if state.log_history:
            state.log_history[-1] |= numbers

    def on_save(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Write the files, if that is wanted."""
        if self.each_save:
            self._write(args, state, model)

    def on_train_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Write the files, and watch no longer."""
        self._write(args, state, model)
        watchers = router_log(model).watchers
        if self._watch in watchers:
            watchers.remove(self._watch)
        self._recent = self._whole = None

    def _write(self, args: Any, state: Any, model: Any) -> None:
        """The files, of all passes so far; every process calls it."""
        if self._recent is None or self._whole is None:
            return
        stats = RouterStats(model)
        stats.add(self._recent)
        stats.gather()
        stats.add(self._whole)  # which is of all processes already
        reports = stats.reports()
        if reports and state.is_world_process_zero:
            folder = Path(args.output_dir)
            folder.mkdir(parents=True, exist_ok=True)
            layers = [asdict(report) | {"collapsed": report.collapsed} for report in reports]
            text = json.dumps({"layers": layers}, indent=2) + "\n"
            (folder / "router_stats.json").write_text(text, encoding="utf-8")
            (folder / "router_stats.md").write_text(markdown_table(reports), encoding="utf-8")
            for kind in ("svg", "png"):
                plot(reports, folder / f"router_stats.{kind}")

    def _warn(self, reports: list[LayerReport]) -> None:
        for report in reports:
            key = (report.layer, report.adapter)
            if not report.collapsed:
                self._collapsed.discard(key)
            elif key not in self._collapsed:
                self._collapsed.add(key)
                _log.warning(warning_of(report))


def numbers_of(reports: Sequence[LayerReport]) -> dict[str, float]:
    """The worst of all layers, for the logs."""
    numbers = {
        "router/load": max(max(report.load) for report in reports),
        "router/effective_experts": min(report.effective_experts for report in reports),
        "router/entropy": min(report.entropy for report in reports),
    }
    if any(report.overflow for report in reports):
        numbers["router/overflow"] = max(report.overflow for report in reports)
    if overlaps := [report.overlap for report in reports if report.overlap is not None]:
        numbers["router/overlap"] = max(overlaps)
    return {name: round(value, 4) for name, value in numbers.items()}


def warning_of(report: LayerReport) -> str:
    """What a collapsed router is warned of with."""
    busy = sorted(range(len(report.load)), key=lambda e: -report.wanted[e])[: max(1, round(report.experts_per_token))]
    share = sum(report.wanted[e] for e in busy)
    named = ", ".join(map(str, busy))
    return (
        f"the router of layer {report.layer} (adapter {report.adapter!r}) has collapsed: "
        f"{'expert' if len(busy) == 1 else 'experts'} {named} of {len(report.load)} had {share:.0%} of the load of "
        f"{report.tokens} tokens, as if there were {report.effective_experts:.1f}. Raise router_aux_loss_coef (0.01 is "
        "ten times the default), lower the learning rate or add jitter_noise; if it was so from the first step, lower "
        "router_init_range"
    )
