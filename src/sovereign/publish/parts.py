"""The pieces that a page is made of, as plain data. Writers (HTML, Markdown, PDF) decide only how each piece looks.

A run of text is a tuple of ``Inline``: plain strings from anywhere, which every writer escapes, links and badges.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal

# Anchors that are no headings: a list item and a table row.
REFERENCE_ANCHOR = "ref-"
MEASUREMENT_ANCHOR = "measurement-"

Tone = Literal["good", "bad", "mixed", "open"]


@dataclass(frozen=True)
class Link:
    """Words that lead to ``href``: ``#anchor`` in the page or a checked http(s) address. None: words only."""

    text: str
    href: str | None
    kind: Literal["link"] = "link"


@dataclass(frozen=True)
class Badge:
    """A short verdict: words that stand alone, and a tone for those who see colour. ``title`` says why."""

    text: str
    tone: Tone
    title: str = ""
    kind: Literal["badge"] = "badge"


Inline = str | Link | Badge
Run = tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    run: Run
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """An unordered list."""

    items: tuple[Run, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Table:
    """A table. The first cell of a row names it; ``figures`` are the columns of numbers, ``foot`` the last row.

    ``short``: its cells are so short that none needs a second line. ``detail``: for those who go through it all; a
    printed form may name it and leave it to the others.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    figures: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()
    folded: bool = False
    foot: tuple[Run, ...] = ()
    short: bool = False
    detail: bool = False
    kind: Literal["table"] = "table"


Block = Paragraph | Bullets | Heading | Table


@dataclass(frozen=True)
class Section:
    """A numbered section, or one without a number (the abstract)."""

    number: str
    title: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Said:
    """A sentence of the answer, with links to the claims and measurements that carry it.

    ``marks`` say what a reader must know of it: "our inference", "secondary summary".
    """

    text: str
    carried_by: tuple[Link, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class PartView:
    """How far a facet is answered within a scope."""

    scope: str
    state: Badge
    reason: str


@dataclass(frozen=True)
class FigureView:
    """A plot: ``svg`` are its bytes, empty where they could not be had (``note`` says why), ``file`` its name in a folder."""

    number: int
    title: str
    caption: str
    alt: str
    file: str
    svg: bytes
    shows: tuple[Link, ...]
    note: str = ""
    kind: Literal["figure"] = "figure"

    @property
    def source(self) -> str:
        """The picture as an address that holds it. As an image it can run no script and load nothing."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode('ascii')}"


@dataclass(frozen=True)
class FacetView:
    """One facet of the question: its words, state, reason, parts, sentences and what is missing."""

    text: str
    sort: str
    state: Badge
    reason: str
    parts: tuple[PartView, ...]
    said: tuple[Said, ...]
    missing: tuple[str, ...]
    sure: str = ""


@dataclass(frozen=True)
class SideView:
    """One side of a disagreement with its claims and sources."""

    statement: str
    claims: tuple[Link, ...]
    sources: tuple[Link, ...]


@dataclass(frozen=True)
class DisagreementView:
    """Sides that do not agree, and why; or that agree, and on what."""

    heading: str
    sides: tuple[SideView, ...]
    why: str


@dataclass(frozen=True)
class QuoteView:
    """A quoted sentence; ``text`` is empty when it is the claim's own words. ``marks`` are warnings."""

    text: str
    place: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Chip:
    """A check's outcome: symbol, name, outcome in words, reason."""

    symbol: str
    name: str
    outcome: str
    tone: Tone
    reason: str


@dataclass(frozen=True)
class EvidenceView:
    """A passage held against a claim: whose it is, what it says of the claim, the passage, its source and checks.

    Of a table, ``cells`` are those that were used, each with what it is of, and ``computation`` what was done with them.
    """

    relation: str
    verdict: Badge
    scope: str
    reason: str
    quote: QuoteView
    source: Run
    chips: tuple[Chip, ...]
    cells: tuple[tuple[str, str], ...] = ()
    computation: str = ""


@dataclass(frozen=True)
class ClaimView:
    """One claim with all that it rests on. ``cited``: the answer names it."""

    anchor: str
    id: str
    text: str
    facts: tuple[tuple[str, str], ...]
    verdict: Badge
    standing: tuple[Badge, ...]
    reason: str
    quote: QuoteView
    chips: tuple[Chip, ...]
    evidence: tuple[EvidenceView, ...]
    source: Run
    cited: bool = False


@dataclass(frozen=True)
class Header:
    """The head of a page. ``notice`` is empty when the record may stand as it is, ``question`` where it is the title."""

    title: str
    short_id: str
    made: str
    made_iso: str
    state: Badge
    policy: Badge
    facts: tuple[tuple[str, str], ...]
    counters: tuple[tuple[str, str, str], ...]
    notice: str
    question: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerView:
    """The answer: what it says, what was measured, in figures, by facet, where sources agree and disagree, and what is open.

    Where there is an ``abstract``, it stands for the ``summary``.
    """

    state: Badge
    summary: tuple[Said, ...]
    measured: tuple[Table | FigureView, ...]
    tables: tuple[Table, ...]
    facets: tuple[FacetView, ...]
    disagreements: tuple[DisagreementView, ...]
    open_points: tuple[Run, ...]
    abstract: tuple[Said, ...] = ()
    agreements: tuple[DisagreementView, ...] = ()

    @property
    def pictured(self) -> bool:
        """Whether a picture is shown."""
        return any(part.kind == "figure" and part.svg for part in self.measured)


@dataclass(frozen=True)
class ReferenceView:
    """One numbered reference: authors, title, year and venue, links, and what was not read of it."""

    anchor: str
    number: int
    authors: str
    title: str
    place: str
    links: tuple[Link, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A whole page, in its order."""

    header: Header
    answer: AnswerView
    sections: tuple[Section, ...]
    claims: tuple[ClaimView, ...]
    references: tuple[ReferenceView, ...]
    imprint: tuple[tuple[str, str], ...]
    verify: tuple[str, ...]
