"""Public contracts: what the levels of a record mean."""

from .levels import LEVELS, Level, claim_level, record_level, rungs, rungs_by_claim

__all__ = ["LEVELS", "Level", "claim_level", "record_level", "rungs", "rungs_by_claim"]
