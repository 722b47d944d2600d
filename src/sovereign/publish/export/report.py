"""What the verification of an export found."""

from __future__ import annotations

from typing import Literal

from pydantic import computed_field

from sovereign.records import Model


class Problem(Model):
    """Something that is wrong: ``where`` is a file of the export, or a place in one."""

    where: str
    what: str


class Checked(Model):
    """One kind of check and how many things it was made on. A check of nothing is no check, and is not listed."""

    name: str
    count: int


class ExportReport(Model):
    """The result. ``verified`` needs an anchor from elsewhere: a ledger head or a public key. Without one, whoever changes
    everything consistently is not found, and the status says so. ``not_checked`` names what could not be."""

    status: Literal["verified", "self_consistent_only", "broken"]
    anchors: tuple[str, ...]
    record: str
    version: int | None
    checked: tuple[Checked, ...]
    not_checked: tuple[str, ...]
    problems: tuple[Problem, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether no problem was found. It does not say that there was an anchor: ``status`` does."""
        return self.status != "broken"


class Findings:
    """Problems and counts, as they are found."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self.counts: dict[str, int] = {}
        self.not_checked: list[str] = []

    def problem(self, where: str, what: str) -> None:
        """Note a problem, once. What a stranger wrote may hold halves of characters, which nothing can print."""
        self._problems[Problem(where=_printable(where), what=_printable(what))] = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, in the order in which they were found."""
        return tuple(self._problems)

    def count(self, name: str, more: int = 1) -> None:
        """Count things that were checked."""
        if more:
            self.counts[name] = self.counts.get(name, 0) + more

    def report(self, anchors: tuple[str, ...], record: str, version: int | None) -> ExportReport:
        """The result of all that was found."""
        status: Literal["verified", "self_consistent_only", "broken"] = "self_consistent_only"
        if self._problems:
            status = "broken"
        elif anchors:
            status = "verified"
        return ExportReport(
            status=status,
            anchors=anchors,
            record=record,
            version=version,
            checked=tuple(Checked(name=name, count=count) for name, count in self.counts.items()),
            not_checked=tuple(self.not_checked),
            problems=self.problems,
        )


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
