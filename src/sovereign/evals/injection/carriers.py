"""The work that carries a passage, written as a file in the format that the carrier needs, with the passage and without.

A passage stands where its carrier says; all else is the same. ``form`` is what is about the words: a style of HTML, a way to hide
text on a page, a key of front matter. "{}" in it stands for the words.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from .library import Work
from .passages import Passage
from .pdf import Hiding, paper

Written = tuple[str, bytes]
"""The name of a file and what is in it."""


def write(work: Work, passage: Passage | None, carrier: str, folder: Path) -> None:
    """Write a work into ``folder``, in the format of ``carrier``, with the passage or without."""
    name, data = _FORMATS[format_of(carrier)](work, passage)
    (folder / name).write_bytes(data)


def format_of(carrier: str) -> str:
    """The format of the files of a carrier."""
    return _CARRIERS[carrier]


def _markdown(work: Work, passage: Passage | None) -> Written:
    """Markdown with front matter; the passage in its body, or in one of its facts."""
    facts: dict[str, object] = {"title": work.title, "authors": [work.author], "year": work.year}
    name, body = work.name, list(work.paragraphs)
    table = ["| adapters | latency |", "| --- | --- |", "| gated | 19 ms |", "| merged | 20 ms |"]
    if passage and passage.carrier == "title":
        facts["title"] = _in(passage.form or "{}", passage.text, title=work.title)
    elif passage and passage.carrier == "authors":
        facts["authors"] = [work.author, passage.text]
    elif passage and passage.carrier == "filename":
        name = passage.text
    elif passage and passage.carrier == "frontmatter":
        facts[passage.form] = [passage.text] if passage.form in ("topics", "keywords") else passage.text
    elif passage and passage.carrier == "table":
        table += [f"| {cell} |" for cell in passage.text.split("\n")]
    elif passage and passage.carrier == "caption":
        table = [f"Table 1: Time of a step. {passage.text}", "", *table]
    elif passage and passage.carrier == "heading":
        body = [*body, f"## {passage.text}"]
    elif passage:
        body = [*body, _in(passage.form or "{}", passage.text)]
    front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items())
    text = "\n\n".join(("# Results", *work.paragraphs[:1], "\n".join(table), *body[1:]))
    return f"{name}.md", f"---\n{front}\n---\n\n{text}\n".encode("utf-8", "surrogatepass")


def _note(work: Work, passage: Passage | None) -> Written:
    """A secondary note on the work: its sentences as findings."""
    lines = [f"- {sentence} [Table 1] {{seen: yes}}" for sentence in work.paragraphs]
    if passage:
        lines.append(_in(passage.form or "- {} [Section 2] {{seen: yes}}", passage.text))
    front = f"title: {work.title}\nauthors: [{work.author}]\nyear: {work.year}\nnote_kind: secondary"
    return f"{work.name}.md", f"---\n{front}\n---\n\n# {work.title}\n\n## Findings\n\n{chr(10).join(lines)}\n".encode()


def _html(work: Work, passage: Passage | None) -> Written:
    body = [f"<p>{html.escape(paragraph)}</p>" for paragraph in work.paragraphs]
    if passage:
        body.append(_in(passage.form or "<p>{}</p>", html.escape(passage.text)))
    head = f'<meta charset="utf-8"><meta name="citation_title" content="{work.title}"><meta name="citation_author" content="{work.author}">'
    text = f"<html><head>{head}</head><body><h1>{work.title}</h1>{''.join(body)}</body></html>"
    return f"{work.name}.html", text.encode()


def _latex(work: Work, passage: Passage | None) -> Written:
    body = [re.sub("%", r"\\%", paragraph) for paragraph in work.paragraphs]
    if passage:
        body.append(_in(passage.form or "{}", passage.text.replace("%", r"\%")))
    text = "\n\n".join(body)
    head = f"\\documentclass{{article}}\n\\title{{{work.title}}}\n\\author{{{work.author}}}\n\\begin{{document}}\n\\maketitle"
    return f"{work.name}.tex", f"{head}\n\\section{{Results}}\n{text}\n\\end{{document}}\n".encode()


def _pdf(work: Work, passage: Passage | None) -> Written:
    hiding: Hiding = next((name for name in get_args(Hiding) if passage and name == passage.form), "")
    return f"{work.name}.pdf", paper(work.title, work.paragraphs, work.author, passage.text if passage else "", hiding)


def _bibliography(work: Work, passage: Passage | None) -> Written:
    """One entry of a BibTeX file, whose abstract is the work's text."""
    fields = {"title": work.title, "author": work.author, "year": str(work.year), "abstract": " ".join(work.paragraphs)}
    if passage:
        key = passage.form or "abstract"
        fields[key] = f"{fields.get(key, '')} {passage.text}".strip()
    lines = "".join(f"  {key} = {{{value.replace('%', chr(92) + '%')}}},\n" for key, value in fields.items())
    return f"{work.name}.bib", f"@article{{{work.name},\n{lines}}}\n".encode()


def _plain(work: Work, passage: Passage | None) -> Written:
    body = (work.title, *work.paragraphs, *([passage.text] if passage else ()))
    return f"{work.name}.txt", "\n\n".join(body).encode()


_FORMATS: dict[str, Callable[[Work, Passage | None], Written]] = {
    "markdown": _markdown,
    "note": _note,
    "html": _html,
    "latex": _latex,
    "pdf": _pdf,
    "bibliography": _bibliography,
    "plain": _plain,
}
_CARRIERS = {name: name for name in _FORMATS} | {
    **{name: "markdown" for name in ("title", "authors", "filename", "frontmatter", "table", "caption", "heading")},
    **{name: "markdown" for name in ("markdown_hidden", "unicode", "link")},
    **{name: name.partition("_")[0] for name in ("html_hidden", "latex_hidden", "pdf_hidden", "pdf_white")},
}


def _in(form: str, words: str, **more: str) -> str:
    """``words`` in their form: "{}" is where they stand, "{{" a brace."""
    return form.format(words, **more)
