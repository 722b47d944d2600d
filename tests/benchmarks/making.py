"""Reported numbers and works made by hand."""

from __future__ import annotations

from sovereign.records import Paper, ProtocolKey, Quantity, Quote, ReportedNumber, UsedCell, text_hash


def key(**fields: object) -> ProtocolKey:
    """F1 of Alpha on the test part of SetOne, or what ``fields`` change of that."""
    given: dict[str, object] = {
        "metric": "F1",
        "method": "Alpha",
        "task": "tagging",
        "dataset": "SetOne",
        "split": "test",
    }
    return ProtocolKey.model_validate(given | fields)


def number(
    work: str,
    printed: str,
    unit: str = "",
    credited: str | None = None,
    quote: str | None = None,
    bound: str = "exact",
    cell: bool = False,
    **fields: object,
) -> ReportedNumber:
    """The figure ``printed`` of a work, under :func:`key` with ``fields``; with ``cell``, it stands alone in a table's cell."""
    made = key(**{"unit": unit or None} | fields)
    text = (
        printed + unit
        if cell
        else quote or f"{work}: {made.method} has {printed}{unit} {made.metric} on {made.dataset} {made.split}."
    )
    at = Quote(
        text=text, text_hash=text_hash(work), start=10, end=10 + len(text), paper_id=work, source_id=work, section="Results",
        depth="full_text",
    )  # fmt: skip
    value = Quantity.model_validate({"value": float(printed), "unit": unit, "text": printed + unit, "bound": bound})
    used = UsedCell(text=text, start=10, end=10 + len(text), row=1, column=1) if cell else None
    return ReportedNumber(key=made, value=value, quote=at, credited=credited, cell=used)


def paper(work: str, *authors: str, **more: object) -> Paper:
    """A work with an author of its own, or with ``authors``."""
    return Paper.model_validate(
        {"id": work, "title": f"On {work}", "authors": authors or (f"Ann {work.title()}",)} | more
    )


def anonymous(work: str) -> Paper:
    """A work whose authors are not known."""
    return Paper(id=work, title=f"On {work}")


PAPERS = tuple(paper(name) for name in ("one", "two", "three", "four"))
