"""From a file to a document: checks the file, and hands it to the reader of its format."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from sovereign.records import Document

from .bibliography import BIB_SUFFIXES, Bibliography
from .errors import ReadError
from .limits import Limits
from .text import clean, decode, printable, said_of_hiding

_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm", ".xhtml")
_PLAIN = (".txt", ".text")
_XML = (".xml", ".nxml")
LATEX_SUFFIXES = (".tex", ".ltx")
GZIP = ".gz"
SUFFIXES = (*_MARKDOWN, *_HTML, *_PLAIN, *LATEX_SUFFIXES, *_XML, ".pdf")


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
    except (OSError, ValueError) as error:
        # The error's own text would carry the full path.
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        reason = f"{location}: the file cannot be opened ({why})"
        raise ReadError(reason, "Check that it is there and that you may read it.") from None


def load_below(root: Path, name: str, limits: Limits) -> bytes:
    """The bytes of the file ``name`` below the folder ``root``.

    Raises:
        ReadError: as ``load``, and if the name leads out of the folder.
    """
    try:
        real = (root / name).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, or a name that no file can have
        raise ReadError(f"{printable(name)}: no file can have this name", "Check the name.") from None
    if not real.is_relative_to(root.resolve()):
        raise ReadError(f"{printable(name)}: it leads out of the folder", "Put the file into the folder.")
    return load(real, printable(name), limits)


def check_format(location: str) -> str:
    """The extension of ``location``, in lower case; of a file packed by gzip, that of the file in it.

    Raises:
        ReadError: if no reader is there for it.
    """
    path = PurePosixPath(location.lower())
    suffix = PurePosixPath(path.stem).suffix if path.suffix == GZIP else path.suffix
    if suffix not in SUFFIXES:
        reason = f"{location}: files with the extension {suffix or '(none)'} cannot be read"
        raise ReadError(reason, f"Readable are {', '.join((*SUFFIXES, *BIB_SUFFIXES))}. Convert it, or leave it out.")
    return suffix


def read_bytes(data: bytes, location: str, limits: Limits | None = None) -> Document:
    """The document in ``data``, in the format that the extension of ``location`` names. LaTeX comes in one piece.

    Raises:
        ReadError: if the format is not known, or the data is not in it or holds no text.
    """
    limits, location = limits or Limits(), printable(location)
    suffix = check_format(location)
    if location.lower().endswith(GZIP):
        data = _unpacked(data, location, limits)
    document = _reader(suffix)(data, location, limits)
    if not document.text.strip():
        raise ReadError(f"{location}: the file holds no text", "Remove it, or put the document's text into it.")
    return document


def _unpacked(data: bytes, location: str, limits: Limits) -> bytes:
    """What is in a gzip file, which says nothing reliable of its size: no more of it is unpacked than may be read."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            whole = file.read(limits.max_file_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = f"{location}: the file cannot be unpacked ({printable(str(error))})"
        raise ReadError(reason, "Get the file again, or pack it anew.") from None
    if len(whole) > limits.max_file_bytes:
        reason = f"{location}: the file unpacks to more than the limit of {limits.max_file_bytes} bytes"
        raise ReadError(reason, "Raise max_file_bytes if you trust the file.")
    return whole


def read_list(data: bytes, location: str, limits: Limits | None = None) -> Bibliography:
    """The works that a bibliography lists, in the format that the extension of ``location`` names.

    Raises:
        ReadError: if the data is not in the format.
    """
    from .bibliography import read_bibliography

    return read_bibliography(data, printable(location), limits or Limits())


def _reader(suffix: str) -> Callable[[bytes, str, Limits], Document]:
    """The reader of a format, imported when it is needed: each brings its own library."""
    if suffix == ".pdf":
        from .pdf import read_pdf

        return read_pdf
    if suffix in _XML:
        from .xml import read_xml

        return read_xml
    return lambda data, location, limits: _read_text(data, suffix, location, limits)


def _read_text(data: bytes, suffix: str, location: str, limits: Limits) -> Document:
    raw, notices = decode(data, location)
    text, notices = clean(raw), (*notices, *said_of_hiding(raw))
    if suffix in _HTML:
        from .html import read_html

        document = read_html(text, location, limits)
    elif suffix in _PLAIN:
        from .plain import read_plain

        document = read_plain(text, location, limits)
    elif suffix in LATEX_SUFFIXES:
        from .latex import read_latex

        document = read_latex(text, location, limits)
    else:
        from .frontmatter import split_front_matter
        from .markdown import read_markdown
        from .notes import is_note, read_note

        front, body = split_front_matter(text, location)
        document = (read_note if is_note(front, body) else read_markdown)(front, body, location, limits)
    return document.model_copy(update={"notices": (*notices, *document.notices)}) if notices else document
