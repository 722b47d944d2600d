"""Adapters of the method's reference packages: loading them, and converting files there and back."""

from .convert import convert
from .load import load_reference_adapter

__all__ = ["convert", "load_reference_adapter"]
