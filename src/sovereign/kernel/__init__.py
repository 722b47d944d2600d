"""The kernel: one run, from question to published record."""

from .limits import limits_of
from .run import Progress, resume, run
from .runs import Begun, Request, Unfinished, discard, find, folder_of, held, unfinished

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
