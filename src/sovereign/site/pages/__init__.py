"""One file for each page: ``html`` and ``api`` are its routers, and between them the model that both show."""

from __future__ import annotations

from . import audit, benchmarks, index, mathematics, schemas, texts

PAGES = (index, benchmarks, mathematics)
from . import claim, files, index, record

# The files of a record come after its pages: their route takes what is left.
PAGES = (index, record, claim, files)
PAGES = (index, benchmarks, mathematics, audit, schemas, texts)
