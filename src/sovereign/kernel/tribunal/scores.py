"""The scores of the three reviewers, from shares of the record and their findings, by the written rule in ``tribunal.toml``."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.records import Finding, Role, RoleScore, ScoreTerm

from .brief import Brief
from .figures import carried
from .kinds import rule
from .told import told
from .weaknesses import held, independent

ROLES: tuple[Role, ...] = ("SKEPTIC", "VALIDATOR", "SYNTHESIZER")
FULL_SOURCES = 5
_ANSWERED = {"ANSWERED": 1.0, "PARTLY_ANSWERED": 0.5, "NOT_ANSWERABLE": 0.0}
_DEPTH = {"note": 0.25, "abstract": 0.5, "full_text": 1.0, "table": 1.0, "measurement": 1.0}


def role_score(role: Role, brief: Brief, findings: Sequence[Finding]) -> RoleScore:
    """What a role gives: its terms, then what its own findings that count take off; 0..10."""
    terms = [
        ScoreTerm(
            name=name,
            share=None if share is None else round(share, 4),
            weight=term.weight,
            points=round(term.weight * (share or 0.0), 3),
            basis=f"{detail}: {term.basis}" if detail else term.basis,
        )
        for name, term in rule().terms[role].items()
        for share, detail in [_SHARES[name](brief)]
    ]
    terms.append(_penalty([f for f in findings if f.role == role and f.counts]))
    score = round(max(0.0, min(10.0, sum(t.points for t in terms))), 2)
    return RoleScore(role=role, text=rule().texts[role], terms=tuple(terms), score=score)


def _penalty(findings: Sequence[Finding]) -> ScoreTerm:
    cost, cap = rule().penalty, rule().minor_cap
    small = min(cap, sum(cost[f.severity] for f in findings if f.severity in ("note", "minor")))
    large = sum(cost[f.severity] for f in findings if f.severity in ("major", "critical"))
    basis = f"{cost['critical']:g} for a critical finding, {cost['major']:g} for a major, {cost['minor']:g} for a minor one, these at most {cap:g} together"
    return ScoreTerm(name="findings", share=None, weight=0.0, points=-round(small + large, 3), basis=basis)


def total(scores: Sequence[RoleScore], findings: Sequence[Finding]) -> tuple[tuple[ScoreTerm, ...], float]:
    """The score of the round: the mean of the three, held down while a critical finding stands. The terms say so."""
    third = 1 / len(scores)
    terms = [
        ScoreTerm(name=s.role, share=round(s.score / 10, 4), weight=round(10 * third, 3), points=round(s.score * third, 3), basis="a third of what this reviewer gives")
        for s in scores
    ]  # fmt: skip
    mean = sum(s.score for s in scores) * third
    critical = sorted({f.code for f in findings if f.severity == "critical" and f.counts})
    cap = rule().critical_cap
    if critical and mean > cap:
        terms.append(
            ScoreTerm(name="cap", share=None, weight=0.0, points=round(cap - mean, 3), basis=f"at most {cap:g} with a critical finding: {', '.join(critical)}")
        )  # fmt: skip
        mean = cap
    return tuple(terms), round(mean, 2)


def _share(count: float, of: int, what: str = "cited claims") -> tuple[float | None, str]:
    return (count / of if of else None), f"{count:g} of {of} {what}"


def _anchored(brief: Brief) -> tuple[float | None, str]:
    return _share(sum(bool(c.verification and c.verification.anchored) for c in brief.cited), len(brief.cited))


def _supported(brief: Brief) -> tuple[float | None, str]:
    return _share(sum(c.verdict == "SUPPORT" for c in brief.cited), len(brief.cited))


def _verified(brief: Brief) -> tuple[float | None, str]:
    return _share(sum(c.verified for c in brief.cited), len(brief.cited))


def _checks(brief: Brief) -> tuple[float | None, str]:
    return _share(held(brief.cited), len(brief.cited))


def _uncontradicted(brief: Brief) -> tuple[float | None, str]:
    resting = [c for c in brief.cited if c.id in brief.resting]
    return _share(
        sum(c.verdict not in ("MIXED", "CONTRADICT") for c in resting), len(resting), "claims that sentences rest on"
    )


def _sources(brief: Brief) -> tuple[float | None, str]:
    works = {c.quote.source_id for c in brief.cited}
    return (min(1.0, len(works) / FULL_SOURCES) if works else None), f"{len(works)} works"


def _independent(brief: Brief) -> tuple[float | None, str]:
    works = {c.quote.source_id: c for c in brief.cited}
    return _share(sum(independent(c, brief) for c in works.values()), len(works), "cited works")


def _depth(brief: Brief) -> tuple[float | None, str]:
    cited = brief.cited
    return (sum(_DEPTH[c.quote.depth] for c in cited) / len(cited) if cited else None), f"{len(cited)} cited claims"


def _facets(brief: Brief) -> tuple[float | None, str]:
    facets = brief.answer.facets
    return _share(sum(_ANSWERED[f.state] for f in facets), len(facets), "facets")


def _borne(brief: Brief) -> tuple[float | None, str]:
    world = [s.sentence for s in brief.said if not s.sentence.of_record]
    good = {c.id for c in brief.claims if c.verified}
    return _share(sum(bool(s.measurement_ids or good & {*s.claim_ids}) for s in world), len(world), "sentences")


def _carried(brief: Brief) -> tuple[float | None, str]:
    return _share(*carried(brief), "sentences")


def _told(brief: Brief) -> tuple[float | None, str]:
    said, there = told(brief)
    # Nothing in dispute and nothing open is told in full, where there is anything that could be.
    return (1.0 if not there and brief.answer.facets and brief.claims else _share(said, there)[0]), f"{said} of {there}"


_SHARES = {
    "anchored": _anchored,
    "supported": _supported,
    "verified": _verified,
    "checks": _checks,
    "uncontradicted": _uncontradicted,
    "sources": _sources,
    "independent": _independent,
    "depth": _depth,
    "facets": _facets,
    "borne": _borne,
    "carried": _carried,
    "told": _told,
}
