"""The time budget of a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """Seconds that are left. Stages that can stop early ask :meth:`spent` between items; the record says what was left out."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds that are left, 0 at least."""
        return max(0.0, self.seconds - (time.monotonic() - self.started))

    def spent(self) -> bool:
        """Whether the time is over."""
        return self.left() == 0.0
