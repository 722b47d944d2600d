"""The tribunal: three reviewers that try to break a record. They object to verdicts and never raise one."""

from .brief import Brief, Order, brief_of, order_of
from .kinds import DEFECTS, rule
from .proposed import tested
from .raw import review_json
from .responses import limitations, respond
from .round import findings_of, review

__all__ = [
    "DEFECTS",
    "Brief",
    "Order",
    "brief_of",
    "findings_of",
    "limitations",
    "order_of",
    "respond",
    "review",
    "review_json",
    "rule",
    "tested",
]
