"""Near-copies: planted ones are found, sentences of our own are not."""

from __future__ import annotations
