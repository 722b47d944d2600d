"""The token of the archive, from the environment or a file. It is sent to the archive and shown nowhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from sovereign.errors import InputError

VARIABLE = "SOVEREIGN_ARCHIVE_TOKEN"
FILE_VARIABLE = "SOVEREIGN_ARCHIVE_TOKEN_FILE"
MASK = "REDACTED"
_MOST_BYTES = 4_096


def read_token(environment: Mapping[str, str] | None = None) -> str:
    """The token in ``SOVEREIGN_ARCHIVE_TOKEN``, or in the file that ``SOVEREIGN_ARCHIVE_TOKEN_FILE`` names.

    Raises:
        InputError: if there is none, or it cannot be sent. The message never holds it.
    """
    given = os.environ if environment is None else environment
    token, where = given.get(VARIABLE, "").strip(), VARIABLE
    named = given.get(FILE_VARIABLE, "").strip()
    if not token and named:
        where = f"the file of {FILE_VARIABLE}"
        try:
            with Path(named).expanduser().open("rb") as file:
                token = file.read(_MOST_BYTES).decode("ascii", errors="replace").strip()
        except (OSError, RuntimeError) as error:
            raise InputError(
                f"{where} cannot be read ({type(error).__name__})",
                "Name a file that you may read, with the token in it.",
            ) from None
    if not token:
        raise InputError(
            "there is no token for the archive",
            f"Make one in your account there, with the scopes deposit:write and deposit:actions, and set {VARIABLE}. "
            "A dry run needs none.",
        )
    if not re.fullmatch(r"[!-~]{6,1000}", token):
        raise InputError(
            f"the value of {where} cannot be a token",
            "It has to be one word of at least six letters, figures and signs of ASCII.",
        )
    return token
