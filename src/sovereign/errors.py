"""Errors that a person reads: what happened, where, and what to do.

SovereignError          exit code 1
├── InputError          2   an argument, setting or file that cannot be used
├── NothingToRead       3   no document could be read at all
├── OutputError         4   the result stands in the store, but could not be written where asked
├── NotFound            5   no record, source or format of that name
├── LedgerBroken        6   the ledger does not verify
│   └── ExportBroken    6   an export does not verify
├── StoreError          7   the store cannot be opened or written
├── LabError            8   a measurement could not be made
├── DepositError        9   the archive did not take a record, or must not be given it
└── ReviewDue           10  the monitor found what asks for a review of a record

Interrupted             130 a person stopped it; a KeyboardInterrupt that says what is kept
"""

from __future__ import annotations


class SovereignError(Exception):
    """Base of all errors for people. ``advice`` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class InputError(SovereignError):
    """An argument, setting or file that cannot be used."""

    exit_code = 2


class NothingToRead(SovereignError):
    """No document could be read at all."""

    exit_code = 3


class OutputError(SovereignError):
    """The result stands in the store, but could not be written where asked."""

    exit_code = 4


class NotFound(SovereignError):
    """No record, source or format of that name."""

    exit_code = 5


class LedgerBroken(SovereignError):
    """The ledger does not verify."""

    exit_code = 6


class ExportBroken(LedgerBroken):
    """An export does not verify."""


class StoreError(SovereignError):
    """The store cannot be opened or written."""

    exit_code = 7


class LabError(SovereignError):
    """A measurement could not be made."""

    exit_code = 8


class DepositError(SovereignError):
    """The archive did not take a record, or must not be given it."""

    exit_code = 9


class ReviewDue(SovereignError):
    """The monitor found what asks for a review of a record. Its run has ended well; the code is for whoever started it."""

    exit_code = 10


class Interrupted(KeyboardInterrupt):
    """A person stopped a run. ``advice`` says how to go on."""

    exit_code = 130

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
