"""Words to look for, as SQLite's FTS5 understands them."""

from __future__ import annotations

import re

RECORDS, CLAIMS = "site_record_words", "site_claim_words"
CANDIDATES = 2_000
"""So many of what has all the words, the newest, are ranked; of common words there is more."""

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_SHORTEST_BEGINNING = 3  # letters of a last word that may be the beginning of one

TABLES = (
    f"CREATE VIRTUAL TABLE {RECORDS} USING fts5(title, question, text, content='site_record', content_rowid='number', "
    "tokenize='porter unicode61')",
    f"CREATE VIRTUAL TABLE {CLAIMS} USING fts5(text, quote, source, content='site_claim', content_rowid='number', "
    "tokenize='porter unicode61')",
)


def match_of(words: str) -> str:
    """A query that finds all of the words, the last one also as a beginning; empty where there is no word.

    Whatever stands in ``words``, the query has no operator of the language but these.
    """
    found = _WORD.findall(words)[:_MOST_WORDS]
    quoted = [f'"{word}"' for word in found]
    if quoted and len(found[-1]) >= _SHORTEST_BEGINNING:
        quoted[-1] += "*"
    return " ".join(quoted)
