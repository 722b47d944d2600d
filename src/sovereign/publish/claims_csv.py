"""Claims as CSV, one row each, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from sovereign.records import Claim, LedgerHead, Record

from .references import References
from .text import clean

COLUMNS = (
    *("record", "claim_id", "verdict", "verified", "anchored", "withdrawn"),
    *("subject", "comparator", "metric", "value", "unit", "direction", "model", "scale", "phase"),
    *("text", "quote", "section", "where", "page", "depth", "seen", "our_words"),
    *("source_id", "source_title", "paper_id", "content_hash", "ledger_count", "ledger_hash"),
)
# What a spreadsheet takes for the start of a formula, the full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | float | None


def write_csv(record: Record, head: LedgerHead | None = None) -> str:
    """The claims of ``record``, RFC 4180. Text that could start a formula gets an apostrophe; numbers do not."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    references = References(record)
    for claim in record.claims:
        writer.writerow([_cell(value) for value in _row(record, claim, references, head)])
    return out.getvalue()


def _row(record: Record, claim: Claim, references: References, head: LedgerHead | None) -> tuple[Cell, ...]:
    quote, setting, verification = claim.quote, claim.setting, claim.verification
    return (
        str(record.id),
        claim.id,
        claim.verdict,
        _flag(claim.verified),
        _flag(verification is not None and verification.anchored),
        _flag(claim.id in record.withdrawn.claims),
        claim.subject,
        claim.comparator,
        claim.metric,
        claim.value,
        claim.unit,
        claim.direction,
        setting.model,
        setting.scale.text if setting.scale else None,
        setting.phase,
        claim.text,
        quote.text,
        quote.section,
        quote.where,
        quote.page,
        quote.depth,
        quote.seen,
        _flag(quote.our_words),
        quote.source_id,
        references.of(quote.source_id).title,
        quote.paper_id,
        record.content_hash or record.computed_hash(),
        head.count if head else None,
        head.hash if head else None,
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
