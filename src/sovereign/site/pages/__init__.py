"""One file for each page: ``html`` and ``api`` are its routers, and between them the model that both show."""

from __future__ import annotations

from . import audit, benchmarks, claim, files, graph, index, lab, mathematics, record, schemas, texts

# The files of a record come after its pages: their route takes what is left.
PAGES = (index, record, claim, files, benchmarks, mathematics, graph, lab, audit, schemas, texts)
