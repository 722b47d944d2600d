"""From a file to a document: checks the file, and hands it to the reader of its format."""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath

from sovereign.records import Document

from .errors import ReadError
from .frontmatter import split_front_matter
from .html import read_html
from .limits import Limits
from .markdown import read_markdown
from .notes import is_note, read_note
from .pdf import read_pdf
from .plain import read_plain
from .text import clean, decode, printable

_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm", ".xhtml")
_PLAIN = (".txt", ".text")
SUFFIXES = (*_MARKDOWN, *_HTML, *_PLAIN, ".pdf")


def read_file(path: Path, location: str, limits: Limits | None = None) -> Document:
    """The document in the file at ``path``. ``location`` is the name that results and messages give it.

    Raises:
        ReadError: if the file cannot be read, is too large, or is not what its extension says.
    """
    limits = limits or Limits()
    if path.is_file():
        # What is no file at all is said before what kind of file it is.
        check_format(printable(location))
    return read_bytes(load(path, printable(location), limits), location, limits)


def load(path: Path, location: str, limits: Limits) -> bytes:
    """The bytes of a file, after a look at what it is and how large.

    Raises:
        ReadError: if it is no regular file, is larger than the limit, or cannot be opened.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(f"{location}: this is no regular file", "Name a file that holds a document.")
        if status.st_size > limits.max_file_bytes:
            reason = f"{location}: the file has {status.st_size} bytes, more than the limit of {limits.max_file_bytes}"
            raise ReadError(reason, "Raise the limit on file size, or split the file.")
        return path.read_bytes()
    except OSError as error:
        # The error's own text would carry the full path.
        reason = f"{location}: the file cannot be opened ({error.strerror or type(error).__name__})"
        raise ReadError(reason, "Check that it is there and that you may read it.") from None


def check_format(location: str) -> str:
    """The extension of ``location``, in lower case.

    Raises:
        ReadError: if no reader is there for it.
    """
    suffix = PurePosixPath(location).suffix.lower()
    if suffix not in SUFFIXES:
        reason = f"{location}: files with the extension {suffix or '(none)'} cannot be read"
        raise ReadError(reason, f"Readable are {', '.join(SUFFIXES)}. Convert it, or leave it out.")
    return suffix


def read_bytes(data: bytes, location: str, limits: Limits | None = None) -> Document:
    """The document in ``data``, in the format that the extension of ``location`` names.

    Raises:
        ReadError: if the format is not known, or the data is not in it or holds no text.
    """
    limits, location = limits or Limits(), printable(location)
    suffix = check_format(location)
    document = read_pdf(data, location, limits) if suffix == ".pdf" else _read_text(data, suffix, location, limits)
    if not document.text.strip():
        raise ReadError(f"{location}: the file holds no text", "Remove it, or put the document's text into it.")
    return document


def _read_text(data: bytes, suffix: str, location: str, limits: Limits) -> Document:
    raw, notices = decode(data, location)
    text = clean(raw)
    if suffix in _HTML:
        document = read_html(text, location, limits)
    elif suffix in _PLAIN:
        document = read_plain(text, location, limits)
    else:
        front, body = split_front_matter(text, location)
        document = (read_note if is_note(front, body) else read_markdown)(front, body, location, limits)
    return document.model_copy(update={"notices": (*notices, *document.notices)}) if notices else document
