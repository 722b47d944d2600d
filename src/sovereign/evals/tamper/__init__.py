"""The tamper bench: twins of true claims that must lose their support, and twins that must keep it."""

from .bench import measure, sources_of, twins_of
from .given import load_twins
from .twins import KINDS, Twin
from .words import Source

__all__ = ["KINDS", "Source", "Twin", "load_twins", "measure", "sources_of", "twins_of"]
