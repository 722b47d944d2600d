"""The kernel: one run from question to record, one file per stage."""

from .library import limits_of
from .run import Progress, Request, run

__all__ = ["Progress", "Request", "limits_of", "run"]
