"""Runs a protocol in a process of its own: no network, no file but what it declares, limits on time, memory, processes.

Three levels, the strongest first: ``namespaces``, ``landlock``, ``limits``. Which one held, and what it does not
guarantee, is a part of every outcome. ``python -m sovereign.lab.sandbox`` shows it for this machine.
"""

from __future__ import annotations

from .run import run
from .task import GUARANTEES, LEVELS, Isolation, Level, Limits, Outcome, Task

__all__ = ["GUARANTEES", "LEVELS", "Isolation", "Level", "Limits", "Outcome", "Task", "run"]
