"""The record itself as a CITATION.cff, version 1.2.0 of the Citation File Format."""

from __future__ import annotations

import re
from typing import Any

import yaml

from sovereign.records import LedgerHead, Record

from .standing import Standing
from .work import AUTHOR, record_work

# Narrower than what resolves: the pattern of the format's own schema.
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")


def write_cff(record: Record, head: LedgerHead | None = None, standing: Standing | None = None) -> str:
    """YAML with the record as a data set, and as the report that is to be cited.

    The format knows only software and data sets at its top, so the report stands in ``preferred-citation``. No licence
    is stated, because a record does not name one.
    """
    work = record_work(record, head, standing)
    authors = [{"name": AUTHOR}]
    day = {"date-released": "{:04}-{:02}-{:02}".format(*work.made)} if work.made else {}
    identifiers = [
        {"type": "other", "value": work.urn, "description": f"The record's UUID; its short id is {work.short_id}."},
        {"type": "other", "value": f"sha256:{work.content_hash}", "description": "The record's content hash."},
    ]
    own_doi = {"doi": work.doi} if work.doi and _DOI.fullmatch(work.doi) else {}
    data: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": f"{f'{work.superseded}. ' if work.superseded else ''}If you use this record, please cite it as below, and name its content hash.",
        "type": "dataset",
        "title": work.title,
        "abstract": f"{work.abstract} {work.standing}".strip(),
        "authors": authors,
        **day,
        "version": work.content_hash,
        **own_doi,
        "identifiers": identifiers,
        "keywords": list(work.keywords),
        "preferred-citation": {
            "type": "report",
            "title": work.title,
            "authors": authors,
            "institution": {"name": AUTHOR},
            **({"year": work.made[0], "month": work.made[1]} if work.made else {}),
            **day,
            **own_doi,
            "identifiers": identifiers,
        },
    }
    if not data["keywords"]:
        del data["keywords"]
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes a value that stands twice twice: readers of citation files need not know anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True
