"""The semantic index: vectors of passages, kept under the hash of their text, behind one interface.

Importing this package loads neither numpy nor a database driver.
"""

from .base import Found, Passage, Stored, VectorStore, key_of
from .fill import fill
from .open import open_vectors

__all__ = ["Found", "Passage", "Stored", "VectorStore", "fill", "key_of", "open_vectors"]
