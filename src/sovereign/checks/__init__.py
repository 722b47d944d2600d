"""Deterministic checks of a claim against a sentence, and the verdict that they combine to."""

from .anchor import check_anchor
from .lexical import check_lexical
from .number import same_metric, same_value
from .setting import check_setting, keyed, setting_differences
from .terms import topic
from .verdict import Judgement, combine_evidence, judge

__all__ = ["Judgement", "check_anchor", "check_lexical", "check_setting", "combine_evidence", "judge", "same_metric", "setting_differences", "same_value", "topic"]
