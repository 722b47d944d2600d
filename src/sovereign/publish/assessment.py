"""The section of a page that says how the record is assessed: what the first records told of themselves, each from its contract."""

from __future__ import annotations

from sovereign.contracts.dimensions import QualityDimensions, quality_dimensions
from sovereign.contracts.gates import gate_of_record
from sovereign.contracts.levels import LEVELS
from sovereign.contracts.provenance import source_provenance
from sovereign.contracts.published import Published
from sovereign.contracts.tiers import quality_tiers

from .parts import Paragraph, Run, Section, Table
from .text import count, day, one_line


def assessment_section(published: Published) -> Section:
    """Level, tier, gate, provenance, corrections and DOI with their basis, and the eight dimensions."""
    found = quality_dimensions(published)
    return Section(
        "",
        "Assessment",
        "assessment",
        (
            Table("The record as a whole", ("What", "Is", "Basis"), _whole(published, found)),
            Table("Quality dimensions", ("Dimension", "Level", "Score", "Basis"), _dimensions(found), figures=(2,)),
            Paragraph(
                (
                    "Automated signals, from named checks; no peer review. Tier and dimensions change nothing: the policy and the owner decide.",
                )
            ),
        ),
    )


def _whole(published: Published, dimensions: QualityDimensions) -> tuple[tuple[Run, ...], ...]:
    record = published.record
    tier, gate, sources = quality_tiers(published, dimensions), gate_of_record(published), source_provenance(published)
    level = LEVELS[record.level]
    score = f"{record.reviews[-1].score:g} of 10" if record.reviews else "none"
    rows = (
        ("Submitted", day(record.created_at), record.created_at),
        ("Review score", score, count(len(record.reviews), "round") + " of review"),
        ("Verification level", f"L{level.number}, {level.label}", "the lowest among the claims that the answer cites"),
        ("Quality tier", tier.tier, tier.basis),
        ("Gate", gate.status, gate.reason),
        ("Verified claims", str(record.counters.verified), f"of {record.counters.extracted} that were extracted"),
        ("Corrections", f"{published.state}, {len(record.corrections)}", f"version {record.version}; correction-record-v1.0, paper-manifest-v1.0"),
        ("Provenance", f"{sources.provenance_level}, {sources.provenance_label}", f"{sources.basis} A scale of its own: source-provenance-v1.0"),
        ("DOI", published.doi or "none", sources.external_archival_record_state),
    )  # fmt: skip
    return tuple(((one_line(what),), (one_line(value),), (one_line(basis),)) for what, value, basis in rows)


def _dimensions(document: QualityDimensions) -> tuple[tuple[Run, ...], ...]:
    found = document.dimensions
    return tuple(
        (
            (name.replace("_", " ").capitalize(),),
            (one.level,),
            ("—" if one.score is None else f"{one.score:g}",),
            (one_line(one.basis if one.score is not None else f"not there: {'; '.join(one.missing)}"),),
        )
        for name in type(found).model_fields
        for one in [getattr(found, name)]
    )
