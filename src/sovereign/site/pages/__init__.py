"""One file for each page: ``html`` and ``api`` are its routers, and between them the model that both show."""

from __future__ import annotations

from . import audit, benchmarks, index, mathematics, schemas, texts

PAGES = (index, benchmarks, mathematics, audit, schemas, texts)
