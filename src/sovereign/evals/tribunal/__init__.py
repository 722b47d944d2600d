"""Reviewers, measured: defects planted in good records through their public JSON alone, and how many of them are found."""

from .bench import run

__all__ = ["run"]
