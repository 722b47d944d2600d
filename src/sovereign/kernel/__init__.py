"""The kernel: one run from question to record, one file per stage."""

from .run import Progress, Request, run

__all__ = ["Progress", "Request", "run"]
