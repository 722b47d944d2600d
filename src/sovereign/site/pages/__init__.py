"""One file for each page: ``html`` and ``api`` are its routers, and between them the model that both show."""

from __future__ import annotations

from . import benchmarks, index, mathematics

PAGES = (index, benchmarks, mathematics)
