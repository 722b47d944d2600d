"""Deposit of a record in an archive that speaks InvenioRDM's REST API: Zenodo, its sandbox, or another.

work      the whole, from files to DOI
files     which files are deposited, and that they stay the same
metadata  the description, in the archive's fields
state     what is kept on disk, and the lock
plan      the next request; a pure function
answers   what an answer says; pure too
drive     makes the requests, keeping the state before and after each
archive   one request over HTTP
token     the key of the account
events    what the ledger tells, and the owner's approval
dry       the requests as they would be sent
"""

from sovereign.contracts.published import DEPOSITED

from .archive import PRODUCTION, SANDBOX, Archive, Reply, Send, address, is_sandbox
from .events import APPROVED, deposited
from .files import files_of
from .state import HeldFile, State
from .token import read_token
from .work import Terms, approve, deposit, requests, staged, to_approve

__all__ = [
    "APPROVED",
    "DEPOSITED",
    "PRODUCTION",
    "SANDBOX",
    "Archive",
    "HeldFile",
    "Reply",
    "Send",
    "State",
    "Terms",
    "address",
    "approve",
    "deposit",
    "deposited",
    "files_of",
    "is_sandbox",
    "read_token",
    "requests",
    "staged",
    "to_approve",
]
