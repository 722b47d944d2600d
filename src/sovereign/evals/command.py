"""How the commands of this package end: ``python -m sovereign.evals.NAME``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from sovereign.errors import SovereignError


def exit_code(work: Callable[[], None]) -> int:
    """Do the work; an error for people goes to stderr without a traceback, and gives the exit code."""
    try:
        work()
        sys.stdout.flush()
    except SovereignError as error:
        print(f"{error.message} {error.advice}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of the pipe has seen enough; what Python would still flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
