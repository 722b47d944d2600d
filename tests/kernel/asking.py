"""One call that asks a question in a home of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from sovereign.kernel import Request, run
from sovereign.records import Claim, Record
from sovereign.settings import load
from sovereign.store import open_store


def ask(home: Path, question: str, *libraries: Path, **settings: object) -> Record:
    """The record that a run in ``home`` publishes. Nothing is measured for it, unless the settings allow time for that."""
    effective = load({"home": str(home), "measure_seconds": 0, "embedder": "none", **settings}, environ={})
    with open_store(home) as store:
        return run(Request(question, effective, libraries), store)


def holding(stage: str) -> list[ModuleType]:
    """The modules of the kernel that call a stage, for a test that steps in between."""
    modules = [import_module(f"sovereign.kernel.{name}") for name in ("run", "stages", "revision")]
    return [module for module in modules if hasattr(module, stage)]


def claim_with(record: Record, words: str, source: str | None = None) -> Claim:
    """The one claim whose text holds ``words``, of the work ``source`` if that is given."""
    (found,) = [c for c in record.claims if words in c.text and source in (None, c.quote.source_id)]
    return found


def said(record: Record, facet: str) -> tuple[str, ...]:
    """The sentences of the facet with that text."""
    (facet_id,) = [f.id for f in record.plan.facets if f.text == facet]
    (found,) = [f for f in record.answer.facets if f.facet_id == facet_id]
    return tuple(s.text for s in found.sentences)
