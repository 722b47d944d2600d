"""The kernel: one run, from question to published record."""

from .run import Progress, resume, run
from .runs import Begun, Request, Unfinished, discard, find, folder_of, held, unfinished
from .sources import limits_of

__all__ = [
    "Begun",
    "Progress",
    "Request",
    "Unfinished",
    "discard",
    "find",
    "folder_of",
    "held",
    "limits_of",
    "resume",
    "run",
    "unfinished",
]
