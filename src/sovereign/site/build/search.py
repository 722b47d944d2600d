"""What the script of a static site searches through: records, and the claims that their answers cite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TypeVar

from sovereign.records import Model

from ..catalog import ClaimRow, Filters, Found, RecordRow
from ..context import Site

Row = TypeVar("Row", bound=Model)

_MOST_BYTES = 8_000_000
_PAGE = 100


def search_data(site: Site, target: Callable[[str], str | None]) -> bytes:
    """A script that sets ``SEARCH``: rows of address, title, further words, and what to show below.

    It is a script and no JSON, because a page that was opened as a file may load a script and nothing else.
    """
    rows: list[list[str]] = []
    size = 0
    for address, title, words, below in _rows(site):
        if (file := target(address)) is None:
            continue
        row = [file, title, words, below]
        size += sum(map(len, row))
        if size > _MOST_BYTES:
            break
        rows.append(row)
    # "<" would be able to end a script that somebody puts this into.
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'"use strict";\nwindow.SEARCH = {data};\n'.encode()


def _rows(site: Site) -> Iterator[tuple[str, str, str, str]]:
    def page_of_records(page: int) -> Found[RecordRow]:
        return site.catalog.records(Filters(), page, _PAGE, drafts=site.options.drafts)

    def page_of_claims(page: int) -> Found[ClaimRow]:
        return site.catalog.claims(Filters(), page, _PAGE, drafts=site.options.drafts)

    for record in _all(page_of_records):
        yield f"/paper/{record.id}", record.title, record.question, record.summary
    for claim in _all(page_of_claims):
        yield f"/claim/{claim.id}", claim.text, claim.quote if claim.quote != claim.text else "", claim.source_title


def _all(page_of: Callable[[int], Found[Row]]) -> Iterator[Row]:
    page = 1
    while items := page_of(page).items:
        yield from items
        page += 1
