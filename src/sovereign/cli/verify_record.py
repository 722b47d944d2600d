"""``sovereign verify-record`` and ``sovereign import``: an export from anywhere, held against itself and against an anchor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sovereign.errors import ExportBroken
from sovereign.publish.export import key_in, verify_export
from sovereign.publish.export.importing import import_export
from sovereign.publish.export.report import ExportReport
from sovereign.records import LedgerHead
from sovereign.settings import load
from sovereign.store import open_of

from .output import clean, guarded, out, print_json
from .system import head_in

Place = Annotated[
    Path, typer.Argument(metavar="FOLDER_OR_ZIP", help="An export, as sovereign export --format crate writes it.")
]
Head = Annotated[
    Path | None,
    typer.Option("--head", help="JSON with a ledger head kept elsewhere, as sovereign ledger head prints it."),
]
Key = Annotated[
    str | None, typer.Option("--key", help="Ed25519 public key of the publisher, in base64, or a file that holds it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

_SAID = {
    "verified": "verified",
    "self_consistent_only": "self-consistent only",
    "broken": "broken",
}
_UNANCHORED = (
    "Nothing from elsewhere was given to hold it against: whoever changed everything consistently would not be found. "
    "Give --head or --key."
)


@guarded
def verify_record(place: Place, head: Head = None, key: Key = None, as_json: Json = False) -> None:
    """Verify an export offline: hashes, ledger, signature, quotes, and that all that is said follows from what it rests on."""
    anchor, public = _anchors(head, key)
    report = verify_export(place, anchor, public)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        _show(report)
    _require_ok(report, place)


@guarded
def import_record(place: Place, head: Head = None, key: Key = None, as_json: Json = False) -> None:
    """Verify an export and take its record into the store of this machine."""
    anchor, public = _anchors(head, key)
    with open_of(load()) as store:
        report, record = import_export(store, place, anchor, public)
    if record is None:
        if not as_json:
            _show(report)
        return _require_ok(report, place)
    if as_json:
        return print_json({"id": str(record.id), "short_id": record.short_id, "status": report.status})
    _show(report)
    out.print(f"Imported: {record.short_id} (sovereign show {record.short_id})")


def _anchors(head: Path | None, key: str | None) -> tuple[LedgerHead | None, str | None]:
    return head_in(head) if head else None, key_in(key) if key else None


def _show(report: ExportReport) -> None:
    by = f" by {' and '.join(report.anchors)}" if report.anchors and report.ok else ""
    version = f", version {report.version}" if report.version else ""
    out.print(f"[bold]{_SAID[report.status]}[/]{by}: {clean(report.record)}{version}")
    for checked in report.checked:
        out.print(f"  {checked.count:>6,} {checked.name}")
    for what in report.not_checked:
        out.print(f"  Not checked: {clean(what)}")
    if report.status == "self_consistent_only":
        out.print(f"  {_UNANCHORED}")
    for problem in report.problems:
        out.print(f"  {clean(problem.where)}: {clean(problem.what)}")


def _require_ok(report: ExportReport, place: Path) -> None:
    if not report.ok:
        count = len(report.problems)
        raise ExportBroken(
            f"{place} does not verify: {count} problem{'s' if count > 1 else ''}.",
            "Do not use it; get it again from whoever published it.",
        )
