"""An export as a research object: RO-Crate with its provenance in PROV-O."""

from .metadata import METADATA, CrateFile, crate

__all__ = ["METADATA", "CrateFile", "crate"]
