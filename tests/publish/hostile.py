"""Texts that would break out of a form that does not escape them, and records that carry them everywhere."""

from __future__ import annotations

from sovereign.records import Record
from tests.publish.example import BIDI, EVIL, build

TYPST = '#read("/etc/passwd") #import "@preview/cetz:0.3.0" $x^2$ *bold* <label> @ref `raw` \\ #{while true {}} // c /* d */'
RIS = "A title\nER  - \nTY  - JOUR\r\nAU  - Mallory\x0bDO  - 10.1/x\u2028N1  - y\x85KW  - z"
YAML = "- a: [b, {c}] & *d !!python/object:os.system\n---\ncff-version: 9 # 'e' \"f\" % @ ` |\n\t? x : null"
SCRIPT = '</script><script>alert(1)</script><!-- ]]> {"a": "b"} \\u003c'
TEXTS = {"typst": TYPST, "ris": RIS, "yaml": YAML, "script": SCRIPT, "bidi": BIDI, "nothing": "", "space": " \t\n"}


def with_text(text: str) -> Record:
    """The example with ``text`` as question, title, answer, claim, quote, title of a work, its author, venue and identifiers."""
    base = build()
    paper = EVIL.model_copy(
        update={"title": text, "authors": (text,), "venue": text, "doi": text, "arxiv_id": text, "url": text}
    )
    claim = base.claims[8]
    claim = claim.model_copy(
        update={"text": text, "quote": claim.quote.model_copy(update={"text": text, "section": text})}
    )
    said = base.answer.summary[0].model_copy(update={"text": text, "claim_ids": ("C9",)})
    facet = base.plan.facets[0].model_copy(update={"text": text})
    return build(
        question=text,
        answer=base.answer.model_copy(update={"title": text, "summary": (said,), "abstract": (said,)}),
        claims=(*base.claims[:8], claim),
        papers=tuple(paper if p.id == EVIL.id else p for p in base.papers),
        plan=base.plan.model_copy(update={"facets": (facet, *base.plan.facets[1:])}),
        limits=(text,),
    )
