"""Tables that a work speaks of and of which no cell was read."""

from __future__ import annotations

import pytest

from sovereign.reading.files import read_bytes
from sovereign.reading.unread_tables import unread_tables

PAGE = """<html><head><title>On caches</title></head><body><h1>On caches</h1><h2>Introduction</h2>
<p>{filler}</p><h2>Results</h2><p>Table 1 gives the hit rates, and Table 2 the times of each cache.</p>
<figure><table><tr><th>Cache</th><th>Hits</th></tr><tr><td>A</td><td>91</td></tr><tr><td>B</td><td>87</td></tr></table>
<figcaption>Table 1: Hit rates in per cent.</figcaption></figure>
<figure><img src="times.png" alt="times"/><figcaption>Table 2: Times in ms.</figcaption></figure>
</body></html>"""


def test_a_table_that_is_an_image_is_said() -> None:
    filler = "Caches keep what was asked for last, since it is often asked for again soon after. " * 60
    document = read_bytes(PAGE.format(filler=filler).encode(), "page.html")
    assert [t.label for t in document.tables] == ["Table 1"]
    assert [n for n in document.notices if "Table 2 is spoken of" in n]
    assert not any("Table 1 " in n for n in document.notices)


@pytest.mark.parametrize(
    ("text", "labels", "named"),
    [
        ("As Table 3 and Table 1 show", ["Table 1"], "Table 3 is"),
        ("Tables: Table 2, Table 4 and Tab. 5", [], "Tables 2, 4 and 5 are"),
        ("Table 3 of [5] gives more", ["Table 1"], ""),
        ("Table 3 in (Smith, 2019) gives more", [], ""),
        ("Table 2 gives it", ["Table 2"], ""),
        ("Table 2 gives it", ["Table II"], ""),
        ("Table 2 gives it", [""], ""),
        ("A table of 2 rows", [], ""),
        ("Table 2.3 of the appendix", [], ""),
    ],
)
def test_what_is_missing_is_named(text: str, labels: list[str], named: str) -> None:
    found = unread_tables(text, labels)
    assert found.startswith(named) and bool(found) == bool(named)


def test_a_list_of_tables_gives_no_notice() -> None:
    assert unread_tables(" ".join(f"Table {n}" for n in range(1, 60)), []) == ""
