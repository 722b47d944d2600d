"""Every number that a work reports as a result, from its tables and from its sentences."""

from __future__ import annotations

from sovereign.records import Document, ReportedNumber

from .context import context_of
from .in_tables import numbers_in_tables
from .in_text import numbers_in_text


def reported_numbers(document: Document) -> tuple[ReportedNumber, ...]:
    """The results of a work with typed keys: those of its tables, then those of its sentences.

    What the text does not say is None in the key; a figure of which nothing says what it measures is left out. Never raises.
    """
    context = context_of(document)
    return (*numbers_in_tables(context), *numbers_in_text(context))
