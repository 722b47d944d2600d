"""PDF files written by hand: good ones for the tests, and those that a reader has to refuse."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator, Sequence

Words = tuple[float, float, float, str]
"""Words on a page: x and y of their start and size of their font, in points, and the text."""

_PASSWORD_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
Rule = tuple[float, float, float]
"""A horizontal rule: x of its ends and its y, in points."""

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_BOLD = _FONT.replace(b"/Helvetica", b"/Helvetica-Bold")


def file_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """The file of numbered objects; the first is the catalogue."""
    out, offsets = [b"%PDF-1.4\n"], []
    size = len(out[0])
    for number, body in enumerate(objects, 1):
        offsets.append(size)
        out.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        size += len(out[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    out.append(b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (count, table))
    out.append(b"<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer, size))
    return b"".join(out)


def stream(data: bytes, keys: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), keys, data)


def packed(data: bytes) -> bytes:
    """A stream object, packed."""
    return stream(zlib.compress(data), b"/Filter /FlateDecode")


def pages_of(contents: Sequence[bytes], extra: Sequence[bytes] = (), resources: bytes = b"") -> list[bytes]:
    """The objects of a file with one page for each content stream. ``extra`` get the numbers from 4 on."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT, *extra]
    kids = []
    for content in contents:
        objects.append(content)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R /F2 %s >> %s >> >>" % (len(objects), _BOLD, resources)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return objects


def painted(
    pages: Sequence[Sequence[Words]], rules: Sequence[Sequence[Rule]] = (), bold: Collection[str] = ()
) -> bytes:
    """The file whose pages have these words, painted in this order, and these rules; the words of ``bold`` are so."""
    drawn = [b"".join(b"%g %g m %g %g l S\n" % (x, y, end, y) for x, end, y in page) for page in rules]
    drawn += [b""] * (len(pages) - len(drawn))
    return file_of(pages_of([packed(_shown(words, bold) + lines) for words, lines in zip(pages, drawn, strict=True)]))


def _shown(words: Sequence[Words], bold: Collection[str] = ()) -> bytes:
    operators = []
    for x, y, size, text in words:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        operators.append(f"/F{2 if text in bold else 1} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj")
    return ("BT " + "\n".join(operators) + " ET\n").encode("cp1252")


def long(pages: int = 120) -> bytes:
    """A readable file of many pages with some 3000 characters each."""
    line = "Page {page} line {line}: folding strand {line} takes {page}.{line} ms on the bench, as it did before. "
    made: list[list[Words]] = []
    for page in range(1, pages + 1):
        text = (line.format(page=page, line=number) for number in range(1, 39))
        made.append([(50, 760 - 18 * number, 9.0, words) for number, words in enumerate(text)])
    return painted(made)


def scan() -> bytes:
    """Two pages that are pictures, with no text."""
    picture = stream(
        zlib.compress(bytes(range(256)) * 16),
        b"/Type /XObject /Subtype /Image /Width 64 /Height 64 /BitsPerComponent 8 /ColorSpace /DeviceGray"
        b" /Filter /FlateDecode",
    )
    shown = stream(b"q 500 0 0 700 50 50 cm /Im1 Do Q")
    return file_of(pages_of([shown, shown], [picture], b"/XObject << /Im1 4 0 R >>"))


def encrypted(password: bytes = b"a reader has no such word") -> bytes:
    """A file that opens with a password only (standard security handler, revision 2, 40-bit RC4; PDF 1.4, 3.5)."""
    identity = hashlib.md5(b"bad library").digest()
    padded = (password + _PASSWORD_PADDING)[:32]
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    permissions = -4
    key = hashlib.md5(padded + owner + permissions.to_bytes(4, "little", signed=True) + identity).digest()[:5]
    user = rc4(key, _PASSWORD_PADDING)
    content = _shown([(50, 700, 11, "Nobody reads this without the password.")])
    objects = pages_of([b""])
    number = objects.index(b"") + 1
    own_key = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
    objects[number - 1] = stream(rc4(own_key, content))
    objects.append(
        b"<< /Filter /Standard /V 1 /R 2 /P %d /O <%s> /U <%s> >>"
        % (permissions, owner.hex().encode(), user.hex().encode())
    )
    name = identity.hex().encode()
    return file_of(objects, b"/Encrypt %d 0 R /ID [<%s> <%s>]" % (len(objects), name, name))


def rc4(key: bytes, data: bytes) -> bytes:
    """``data`` under the stream cipher RC4; twice gives it back."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def nested(levels: int = 100_000) -> bytes:
    """Arrays in arrays and dictionaries in dictionaries, where the page's content should be."""
    objects = pages_of([b"[" * levels + b"]" * levels])
    objects.append(b"<< /A " * levels + b">>" * levels)
    return file_of(objects)


def endless_tree() -> bytes:
    """A page tree whose only child is the tree."""
    return file_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>"])


def zeros_packed(rounds: int = 1) -> bytes:
    """A page whose content unpacks to 1 GiB of zeros; with more ``rounds``, the packed data were packed again."""
    data = b"\x78\xda" + packed_gib() + b"\0\0\0\0"
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    filters = b" ".join([b"/FlateDecode"] * rounds)
    return file_of(pages_of([stream(data, b"/Filter [%s]" % filters)]))


def many_words(count: int = 50_000_000) -> bytes:
    """A page that shows one letter fifty million times."""
    word, block = b"(a)Tj ", 1 << 16
    # PDFium does not look at the check sum behind the data.
    data = b"\x78\xda" + _repeated(b"BT /F1 9 Tf 50 700 Td ", word * block, count // block) + b"\0\0\0\0"
    return file_of(pages_of([stream(data, b"/Filter /FlateDecode")]))


def packed_gib() -> bytes:
    """1 GiB of zeros as a raw deflate stream."""
    return _repeated(b"", bytes(1 << 20), 1 << 10)


def _repeated(head: bytes, block: bytes, times: int) -> bytes:
    """``head`` and ``times`` blocks as a raw deflate stream. One full flush makes every block the same bytes, so one is enough."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = pack.compress(head + block) + pack.flush(zlib.Z_FULL_FLUSH)
    again = pack.compress(block) + pack.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = last.compress(b"") + last.flush()
    return first + again * (times - 1) + end


def bad() -> Iterator[tuple[str, bytes, str]]:
    """Names, contents and the reasons that have to be given."""
    yield "cut-off.pdf", long(3)[:-400], "cut off"
    yield "locked.pdf", encrypted(), "encrypted"
    yield "scan.pdf", scan(), "no text layer"
    yield "nested.pdf", nested(), "no text layer"
    yield "endless-tree.pdf", endless_tree(), "damaged"
    yield "zeros.pdf", zeros_packed(), "unpack"
    yield "zeros-twice.pdf", zeros_packed(2), "unpack"
    yield "many-words.pdf", many_words(), "unpack"
    yield "no-pdf.pdf", b"GIF89a, only that it is not", "not a PDF"
