"""A library of another field, made for the tests: columnar against the row layout, with planted traps.

- ``stonebrook2019`` and ``quill2021`` disagree in direction on one metric in one setting.
- ``stonebrook2020`` shares an author with ``stonebrook2019`` (printed once with the full name, once with the initial).
- ``varga2018`` has a finding that its author only recalled.
- One bracket of ``iyer2022`` names another work by its arXiv id.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

QUESTION = "What is the overhead of the columnar layout versus the row layout in terms of scan latency and disk usage?"

NOTE = """---
title: "{title}"
authors: [{authors}]
year: {year}
arxiv: {arxiv}
doi: null
topics: [{topics}]
note_kind: "secondary summary in our own words"
---

# {title}

## What it is

{about}

## Findings

{findings}

## Limits

- Nothing is said of updates.
"""


def note(
    title: str,
    findings: Iterable[tuple[str, str, str]],
    authors: Iterable[str] = (),
    arxiv: str = "",
    year: int = 2020,
    topics: Iterable[str] = (),
    about: str = "A study of tables on disk.",
) -> str:
    """A note; ``findings`` are (sentence, bracket, seen)."""
    lines = "\n".join(f"- {text} [{where}] {{seen: {seen}}}" for text, where, seen in findings)
    return NOTE.format(
        title=title,
        authors=", ".join(f'"{a}"' for a in authors),
        year=year,
        arxiv=f'"{arxiv}"' if arxiv else "null",
        topics=", ".join(topics),
        about=about,
        findings=lines,
    )


SLOWER_SOURCE, FASTER_SOURCE = "arxiv:1901.00011", "arxiv:2101.00022"
RECALLED = "The columnar layout needs 9.9 TB of disk against 1.0 TB for the row layout."
NAMED_ELSEWHERE = "On HITS, the columnar layout takes 14 GB on disk against 70 GB for the row layout."

NOTES = {
    "stonebrook2019-lanes.md": note(
        "Lanes: Reading Tables by Column",
        [
            (
                "On TPC-H, the columnar layout has a scan latency of 120 ms against 480 ms for the row layout.",
                "Table 2",
                "yes",
            ),
            ("On TPC-H, the columnar layout takes 20 GB on disk against 80 GB for the row layout.", "Table 3", "yes"),
            ("On point queries, the columnar layout has a lower latency than the row layout.", "Section 5", "yes"),
        ],
        ["Mara Stonebrook", "Otto Lindqvist"],
        "1901.00011",
        2019,
        ["columnar-storage"],
    ),
    "stonebrook2020-lanes-again.md": note(
        "Lanes Revisited",
        [
            (
                "On TPC-H, the columnar layout has a scan latency of 121 ms against 484 ms for the row layout.",
                "Table 1",
                "yes",
            ),
        ],
        ["M. Stonebrook", "Ada Perez"],
        "2001.00012",
        2020,
    ),
    "quill2021-rows-first.md": note(
        "RowsFirst: Point Access on Tables",
        [
            ("On point queries, the columnar layout has a higher latency than the row layout.", "Table 4", "yes"),
        ],
        ["Jon Quill"],
        "2101.00022",
        2021,
    ),
    "iyer2022-benchmarks.md": note(
        "A Survey of Table Layouts",
        [
            (
                "On TPC-H, the columnar layout has a scan latency of 118 ms against 470 ms for the row layout.",
                "Table 7",
                "yes",
            ),
            (NAMED_ELSEWHERE, "Table 2 of arXiv 1803.00033", "yes"),
        ],
        ["Rekha Iyer", "Tom Blum"],
        "2201.00044",
        2022,
    ),
    "varga2018-formats.md": note(
        "File Formats for Scans",
        [
            (RECALLED, "Table 1", "recalled"),
            ("On SSB, the row layout takes 4.0 times the disk of the columnar layout.", "Figure 3", "yes"),
        ],
        ["Petra Varga"],
        "1801.00055",
        2018,
    ),
    "cooks-bread.md": note(
        "Sourdough at Home",
        [("Sourdough bread rises for 12 hours at 21 degrees.", "page 3", "yes")],
        ["Lea Cook"],
        "",
        2015,
    ),
}


def write(folder: Path, notes: dict[str, str] = NOTES) -> Path:
    """The notes as files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in notes.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
