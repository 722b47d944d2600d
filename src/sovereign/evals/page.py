"""Draw the plots, and put the stored results into the page: ``python -m sovereign.evals.page``, in the folder of the project.

Text between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->`` is replaced by what :data:`BLOCKS` makes of the results; all
else on the page is left alone.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from sovereign.errors import InputError

from . import (
    digest,
    disagreements_page,
    extraction_tables,
    key_tables,
    own_paper,
    plots,
    results,
    table_page,
    tables,
    version_tables,
)
from .command import exit_code
from .plots import Results

BLOCKS: dict[str, Callable[[Results], str]] = {
    "figures": tables.figures,
    "plots": lambda stored: tables.plots_of({name: draw(stored) for name, draw in plots.DRAWINGS.items()}),
    "calibration": tables.calibration,
    "ablation": tables.ablation,
    "left out": tables.left_out,
    "scholarqa": tables.coverage,
    "readings": tables.readings,
    "tribunal": tables.reviewers,
    "injection": tables.hostile,
    "tdms": key_tables.tdms,
    "scirex": key_tables.scirex,
    "own paper": own_paper.words,
    "disagreements": disagreements_page.found_sets,
    "tables": table_page.claims_against_tables,
    "main claims": extraction_tables.main_claims,
    "questions on papers": extraction_tables.questions,
    "attributed": extraction_tables.attributed,
    "atomic": extraction_tables.atomic,
    "versions": version_tables.versions,
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


def renew(root: Path) -> None:
    """Draw into ``docs/results/evals``, write ``docs/evals.md``, and put what ships with the package of both into ``src``.

    Raises:
        InputError: if the page or a result is missing or broken.
        OutputError: if a file cannot be written.
    """
    page, found = root / "docs/evals.md", stored(root)
    try:
        text = filled(page.read_text("utf-8"), found)
        plots.write(found, root / "docs/results/evals")
        shipped = digest.digest(text, found)
    except OSError as error:
        raise InputError(
            f"{page} cannot be read: {error.strerror}.", "Give the project's folder with --root."
        ) from None
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise InputError(f"A result is not of this version: {error!r}.", "Measure all of them again.") from error
    results.put(text.encode(), page)
    results.write(shipped, root / digest.FOLDER / digest.FILE)
    for name in plots.DRAWINGS:
        results.put((root / f"docs/results/evals/{name}.svg").read_bytes(), root / digest.FOLDER / f"{name}.svg")


def main(arguments: list[str] | None = None) -> int:
    """Draw the plots and fill the page of a project's folder."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.evals.page", description=main.__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the project")
    options = parser.parse_args(arguments)
    return exit_code(lambda: renew(options.root))


if __name__ == "__main__":
    raise SystemExit(main())
