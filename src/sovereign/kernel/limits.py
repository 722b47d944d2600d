"""The caps on files that the settings give."""

from __future__ import annotations

from sovereign.reading import Limits
from sovereign.settings import Settings


def limits_of(settings: Settings) -> Limits:
    """The caps on files that the settings give."""
    return Limits(
        max_file_bytes=settings.max_file_bytes,
        max_document_chars=settings.max_document_chars,
        max_pdf_pages=settings.max_pdf_pages,
        max_files=settings.max_library_files,
        max_archive_bytes=settings.max_archive_bytes,
        max_read_seconds=settings.max_read_seconds,
        max_read_megabytes=settings.max_read_megabytes,
    )
