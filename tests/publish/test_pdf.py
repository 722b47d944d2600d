"""The PDF, read by PDFium: text, links, tags and properties; and records that try to break it."""

from __future__ import annotations

import ctypes
import re
import sys
import time
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import InputError, OutputError
from sovereign.publish import FORMATS, render, render_bytes, typeset, view_of, write_all
from sovereign.publish.fitting import MOST_SIGNS, column_widths, fit
from sovereign.publish.pdf import document
from sovereign.records import AnswerSentence, Figure, LedgerHead, Record, sha256_hex
from tests.publish.example import build
from tests.publish.hostile import TYPST, with_text

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='400' height='100'><rect width='400' height='100' fill='#123456'/></svg>"


class Read:
    """A PDF as PDFium reads it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with_pdf = pdfium.PdfDocument(data)
        self.pages = [page.get_textpage().get_text_bounded() for page in with_pdf]
        self.sizes = {page.get_size() for page in with_pdf}
        self.meta = with_pdf.get_metadata_dict()
        self.tagged = bool(raw.FPDFCatalog_IsTagged(with_pdf))
        self.language = _string(raw.FPDFCatalog_GetLanguage, with_pdf)
        self.outline = [entry.get_title() for entry in with_pdf.get_toc()]
        self.links = {url for page in with_pdf for url in _links(with_pdf, page)}
        self.right = max(right for page in with_pdf for _, _, right, _ in _boxes(page))
        self.pictures = sum(_paths(page) for page in with_pdf)
        with_pdf.close()

    @property
    def text(self) -> str:
        """All pages, white space as one blank, places to break left out."""
        return " ".join(re.sub(r"[\u200b\ufffe\u0002]", "", " ".join(self.pages)).split())


def _string(function: object, *given: object) -> str:
    size = function(*given, None, 0)  # type: ignore[operator]
    buffer = ctypes.create_string_buffer(size)
    function(*given, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)  # type: ignore[operator]
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def _links(pdf: pdfium.PdfDocument, page: pdfium.PdfPage) -> list[str]:
    at, link, found = ctypes.c_int(0), raw.FPDF_LINK(), []
    while raw.FPDFLink_Enumerate(page, at, link):
        action = raw.FPDFLink_GetAction(link)
        kind = raw.FPDFAction_GetType(action)
        if kind == raw.PDFACTION_URI:
            size = raw.FPDFAction_GetURIPath(pdf, action, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAction_GetURIPath(pdf, action, buffer, size)
            found.append(buffer.value.decode())
        else:
            found.append("inside")
    return found


def _boxes(page: pdfium.PdfPage) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    return [text.get_rect(i) for i in range(text.count_rects())] or [(0, 0, 0, 0)]


def _paths(page: pdfium.PdfPage) -> int:
    return sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_FORM]))


def read(record: Record, head: LedgerHead | None = None, svg: bytes | None = None) -> Read:
    return Read(render_bytes(record, "pdf", head, artifact=None if svg is None else lambda _: svg))


def titled(title: str) -> Record:
    return build(answer=build().answer.model_copy(update={"title": title}))


def plotted(svg: bytes) -> Record:
    figure = Figure(
        facet_id="F1",
        title="A plot",
        caption="What it shows.",
        alt="A box.",
        artifact=sha256_hex(svg),
        measurement_ids=(),
    )
    return build(answer=build().answer.model_copy(update={"figures": (figure,)}))


@pytest.fixture(scope="module")
def pdf() -> Read:
    """The example."""
    return read(build(), LedgerHead(count=1042, hash="cd" * 32))


def test_it_says_what_the_record_says(pdf: Read, record: Record) -> None:
    text = pdf.text
    assert 2 <= len(pdf.pages) <= 12
    for said in (
        record.question,
        record.short_id,
        "PARTLY ANSWERED",
        "HOLD",
        "Owner review required",
        record.content_hash,
    ):
        assert said in text, said
    assert "1,042 events" in text and "cd" * 32 in text
    assert all(sentence.text in text for sentence in record.answer.summary)
    assert all(d.why in text for d in record.answer.disagreements)
    assert "anything at 175B <script>alert(1)</script>" in text
    cited = record.answer.cited()
    assert f"{len([c for c in record.claims if c.id in cited])} claims, set here" in text
    assert re.search(r"\b3 more claims that it does not cite are in claims\.csv", text)
    for claim in record.claims:
        if claim.id in cited and len(claim.text) < 200:
            assert " ".join(claim.text.split()) in text
    assert "BERT base has 110M parameters." not in text  # C7, which the answer does not cite


def test_pages_are_numbered_and_headed(pdf: Read, record: Record) -> None:
    for number, page in enumerate(pdf.pages, 1):
        assert f"{number} / {len(pdf.pages)}" in page
        assert record.short_id in page
    assert "PARTLY ANSWERED" in pdf.pages[-1]
    assert {tuple(map(round, size)) for size in pdf.sizes} == {(595, 842)}  # A4


def test_its_properties(pdf: Read, record: Record) -> None:
    assert pdf.meta["Title"] == record.question and pdf.meta["Author"] == "SOVEREIGN Research Kernel"
    assert "expert bridging" in pdf.meta["Keywords"] and pdf.meta["CreationDate"].startswith("D:20260528093000")
    assert pdf.tagged and pdf.language == "en"
    assert b"<pdfuaid:part>1<" in pdf.data and b"<pdfaid:part>2<" in pdf.data and b"<pdfaid:conformance>A<" in pdf.data
    assert "The answer" in pdf.outline and "References" in pdf.outline


def test_links_lead_to_works_and_inside(pdf: Read) -> None:
    assert "https://doi.org/10.48550/arXiv.2404.15159" in pdf.links and "inside" in pdf.links
    assert all(link == "inside" or link.startswith("https://") for link in pdf.links)
    assert "https://evil.example/p.png" not in pdf.links


def test_equal_records_give_equal_bytes(record: Record) -> None:
    assert render_bytes(record, "pdf") == render_bytes(build(), "pdf")
    assert render_bytes(record, "pdf") != render_bytes(titled("Another"), "pdf")


def test_a_plot_is_in_it_and_a_hostile_one_is_not() -> None:
    shown = read(plotted(SVG), svg=SVG)
    assert "Figure 1. A plot." in shown.text and "cannot" not in shown.text
    bare = len(render_bytes(build(), "pdf"))
    assert len(shown.data) > bare
    bomb = "".join(f"<g id='a{i}'>" + f"<use href='#a{i - 1}'/>" * 10 + "</g>" for i in range(1, 12))
    for inner in (
        "<image href='/etc/passwd' width='9' height='9'/>",
        "<image href='http://127.0.0.1/x.png' width='9' height='9'/>",
        f"<defs><g id='a0'><rect width='1' height='1'/></g>{bomb}</defs><use href='#a11'/>",
        "<g>" * 60_000 + "</g>" * 60_000,
        "<unclosed",
    ):
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'>{inner}</svg>".encode()
        started = time.monotonic()
        told = read(plotted(svg), svg=svg)
        assert "A plot" in told.text and "root:" not in told.text
        assert time.monotonic() - started < 20
    assert "The plot cannot be set in a PDF" in told.text


@pytest.mark.parametrize("text", [TYPST, "#panic()", "= Heading", "\\u{41} #h(1fr)", "]#sys.inputs.view["])
def test_typst_code_is_text(text: str) -> None:
    told = read(with_text(text))
    assert " ".join(text.split())[:60] in told.text.replace("- ", "-")
    assert "root:x:" not in told.text and told.meta["Title"] == " ".join(text.split())


def test_scripts_are_set_and_those_without_a_font_named() -> None:
    told = read(titled("Ελληνικά, Русский, հայերեն, ქართული, עברית"))
    assert all(word in told.text for word in ("Ελληνικά", "Русский", "հայերեն", "ქართული"))
    assert "U+" not in told.text and told.tagged
    # A private-use sign: no machine has a font that shows it.
    told = read(titled("A \U000f1234 sign and \U000f1235"))
    assert "[U+F1234]" in told.text and "code points" in told.text
    assert told.meta["Title"] == "A \U000f1234 sign and \U000f1235" and told.tagged


@pytest.mark.parametrize(
    "title",
    [
        "x" * 100_000,
        "word " * 20_000,
        "".join(chr(0x4E00 + i % 20_000) for i in range(50_000)),
        "e" + "\u0301" * 5_000,
        "مرحبا " * 500,
    ],
    ids=["word", "words", "han", "marks", "arabic"],
)
def test_a_title_of_any_length_stays_on_the_page(title: str) -> None:
    started = time.monotonic()
    told = read(titled(title))
    assert time.monotonic() - started < 30 and told.right <= 595.28 - 40
    if len(title) > MOST_SIGNS:
        assert "more characters in record.json" in told.text


def test_a_record_of_1200_claims() -> None:
    claims = tuple(build().claims[0].model_copy(update={"id": f"C{n}"}) for n in range(1, 1_201))
    said = (AnswerSentence(text="All of them.", claim_ids=tuple(c.id for c in claims)),)
    started = time.monotonic()
    told = read(build(claims=claims, answer=build().answer.model_copy(update={"summary": said})))
    assert time.monotonic() - started < 60
    assert "cites 1,200 claims" in told.text and "950 more are in record.json" in told.text


@pytest.mark.parametrize("made", ["yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_record_without_a_date_is_tagged_still(made: str) -> None:
    told = read(build(created_at=made))
    assert told.tagged and b"<pdfuaid:part>1<" in told.data and b"pdfaid:part" not in told.data


def test_two_claims_of_one_id(record: Record) -> None:
    assert "C1" in read(build(claims=(record.claims[0], *record.claims))).text


def test_a_deadline_is_kept_and_the_other_files_are_written(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = view_of(record)
    task = typeset.Task("#for a in range(100000) { for b in range(100000) {} }", document(view), typeset.TAGGED)
    started = time.monotonic()
    with pytest.raises(OutputError, match="not ready in time") as caught:
        typeset.typeset(task, seconds=1)
    assert time.monotonic() - started < 10 and "html" in caught.value.advice

    def late(*_: object) -> bytes:
        raise OutputError("The PDF was not ready in time, so it was given up.", "Read the others.")

    monkeypatch.setattr("sovereign.publish.pdf.typeset", late)
    with pytest.raises(OutputError, match=r"report\.pdf: The PDF was not ready.*Written: record\.json") as caught:
        write_all(record, tmp_path)
    assert "Read the others." in caught.value.advice
    assert {p.name for p in tmp_path.iterdir()} == {f.file for f in FORMATS.values()} - {"report.pdf"}


def test_an_engine_that_dies_or_says_nonsense(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for script in ("import os; os.abort()", "print('nonsense')", "print('[]')", "print('{\"pdf\": 9}')"):
        program = tmp_path / "python"
        program.write_text(f"#!{sys.executable}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        with pytest.raises(OutputError, match="ended with"):
            render_bytes(record, "pdf")
        monkeypatch.undo()


def test_a_pdf_is_no_text(record: Record) -> None:
    with pytest.raises(InputError, match="no text"):
        render(record, "pdf")
    assert render_bytes(record, "md") == render(record, "md").encode()


def test_long_tables_say_what_they_leave_out(record: Record) -> None:
    one = record.answer.comparisons[0]
    rows = tuple(one.model_copy(update={"subject": f"Method {n}", "setting": "y" * 2_000}) for n in range(300))
    told = read(build(answer=record.answer.model_copy(update={"comparisons": rows})))
    assert "296 more are in record.json" in told.text and "Method 3" in told.text and "Method 4" not in told.text
    assert told.right <= 595.28 - 40


@given(st.text(max_size=300), st.integers(4, 40))
def test_fitting_a_text_changes_nothing_but_where_it_breaks(text: str, limit: int) -> None:
    fitted = fit(text, limit)
    assert fitted.replace("\u200b", "") == text.replace("\u200b", "")
    if "\u200b" not in text:
        assert all(len(piece) <= limit for word in fitted.split() for piece in word.split("\u200b"))


@given(st.lists(st.lists(st.text(max_size=80), min_size=3, max_size=3), min_size=1, max_size=6))
def test_columns_share_a_line(rows: list[list[str]]) -> None:
    widths = column_widths(rows, 3, (1,))
    assert len(widths) == 3 and all(width >= 5 for width in widths) and sum(widths) <= 132
