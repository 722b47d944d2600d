"""Kinds of findings and the reviewers' written rule, as data: ``tribunal.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from sovereign.records import Finding, Role, Severity

DEFECTS = (
    "fabricated-citation", "altered-number", "wrong-paper", "dropped-contradiction", "uncited-sentence",
    "off-topic-source", "retracted-source", "group-counted-twice", "overclaimed-level", "missing-scale",
)  # fmt: skip
"""Defects of a record on which the reviewers are measured: each is planted in good records, and has to be found."""


class Kind(NamedTuple):
    """Who raises findings of a kind, how severe they are, what they mean, and what it would take to mend a weakness."""

    role: Role
    severity: Severity
    meaning: str
    needs: str = ""


class Term(NamedTuple):
    """A share of a role's score: its weight in points, and what it is a share of."""

    weight: float
    basis: str


class Rule(NamedTuple):
    """The written rule. ``terms`` of each role add up to 10."""

    texts: dict[Role, str]
    terms: dict[Role, dict[str, Term]]
    penalty: dict[Severity, float]
    minor_cap: float
    critical_cap: float
    kinds: dict[str, Kind]


@cache
def rule() -> Rule:
    """The rule that ships."""
    data = tomllib.loads((resources.files(__package__) / "tribunal.toml").read_text("utf-8"))
    return Rule(
        texts={role: of["text"] for role, of in data["roles"].items()},
        terms={role: {name: Term(**t) for name, t in of["terms"].items()} for role, of in data["roles"].items()},
        penalty=data["penalty"],
        minor_cap=data["caps"]["minor"],
        critical_cap=data["caps"]["critical"],
        kinds={code: Kind(**kind) for code, kind in data["kinds"].items()},
    )


def finding(
    code: str,
    text: str,
    *,
    at: Sequence[str] = (),
    claims: Sequence[str] = (),
    facets: Sequence[str] = (),
    evidence: str = "",
) -> Finding:
    """A finding of a kind; role and severity are the kind's."""
    kind = rule().kinds[code]
    return Finding(
        role=kind.role,
        code=code,
        severity=kind.severity,
        text=text,
        claim_ids=tuple(dict.fromkeys(claims)),
        facet_ids=tuple(facets),
        at=tuple(dict.fromkeys(at)),
        evidence=evidence,
    )
