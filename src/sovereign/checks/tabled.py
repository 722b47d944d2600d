"""The verdict of a document's sentences and that of its tables, put together."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.records import Evidence, Verdict, Verification


def with_tables(text: Verification, tables: Sequence[Evidence]) -> Verification:
    """The verdict of the sentences with what tables say beside it; the evidence that decides comes first."""
    by = {verdict: [e for e in tables if e.verdict == verdict] for verdict in ("SUPPORT", "CONTRADICT")}
    support, against = by["SUPPORT"], by["CONTRADICT"]
    if not (support or against):
        if not tables or text.verdict != "NOT_ENOUGH_INFO":
            return text.model_copy(update={"evidence": (*text.evidence, *tables)})
        reason = f"{text.reason}; {tables[0].reason}"  # whose the figures are, its cells show
        return text.model_copy(update={"reason": reason, "evidence": (*tables, *text.evidence)})
    if text.verdict in ("SUPPORT", "MIXED"):
        support = [*text.evidence[:1], *support]
    if text.verdict in ("CONTRADICT", "MIXED"):
        against = [*text.evidence[:1], *against]
    if support and against:
        verdict: Verdict = "MIXED"
        reason = f"supported {_place(support[0])}, contradicted {_place(against[0])}: {against[0].reason}"
    else:
        verdict = "SUPPORT" if support else "CONTRADICT"
        first = by[verdict][0]  # cells that were computed show more than a sentence near to the claim
        reason = f"{'supported' if support else 'contradicted'} {_place(first)}: {first.reason}"
    if verdict == text.verdict == "MIXED":
        return text.model_copy(update={"evidence": (*text.evidence, *tables)})
    tables = sorted(tables, key=lambda e: e.verdict != verdict)
    deciding = tuple(dict.fromkeys((*(text.deciding if verdict in ("MIXED", text.verdict) else ()), "table")))
    return text.model_copy(
        update={
            "verdict": verdict, "reason": reason, "deciding": deciding, "anchored": True,
            "evidence": (*tables, *text.evidence) if verdict != "MIXED" else (*text.evidence, *tables),
        }
    )  # fmt: skip


def _place(evidence: Evidence) -> str:
    if evidence.rationale:
        return f"in {evidence.rationale.label or 'a table'}"
    return f"at {evidence.quote.start}..{evidence.quote.end}"
