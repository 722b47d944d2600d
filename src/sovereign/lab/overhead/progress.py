"""What a person sees of a run: which job is being done, and about how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from ..shapes import SHAPES
from .jobs import Job
from .results import Config

Tell = Callable[[str], None]


class Report:
    """Progress in lines for a person: what is being measured, and about how long the rest will take."""

    def __init__(self, config: Config, jobs: Sequence[Job], done: Collection[Job], tell: Tell) -> None:
        self.tell = tell
        self.effort = {job: _effort(job, config) for job in jobs}
        self.left = [job for job in jobs if job not in done]
        self.ended = 0.0
        self.started = time.monotonic()
        if done:
            tell(f"{len(done)} of {len(jobs)} measurements are there already")

    def lines_of(self, batch: Sequence[Job]) -> Tell:
        """What a batch's process says, one line at a time."""

        def line(text: str) -> None:
            mark, _, number = text.partition(" ")
            if mark not in ("<", ">") or not number.isdecimal() or int(number) >= len(batch):
                return self.tell(text)
            job = batch[int(number)]
            if mark == ">":
                place = len(self.effort) - len(self.left) + 1
                return self.tell(f"{job.name}, {place} of {len(self.effort)}{self._time_left()}")
            self.left = [one for one in self.left if one.file != job.file]
            self.ended += self.effort[job._replace(slices=1)]
            return None

        return line

    def _time_left(self) -> str:
        if not self.ended:
            return ""
        seconds = (time.monotonic() - self.started) / self.ended * sum(self.effort[job] for job in self.left)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


def _effort(job: Job, config: Config) -> float:
    """About the seconds that a job takes on two cores."""
    of = SHAPES[job.shape]
    block = sum(layer.weights for layer in (*of.attention, *of.feed_forward)) / 1e8
    if job.kind == "latency":
        return 1 + block * (0.5 + job.rows / 32) * config.repeats / 4
    if job.kind == "whole":
        return 10 + block * of.num_hidden_layers * 3
    return 45.0 if not config.quick else 1.0
