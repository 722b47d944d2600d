"""Deterministic checks of a claim against a sentence or a document, and the verdict that they combine to."""

from .anchor import check_anchor
from .document import verify_in_document
from .lexical import check_lexical
from .number import same_metric, same_value
from .setting import check_setting, setting_differences
from .terms import topic
from .verdict import Judgement, combine_evidence, judge

__all__ = [
    "Judgement",
    "check_anchor",
    "check_lexical",
    "check_setting",
    "combine_evidence",
    "judge",
    "same_metric",
    "same_value",
    "setting_differences",
    "topic",
    "verify_in_document",
]
