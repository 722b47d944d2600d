"""Twins of a file: one JSON object a line, scored as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from sovereign.errors import InputError
from sovereign.reading.sentences import sentence_spans

from ..files import Row, objects, record
from .twins import Expected, Twin
from .words import Source

_SUPPORT = frozenset({"support", "supported", "true"})
_NOT_SUPPORT = frozenset(
    [
        "not_support",
        "not_supported",
        "unsupported",
        "contradict",
        "contradicted",
        "not_enough_info",
        "refute",
        "refuted",
        "false",
    ]
)


class _Line(Row):
    claim: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    evidence: str | list[str]
    kind: str = Field(min_length=1)
    expected: str | bool
    original: str | None = None


def load_twins(path: Path) -> list[Twin]:
    """Twins of a file of JSON lines: ``claim``, ``evidence``, ``kind``, ``expected``, and ``original`` if it is known.

    ``expected`` is "support" or "not_support" (or a verdict's name). Lines of kind "original" give the unaltered claim of all
    lines with the same evidence that do not name theirs; of several, the one that shares most words with the claim.

    Raises:
        InputError: if the file cannot be read, or a line is not of this form.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {path}.", "Give a file of JSON lines with claim, evidence, kind and expected."
        )
    lines = [(record(_Line, value, place), place) for place, value in objects(path)]
    known: dict[str, list[str]] = {}
    for line, _ in lines:
        if line.kind == "original":
            known.setdefault(_text(line), []).append(line.claim)
    return [_twin(line, place, known) for line, place in lines if line.kind != "original"]


def _text(line: _Line) -> str:
    return line.evidence if isinstance(line.evidence, str) else " ".join(line.evidence)


def _twin(line: _Line, place: str, known: dict[str, list[str]]) -> Twin:
    said = str(line.expected).strip().lower().replace(" ", "_").replace("-", "_")
    if said not in _SUPPORT | _NOT_SUPPORT:
        raise InputError(f"{place}: expected is {line.expected!r}.", 'Write "support" or "not_support".')
    expected: Expected = "support" if said in _SUPPORT else "not_support"
    text = _text(line)
    sentences = (
        tuple(text[a:b] for a, b in sentence_spans(text)) if isinstance(line.evidence, str) else tuple(line.evidence)
    )
    original = (line.original or "").strip() or _nearest(line.claim, known.get(text, []))
    return Twin(Source(original, sentences, "", text), line.claim, line.kind, expected)


def _nearest(claim: str, originals: list[str]) -> str:
    words = set(claim.lower().split())
    return max(originals, key=lambda o: len(words & set(o.lower().split())), default="")
