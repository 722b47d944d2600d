"""Draw the plots, and put the stored results into the page: ``python -m sovereign.evals.page``, in the folder of the project.

Text between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->`` is replaced by what :data:`BLOCKS` makes of the results; all
else on the page is left alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from sovereign.errors import InputError, SovereignError

from . import plots, results, tables
from .plots import Results

BLOCKS: dict[str, Callable[[Results], str]] = {
    "figures": tables.figures,
    "plots": lambda stored: tables.plots_of({name: draw(stored) for name, draw in plots.DRAWINGS.items()}),
    "calibration": tables.calibration,
    "ablation": tables.ablation,
    "readings": tables.readings,
}


def stored(root: Path) -> Results:
    """Every result in ``evals/results`` by its file's name, and ``readings``, the errors that were read.

    Raises:
        InputError: if one is missing or broken.
    """
    folder = root / results.FOLDER
    wanted = {*tables.FIGURES, *plots.USED, *(path.stem for path in folder.glob("*.json"))}
    found = {name: results.read(folder / f"{name}.json") for name in sorted(wanted)}
    return {**found, "readings": results.read(root / "evals/readings.json")}


def filled(page: str, found: Results) -> str:
    """The page with every block made anew.

    Raises:
        InputError: if a block is missing.
    """
    for name, make in BLOCKS.items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        parts = re.split(f"({re.escape(begin)}).*?({re.escape(end)})", page, flags=re.DOTALL)
        if len(parts) != 4:
            raise InputError(
                f"The page has {len(parts) // 3} blocks {name}, not one.", f"Put {begin.strip()} and {end} into it."
            )
        page = f"{parts[0]}{begin}\n{make(found)}\n\n{end}{parts[3]}"
    return page


def main(arguments: list[str] | None = None) -> int:
    """Draw into ``docs/results/evals`` and write ``docs/evals.md``."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.evals.page", description=main.__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the project")
    root = parser.parse_args(arguments).root
    page = root / "docs/evals.md"
    try:
        found = stored(root)
        try:
            text = filled(page.read_text("utf-8"), found)
        except OSError as error:
            raise InputError(f"{page} cannot be read: {error.strerror}.", "Give the project's folder.") from None
        plots.write(found, root / "docs/results/evals")
        results.put(text.encode(), page)
    except SovereignError as error:
        print(f"{error.message} {error.advice}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
