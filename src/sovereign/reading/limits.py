"""Caps on what one document may cost, and the version of the readers."""

from __future__ import annotations

from pydantic import Field

from sovereign.records import Model

# Any change to what a reader gives for the same bytes must raise this number: caches hold the old result.
READER_VERSION = 8


class Limits(Model):
    """Caps for one file (bytes on disk, characters of stored text, pages of a PDF, seconds and memory that reading it may
    take), for what one archive unpacks to, and for the number of files of a library."""

    max_file_bytes: int = Field(default=50_000_000, gt=0)
    max_document_chars: int = Field(default=2_000_000, gt=0)
    max_pdf_pages: int = Field(default=500, gt=0)
    max_files: int = Field(default=20_000, gt=0)
    max_archive_bytes: int = Field(default=1_000_000_000, gt=0)
    max_read_seconds: float = Field(default=60.0, gt=0, le=86_400)
    max_read_megabytes: int = Field(default=1_500, gt=0, le=1_000_000)
