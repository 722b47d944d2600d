"""The source of an arXiv paper as arXiv sends it: a tar archive, one file, or a PDF; mostly packed with gzip."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib
from typing import NamedTuple

from sovereign.reading import LATEX_SUFFIXES, Limits, ReadError
from sovereign.reading.latex_inputs import is_main, is_source

_GZIP = b"\x1f\x8b"
_PDF = b"%PDF-"
_MOST_MEMBERS = 5_000
_MOST_SOURCES = 500
_MOST_BYTES = 100_000_000  # unpacked; sources of papers are mostly pictures
_MOST_TEXT = 20_000_000  # bytes of LaTeX, of which a book has one or two million
_AUTOMATIC = 32 + zlib.MAX_WBITS  # zlib finds the header itself
_LONGEST_NAME = 200
_ADVICE = "It is read in another form, if there is one."


class Source(NamedTuple):
    """The files of a LaTeX paper by name, and the name of the one that begins the document."""

    files: dict[str, bytes]
    main: str


def unpack(data: bytes, limits: Limits) -> Source | None:
    """The LaTeX in ``data``; None if it is a PDF, which is what arXiv sends when there is no source.

    Nothing is written to disk. Only regular files of text for TeX are taken, under names that stay inside.

    Raises:
        ReadError: if it is damaged, unpacks to more than the caps, or holds no document in LaTeX.
    """
    cap = min(_MOST_BYTES, limits.max_archive_bytes)
    if data.startswith(_GZIP):
        data = _gunzip(data, cap)
    if data.startswith(_PDF):
        return None
    files = _members(data) if _is_tar(data) else {"main.tex": data}
    if sum(map(len, files.values())) > min(_MOST_TEXT, limits.max_file_bytes):
        raise ReadError("the source holds more LaTeX than may be read", _ADVICE)
    mains = [name for name, body in files.items() if _begins_document(name, body)]
    if not mains:
        raise ReadError("the source holds no document in LaTeX", _ADVICE)
    # A paper may come with a supplement or the template's example: the paper is nearer to the top, and longer.
    return Source(files, min(mains, key=lambda name: (name.count("/"), -len(files[name]), name)))


def _gunzip(data: bytes, cap: int) -> bytes:
    unpacker = zlib.decompressobj(_AUTOMATIC)
    try:
        unpacked = unpacker.decompress(data, cap + 1)
    except zlib.error:
        raise ReadError("the source is damaged: it cannot be unpacked", _ADVICE) from None
    if len(unpacked) > cap:
        raise ReadError(f"the source unpacks to more than {cap} bytes", _ADVICE)
    if not unpacker.eof:
        raise ReadError("the source is damaged: its end is missing", _ADVICE)
    return unpacked


def _is_tar(data: bytes) -> bool:
    """Whether a file is a tar archive, by the mark that POSIX gives it, or by reading its first header."""
    if data[257:262] == b"ustar":
        return True
    try:
        tarfile.TarInfo.frombuf(data[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _members(data: bytes) -> dict[str, bytes]:
    """The sources in an archive, by name. Links, devices and names that lead out are passed over."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for count, member in enumerate(archive):
                if count == _MOST_MEMBERS or len(files) == _MOST_SOURCES:
                    raise ReadError(f"the source holds more than {min(count, _MOST_MEMBERS)} files", _ADVICE)
                name = posixpath.normpath(member.name)
                if not member.isreg() or member.issparse() or not _stays_inside(name) or not is_source(name):
                    continue
                if stream := archive.extractfile(member):
                    files[name] = stream.read()
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, MemoryError):
        raise ReadError("the source is damaged: its archive cannot be read", _ADVICE) from None
    return files


def _stays_inside(name: str) -> bool:
    return not name.startswith(("/", "..")) and "\\" not in name and "\0" not in name and len(name) <= _LONGEST_NAME


def _begins_document(name: str, body: bytes) -> bool:
    return posixpath.splitext(name)[1].lower() in LATEX_SUFFIXES and is_main(body.decode("utf-8", "replace"))
