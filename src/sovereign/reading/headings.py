"""What headings say: where the reference list begins, where the abstract is, and which bare lines are headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = r"(?:(?:section|appendix)\s+)?(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)*|[IVX]+)[.):]?\s+"
_REFERENCES = re.compile(
    rf"^(?:{_NUMBER})?(?:list of references|references|reference list|bibliography|works cited|literature cited"
    r"|references and notes)\s*[:.]?$",
    re.IGNORECASE,
)
_AFTER_REFERENCES = re.compile(r"^(?:appendi(?:x|ces)|supplement(?:ary|al)?)\b", re.IGNORECASE)
_ABSTRACT = re.compile(rf"^(?:{_NUMBER})?(?:abstract|summary)\s*[:.]?$", re.IGNORECASE)
_APPENDIX = re.compile(r"^(?:Appendix|Appendices|Supplementary Materials?)(?:\s+[A-Z](?:\.\d+)*)?(?:[:.]\s+.{1,60})?$")
_KNOWN = re.compile(
    r"^(?:abstract|introduction|related work|background|methods?|materials and methods|experiments|results"
    r"|results and discussion|discussion|conclusions?|limitations|ethics statement|broader impacts?"
    r"|acknowledge?ments?|keywords|supplementary materials?)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){0,3})\.?\s+(?P<words>[A-Z].{1,70})$")
_REFERENCE_LINE = re.compile(r"\b(?:19|20)\d\d[a-z]?[.,)]|\bIn Proc|arXiv preprint|\bpages? \d|et al\.,?$")


def is_references(title: str) -> bool:
    """Whether a heading opens a list of references."""
    return bool(_REFERENCES.match(title.strip()))


def ends_references(title: str) -> bool:
    """Whether a heading ends a list of references, whatever its level."""
    return bool(_AFTER_REFERENCES.match(title.strip()))


def is_abstract(title: str) -> bool:
    """Whether a heading is that of the abstract."""
    return bool(_ABSTRACT.match(title.strip()))


def is_structural(title: str) -> bool:
    """Whether a heading names a part of a work, so that it cannot be the work's title."""
    bare = re.sub(rf"^{_NUMBER}", "", title.strip())
    return bool(_KNOWN.match(bare) or is_references(bare) or is_abstract(bare))


class PlainHeadings:
    """Recognises headings among bare lines: known names, and numbers that go on counting.

    It remembers the last section number, since "3 GPUs were used" is a heading for no document that is in section 5.
    """

    def __init__(self) -> None:
        self._last: list[int] = [0]
        self._letter = ""
        self._in_references = False

    def level(self, line: str, following: Sequence[str] = ()) -> int | None:
        """Level of the heading that ``line`` is (1 is the highest), or None if it is none.

        ``following`` are the next few lines; they tell an appendix from a wrapped reference.
        """
        line = line.strip()
        if len(line) > 80 or line.endswith((".", ",", ";", ":", "-")):
            return None
        if is_references(line):
            self._in_references = True
            return 1
        if _KNOWN.match(line) or _APPENDIX.match(line):
            return 1
        found = _NUMBERED.match(line)
        if not found or not _title_like(found["words"]):
            return None
        number = found["number"]
        if number[0].isdigit():
            return None if self._in_references else self._counted([int(part) for part in number.split(".")])
        return self._lettered(number, following)

    def _counted(self, number: list[int]) -> int | None:
        """Level of a digit-numbered heading that follows on the last one."""
        shared = number[:-1] == self._last[: len(number) - 1]
        last = self._last[len(number) - 1] if len(self._last) >= len(number) else 0
        if not shared or number[-1] != last + 1:
            return None
        self._last = number
        return len(number)

    def _lettered(self, number: str, following: Sequence[str]) -> int | None:
        """Level of an appendix heading: letters in order, and only after the reference list."""
        expected = chr(ord(self._letter) + 1) if self._letter else "A"
        allowed = {expected, self._letter} if "." in number else {expected}
        if not self._in_references or number[0] not in allowed or any(map(_REFERENCE_LINE.search, following)):
            return None
        self._letter = number[0]
        return number.count(".") + 1


def _title_like(words: str) -> bool:
    """Whether words after a number read as a title and not as a row of a table."""
    parts = words.split()
    return len(parts) <= 10 and sum(part[0].isalpha() or part in "&–-" for part in parts) >= 0.7 * len(parts)
