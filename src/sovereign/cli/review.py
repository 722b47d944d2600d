"""``sovereign review``: the reviewers' checks on any record, also on one that somebody else published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sovereign.errors import InputError
from sovereign.kernel.tribunal import review_json
from sovereign.records import Finding
from sovereign.settings import load
from sovereign.store import open_of

from .output import clean, guarded, out, print_json

_LARGEST = 1 << 27  # bytes of a file
_TONE = {"critical": "red", "major": "red", "minor": "yellow", "note": "dim"}


@guarded
def review(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="A record.json, or the id of a record of yours.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Work a record out again from its own quotes, claims and measurements, and say what does not hold."""
    found = review_json(_read(record))
    defects = sum(f.severity == "critical" for f in found)
    if as_json:
        return print_json({"defects": defects, "findings": [f.model_dump(mode="json") for f in found]})
    out.print(f"[bold]{defects}[/] defects, {sum(f.severity in ('major', 'minor') for f in found)} weaknesses")
    out.print(_table(found), soft_wrap=False)


def _read(name: str) -> Mapping[str, Any]:
    path = Path(name)
    if not path.is_file():
        with open_of(load()) as store:
            return store.records.load(name).model_dump(mode="json")
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{name} is larger than {_LARGEST:,} bytes.", "Give the record.json of an export.")
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{name} is no JSON: {error}", "Give the record.json of an export.") from error
    if not isinstance(data, dict):
        raise InputError(f"{name} holds no record.", "Give the record.json of an export.")
    return data


def _table(found: tuple[Finding, ...]) -> Table:
    table = Table("Reviewer", "Severity", "Finding", "Where")
    order = list(_TONE)
    for one in sorted(found, key=lambda f: order.index(f.severity)):
        where = ", ".join([*one.at[:2], *one.claim_ids[:4]]) + (
            " …" if len(one.at) > 2 or len(one.claim_ids) > 4 else ""
        )
        tone = _TONE[one.severity]
        table.add_row(one.role, f"[{tone}]{one.severity}[/]", clean(f"{one.text} ({one.code})"), clean(where))
    return table
