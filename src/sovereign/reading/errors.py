"""The error of this package."""

from __future__ import annotations

from sovereign.errors import InputError


class ReadError(InputError):
    """A file that cannot be read as a document. The message says what is wrong, the advice what to do."""
