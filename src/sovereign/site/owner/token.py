"""The owner's token, from the environment or a file. It is no setting, for settings are shown, and kept in records."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path

from sovereign.errors import InputError

VARIABLE = "SOVEREIGN_SITE_TOKEN"
FILE_VARIABLE = "SOVEREIGN_SITE_TOKEN_FILE"
SHORTEST = 16
_MOST_BYTES = 4_096
_FORM = re.compile(rf"[!-~]{{{SHORTEST},1000}}")


def read_token(environment: Mapping[str, str] | None = None) -> str:
    """The token in ``SOVEREIGN_SITE_TOKEN``, or in the file that ``SOVEREIGN_SITE_TOKEN_FILE`` names; empty where there is none.

    Raises:
        InputError: if it is too short, or none that can be sent. The message never holds it.
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
    if (token or named) and not _FORM.fullmatch(token):
        raise InputError(
            f"the value of {where} cannot be the token of the site",
            f"It has to be one word of at least {SHORTEST} letters, figures and signs of ASCII, such as openssl rand -hex 20 gives.",
        )
    return token


def is_right(token: str, given: str) -> bool:
    """Whether what was given is the token. How long this takes tells nothing of it, not even its length."""
    return bool(token) and hmac.compare_digest(_digest(token), _digest(given))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
