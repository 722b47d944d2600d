"""Embeddings and entailment: small interfaces, and the providers behind them. Models propose; checks dispose.

Importing this package loads no model and needs no extra.
"""

from .ports import Embedder, Entailer, Probabilities, similarities
from .providers import EMBEDDERS, ENTAILERS, embedder, entailer, is_served

__all__ = [
    "EMBEDDERS",
    "ENTAILERS",
    "Embedder",
    "Entailer",
    "Probabilities",
    "embedder",
    "entailer",
    "is_served",
    "similarities",
]
