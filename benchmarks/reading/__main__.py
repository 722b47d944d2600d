"""Pages per second of a long PDF; what each file of the data gives; and each paper that is there in two forms, compared."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from . import cells, forms, pages, prose

DATA = Path("../shared/data")  # beside the project


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 when the limit on memory is missed, or when the data given hold no paper twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--data", type=Path, help=f"the folder that holds `fulltext`; {DATA} if it is there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument("--missing", action="store_true", help="print the sentences that are in one form only")
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    speed = pages.measure()
    print(f"PDF of {speed.pages} pages, {speed.sentences} sentences: {speed.pages_per_second:.0f} pages/s, ", end="")
    print(f"peak memory {speed.peak_megabytes:.0f} MB")
    print(
        f"  in a child with limits, its start and the way back included: {speed.pages_per_second_in_child:.0f} pages/s"
    )
    folder = (options.data or DATA) / "fulltext"
    found = forms.pairs(folder)
    result: dict[str, Any] = {"command": shlex.join(["python", "-m", "benchmarks.reading", *given])}
    result["pages"] = speed._asdict()
    if found:
        result |= {"files": _files(folder), "pairs": [_pair(pair, options.missing) for pair in found]}
    else:
        print(f"{folder} holds no paper in two forms: readers were not compared. Name the folder with --data.")
    if options.json:
        options.json.write_text(json.dumps(_rounded(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(speed.peak_megabytes > pages.LIMIT_MB or (options.data is not None and not found))


def _files(folder: Path) -> list[dict[str, Any]]:
    print(f"\n{'file':<40} sections sentences tables  cells seconds")
    found = forms.figures(folder)
    for one in found:
        print(f"{one.file:<40} {one.sections:8} {one.sentences:9} {one.tables:6} {one.cells:6} {one.seconds:7.2f}")
    return [one._asdict() for one in found]


def _pair(pair: forms.Pair, show: bool) -> dict[str, Any]:
    text, tables = prose.compare(pair), cells.compare(pair.structured, pair.pdf)
    print(f"\n{pair.name}")
    print(
        f"  recall of {text.wanted} sentences: {text.recall_exact:.3f} to the word, {text.recall_near:.3f} nearly, ",
        end="",
    )
    print(f"{text.recall_running:.3f} in the running text; in order {_shown(text.order)}")
    print(
        f"  precision of {text.given} sentences: {text.precision_exact:.3f} to the word, {text.precision_near:.3f} nearly"
    )
    print(f"  of {len(pair.entries)} references in the body: {text.references_in_body}; ", end="")
    print(f"sentences of the body among the references: {text.body_in_references}")
    for one in tables:
        print(
            f"  {one.label:<32} found by {one.matched_by:<8} {one.found:4} of {one.cells:4} cells, {one.related:4} in place"
        )
    every = sum(one.cells for one in tables)
    if every:
        text_recall, place_recall = (sum(one[at] for one in tables) / every for at in (3, 4))
        print(
            f"  all tables: {every} cells, recall of text {text_recall:.3f}, of row, column and text {place_recall:.3f}"
        )
    if show:
        for title, lines in zip(("in the PDF's reading missing:", "only there:"), prose.missing(pair), strict=True):
            print(f"  {title}", *lines, sep="\n    - ")
    return {
        "pair": pair.name,
        "prose": text._asdict(),
        "references": len(pair.entries),
        "tables": [t._asdict() for t in tables],
    }


def _shown(share: float | None) -> str:
    return "not known" if share is None else f"{share:.3f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
