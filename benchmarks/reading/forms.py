"""The papers of the data folder in their forms, read; and sentences in a form in which two readings can be compared."""

from __future__ import annotations

import gzip
import re
import time
import unicodedata
from functools import partial
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from sovereign.reading import Limits, read_bytes, read_file
from sovereign.reading.files import load_below
from sovereign.reading.latex import read_latex
from sovereign.reading.latex_inputs import flatten, load_source
from sovereign.records import Document

# A PDF and the same paper as a source or a structured text, below the data folder.
PAIRS = (
    ("acl_pdf/2020.acl-main.447.pdf", "latex/1911.02782/main.tex"),
    ("acl_pdf/2020.acl-main.207.pdf", "tei/2020.acl-main.207.tei.xml.gz"),
    ("acl_pdf/N18-3011.pdf", "tei/N18-3011.tei.xml.gz"),
)
ALONE = ("latex/*/main.tex", "latex/*/emnlp2020.tex", "tei/*.gz", "jats/*.gz", "markdown/*.md", "acl_pdf/*.pdf")
LEAST_WORDS = 6

_FLOAT = re.compile(r"\\begin\{((?:table|figure|wraptable|wrapfigure)\*?)\}.*?\\end\{\1\}", re.DOTALL)
CITATION = re.compile(
    r"[A-Z][\w’'-]+(?: (?:and|&) [A-Z][\w’'-]+| et al\.?)?,? \((?:19|20)\d\d[a-z]?\)"  # Moor et al. (2020)
    r"|(?<=\()(?:[^()]*[;,] ?)??[A-Z][^()]*\b(?:19|20)\d\d[a-z,]{0,4}[; ]*(?=\))"  # (Moor, 2020; Lund, 2021)
    r"|\[[^\[\]]*\]"  # [12], and the keys that LaTeX's sentences keep
)
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.) ?\d+ ?[:.]")
_MATH = re.compile(r"[=^_\\<>≤≥±×÷∈∑∏∥‖·→←↑↓∀∃∂∇√∞{}|Ͱ-Ͽ\U0001d400-\U0001d7ff]")
_DASHES = re.compile("[-‐‑‒–—−]+ ?")  # a hyphen at a line's end may leave a blank
_NO_WORD = re.compile(r"[^\w]+")


class Pair(NamedTuple):
    """One paper twice. ``body`` is the structured form without its floats; ``entries`` are its references."""

    name: str
    pdf: Document
    structured: Document
    body: Document
    entries: tuple[str, ...]


class Figures(NamedTuple):
    """What reading one file gave."""

    file: str
    sections: int
    sentences: int
    tables: int
    cells: int
    seconds: float


def words(sentence: str) -> tuple[str, ...]:
    """The words of a sentence: without case, hyphens, ligatures, citations, and words that are formulas."""
    text = CITATION.sub(" ", unicodedata.normalize("NFKC", sentence))
    plain = (_NO_WORD.sub("", token) for token in _DASHES.sub("", text).split() if not _MATH.search(token))
    return tuple(word.casefold() for word in plain if len(word) > 1 or word.isdigit() or word in ("a", "A", "I"))


def sentences(document: Document) -> list[tuple[str, ...]]:
    """The words of each sentence that may be evidence, begins no caption, and is long enough to be told from others."""
    texts = (document.slice(sentence) for sentence in document.evidence())
    found = (words(text) for text in texts if not _CAPTION.match(text))
    return [sentence for sentence in found if len(sentence) >= LEAST_WORDS]


def read(path: Path) -> Document:
    """The document in a file of the data folder, compressed or not."""
    if path.suffix == ".gz":
        return read_bytes(gzip.decompress(path.read_bytes()), path.stem)
    return read_file(path, path.name)


def figures(folder: Path) -> list[Figures]:
    """Each file of the folder, read alone."""
    found = []
    for path in (path for pattern in ALONE for path in sorted(folder.glob(pattern))):
        start = time.perf_counter()
        document = read(path)
        seconds = time.perf_counter() - start
        cells = sum(len(table.cells) for table in document.tables)
        counts = len(document.sections), len(document.sentences), len(document.tables), cells
        found.append(Figures(str(path.relative_to(folder)), *counts, seconds))
    return found


def pairs(folder: Path) -> list[Pair]:
    """The papers that the folder has in two forms."""
    found = []
    for pdf, other in PAIRS:
        path = folder / other
        if not path.is_file() or not (folder / pdf).is_file():
            continue
        structured = read(path)
        body = _latex_body(path) if path.suffix == ".tex" else _tei_body(path)
        listed = path.with_suffix(".bbl")
        entries = _entries(read_latex(listed.read_text(), listed.name, Limits()) if listed.is_file() else structured)
        found.append(Pair(f"{pdf} and {other}", read(folder / pdf), structured, body, entries))
    return found


def _latex_body(path: Path) -> Document:
    load = partial(load_source, partial(load_below, path.parent, limits=Limits()))
    return read_latex(_FLOAT.sub("", flatten(path.name, load, Limits()).text), path.name, Limits())


def _tei_body(path: Path) -> Document:
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    for figure in root.findall(".//{*}figure"):
        figure.clear(keep_tail=True)
    return read_bytes(etree.tostring(root), path.stem)


def _entries(document: Document) -> tuple[str, ...]:
    listed = (document.text[section.start : section.end] for section in document.sections if not section.evidence)
    return tuple(entry for text in listed for entry in text.split("\n\n") if entry.strip())
