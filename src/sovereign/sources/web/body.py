"""Bodies with a cap: on the wire, unpacked, and on the ratio of the two."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

_STEP = 65_536
_FREE = 1_000_000  # a ratio says nothing about a small body


class Broken(Exception):
    """An exchange that came to no answer. ``again`` says whether trying again may help."""

    def __init__(self, reason: str, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again


def read(chunks: Iterable[bytes], coding: str, cap: int, ratio: int) -> bytes:
    """The decoded body of an answer with that Content-Encoding, never holding much more than ``cap`` bytes of it.

    Raises:
        Broken: for a coding that was not asked for, damaged data, or a broken cap.
    """
    taken = _Count(chunks, cap)
    match coding.strip().lower():
        case "" | "identity":
            parts: Iterator[bytes] = iter(taken)
        case "gzip" | "x-gzip":
            parts = _inflate(zlib.MAX_WBITS | 16, taken)
        case "deflate":
            parts = _inflate(*_zlib_or_raw(taken))
        case other:
            raise Broken(f"its body is packed as {other[:40]!r}, which was not asked for", again=False)
    whole = bytearray()
    for part in parts:
        whole += part
        if len(whole) > cap:
            raise Broken(f"its body is larger than {cap:,} bytes", again=False)
        if len(whole) > _FREE and len(whole) > ratio * taken.count:
            raise Broken(f"its body unpacks to more than {ratio} times its size", again=False)
    return bytes(whole)


class _Count:
    """Chunks as they come, counted, up to a cap."""

    def __init__(self, chunks: Iterable[bytes], cap: int) -> None:
        self.count = 0
        self._chunks, self._cap = chunks, cap

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.count += len(chunk)
            if self.count > self._cap:
                raise Broken(f"its body is larger than {self._cap:,} bytes", again=False)
            yield chunk


def _zlib_or_raw(chunks: Iterable[bytes]) -> tuple[int, Iterator[bytes]]:
    """Window bits and chunks of "deflate", which is zlib's format (RFC 9110, section 8.4.1.2), but raw from some servers."""
    rest, head = iter(chunks), b""
    for chunk in rest:
        head += chunk
        if len(head) > 1:
            break
    wrapped = len(head) > 1 and head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, chain([head], rest)


def _inflate(bits: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decompressed parts of at most ``_STEP`` bytes. A gzip body may hold several members, one after the other."""
    unpack, empty = zlib.decompressobj(bits), True
    try:
        for chunk in chunks:
            data = chunk
            while data:
                empty = False
                if unpack.eof:
                    if bits <= zlib.MAX_WBITS or not data.startswith(b"\x1f"):
                        return  # padding behind the end, as some servers send
                    unpack = zlib.decompressobj(bits)
                yield unpack.decompress(data, _STEP)
                data = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        while not (empty or unpack.eof):  # what zlib still holds when all is read
            part = unpack.decompress(b"", _STEP)
            if not part:
                raise Broken("its packed body is cut short")
            yield part
    except zlib.error as error:
        raise Broken("its packed body is damaged") from error
