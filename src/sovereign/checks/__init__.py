"""Deterministic checks of a claim against a sentence, and the verdict that they combine to."""

from .anchor import check_anchor
from .lexical import check_lexical
from .number import same_metric, same_value
from .terms import topic
from .verdict import Judgement, combine_evidence, judge

__all__ = ["Judgement", "check_anchor", "check_lexical", "combine_evidence", "judge", "same_metric", "same_value", "topic"]
