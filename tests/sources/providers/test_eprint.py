"""Sources of arXiv papers: archives that are well made, and those that want out, blow up or are broken."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.reading import Limits, ReadError
from sovereign.sources import eprint
from sovereign.sources.eprint import unpack

PAPER = b"\\documentclass{article}\\begin{document}Zorgs are blue.\\end{document}"


def tar(*members: tuple[str, bytes] | tarfile.TarInfo, packed: bool = True) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            name, body = member
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("packed", [True, False])
def test_sources_are_taken_and_pictures_left(packed: bool):
    data = tar(("./ms.tex", PAPER), ("parts/a.tex", b"A."), ("ms.bbl", b"B."), ("fig.png", b"\x89PNG"), packed=packed)
    source = unpack(data, Limits())
    assert source is not None
    assert source == ({"ms.tex": PAPER, "parts/a.tex": b"A.", "ms.bbl": b"B."}, "ms.tex")


def test_names_that_lead_out_links_and_devices_are_passed_over():
    bad = [
        (name, PAPER)
        for name in ("/etc/x.tex", "../x.tex", "a/../../x.tex", ".git/x.tex", "a\\b.tex", f"{'n' * 300}.tex")
    ]
    links = [link("s.tex", "/etc/passwd", tarfile.SYMTYPE), link("h.tex", "ms.tex", tarfile.LNKTYPE), link("d.tex", "", tarfile.CHRTYPE)]  # fmt: skip
    source = unpack(tar(*bad, *links, ("ms.tex", PAPER)), Limits())
    assert source is not None and list(source.files) == ["ms.tex"]


def test_the_main_file_is_near_the_top_and_long():
    longer = PAPER.replace(b"blue", b"blue and small and old")
    source = unpack(
        tar(("template/long.tex", longer * 9), ("a.tex", PAPER), ("z.tex", longer), ("macros.tex", b"\\def")), Limits()
    )
    assert source is not None and source.main == "z.tex"


@pytest.mark.parametrize("data", [b"%PDF-1.5 and so on", gzip.compress(b"%PDF-1.5 and so on", mtime=0)])
def test_a_pdf_is_no_source(data: bytes):
    assert unpack(data, Limits()) is None


def test_a_file_by_itself():
    for data in (PAPER, gzip.compress(PAPER)):
        assert unpack(data, Limits()) == ({"main.tex": PAPER}, "main.tex")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(PAPER, mtime=0)[:-12], "its end is missing"),
        (b"\x1f\x8b" + PAPER, "cannot be unpacked"),
        (tar(("ms.tex", PAPER), packed=False)[:700], "archive cannot be read"),
        (tar(("readme.txt", b"nothing")), "no document in LaTeX"),
        (b"", "no document in LaTeX"),
        (tar(("ms.tex", PAPER * 40)), "more LaTeX than may be read"),
        (gzip.compress(bytes(300_000), mtime=0), "unpacks to more than 200000 bytes"),
    ],
    ids=["cut gzip", "no gzip", "cut tar", "no TeX", "empty", "much TeX", "gzip bomb"],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, reason: str):
    with pytest.raises(ReadError, match=reason):
        unpack(data, Limits(max_file_bytes=2_000, max_archive_bytes=200_000))


def test_an_archive_of_very_many_files_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(eprint, "_MOST_MEMBERS", 20)
    assert unpack(tar(*[("ms.tex", PAPER)] * 20), Limits()) is not None
    with pytest.raises(ReadError, match="more than 20 files"):
        unpack(tar(*[("a.png", b"")] * 21), Limits())


@given(st.binary(max_size=80), st.integers(0, 2_047), st.booleans())
def test_damage_anywhere_raises_nothing_else(noise: bytes, at: int, packed: bool):
    data = tar(("ms.tex", PAPER), ("b.tex", b"B."), packed=False)
    data = data[:at] + noise + data[at + len(noise) :]
    try:
        source = unpack(gzip.compress(data) if packed else data, Limits())
    except ReadError:
        return
    assert source is None or source.main in source.files
