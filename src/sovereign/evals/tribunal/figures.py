"""Figures that were changed: in sentences, claims, rows and tables."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from .digits import WAYS, altered, figures
from .parts import Spot, by_id, cited, cited_sentences, listed, own_evidence, sentences
from .plant import Json, Made, Variant


def _beside(data: Json, claim_ids: Sequence[str]) -> list[str]:
    """What a sentence with these claims could take its figures from: their texts, their results and their rows."""
    known = by_id(data)
    found = [known[i] for i in claim_ids if i in known]
    rows = [r for r in data["answer"]["comparisons"] if r["claim_id"] in claim_ids]
    numbers = [str(r["ratio"]) for c in found for r in c["results"]] + [str(r["ratio"]) for r in rows]
    return [*(c["text"] for c in found), *numbers]


def _in_sentence(data: Json, rng: Random, ways: Sequence[str], everywhere: bool) -> Made | None:
    spots = [(p, s) for p, s in sentences(data) if figures(s["text"])]
    for place, s in rng.sample(spots, len(spots)):
        old, ids = s["text"], s["claim_ids"]
        made = altered(old, rng.choice(ways), rng, _beside(data, ids))
        if made is None:
            continue
        twins = [(p, t) for p, t in spots if t["text"] == old and (everywhere or p == place)]
        for _, twin in twins:
            twin["text"] = made[0]
        return Made(tuple(p for p, _ in twins), tuple(ids))
    return None


def _sentence(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _in_sentence(data, rng, WAYS[:2], everywhere=False)


def _sentence_small(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _in_sentence(data, rng, ("small",), everywhere=True)


def _sentence_rounded(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _in_sentence(data, rng, ("rounded",), everywhere=True)


def _claim_text(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = [(p, c) for p, c in cited(data) if figures(c["text"])]
    for place, claim in rng.sample(spots, len(spots)):
        if made := altered(claim["text"], rng.choice(WAYS[:3]), rng, [claim["quote"]["text"]]):
            claim["text"] = made[0]
            return Made((place,), (claim["id"],))
    return None


def _quantity(quantity: Json, old: str, new: str) -> None:
    """The figure of a quantity changed, in value and print."""
    quantity["text"] = quantity["text"].replace(old, new, 1)
    quantity["value"] = round(quantity["value"] * float(new) / float(old), 9)


def _with_value(data: Json) -> list[tuple[str, Json, Json]]:
    """Cited claims with a result whose value prints a figure, and that value."""
    return [
        (p, c, r["value"])
        for p, c in cited(data)
        for r in c["results"]
        if r["value"] and r["value"]["value"] and figures(r["value"]["text"])
    ]


def _computed(claim: Json) -> None:
    """The claim's computed figure is that of its first result."""
    first: Any = claim["results"][0]["value"]
    claim["value"] = first["value"] if first else None


def _result(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = _with_value(data)
    for place, claim, value in rng.sample(spots, len(spots)):
        if made := altered(value["text"], rng.choice(WAYS[:3]), rng, [claim["text"]]):
            _quantity(value, made[1], made[2])
            _computed(claim)
            return Made((place,), (claim["id"],))
    return None


def _row(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    rows = listed(data, "answer", "comparisons")
    for place, row in rng.sample(rows, len(rows)):
        beside = _beside(data, [row["claim_id"]])
        key = rng.choice(("ratio", "subject_value", "comparator_value"))
        if row[key] is None or (made := altered(str(row[key]), rng.choice(WAYS), rng, beside)) is None:
            continue
        row[key] = float(made[0]) if key == "ratio" else made[0]
        return Made((place,), (row["claim_id"],))
    return None


def _cells(data: Json) -> list[tuple[str, Json]]:
    tables = listed(data, "answer", "measured")
    return [
        (f"{place}/rows/{n}/cells/{m}", cell)
        for place, table in tables
        for n, row in enumerate(table["rows"])
        for m, cell in enumerate(row["cells"])
        if cell and cell["ratio"] != 1.0
    ]


def _cell(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = _cells(data)
    for place, cell in rng.sample(spots, min(len(spots), 40)):
        if made := altered(f"{cell['ratio']:.3f}", rng.choice(WAYS[:3]), rng):
            cell["ratio"] = float(made[0])
            return Made((place,))
    return None


def _measurement(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    shown = {cell["measurement_id"]: place for place, cell in _cells(data)}
    spots = [(p, m) for p, m in listed(data, "measurements") if m["id"] in shown and m["ratio"]]
    for place, m in rng.sample(spots, min(len(spots), 40)):
        if made := altered(f"{m['ratio']:.3f}", rng.choice(WAYS[:3]), rng):
            m["ratio"] = float(made[0])
            citing = [p for p, s in sentences(data) if m["id"] in s["measurement_ids"]]
            return Made((place, shown[m["id"]], *citing))
    return None


def _all_but_quote(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = [s for s in _with_value(data) if s[2]["text"] in s[1]["text"]]
    for place, claim, value in rng.sample(spots, len(spots)):
        made = altered(value["text"], rng.choice(WAYS[:3]), rng, [claim["text"]])
        if made is None:
            continue
        rows = [(p, r) for p, r in listed(data, "answer", "comparisons") if r["claim_id"] == claim["id"]]
        for _, row in rows:
            for key in ("subject_value", "comparator_value"):
                row[key] = row[key].replace(made[1], made[2])
        claim["text"] = claim["text"].replace(value["text"], made[0], 1)
        _quantity(value, made[1], made[2])
        _computed(claim)
        return Made((place, *(p for p, _ in rows)), (claim["id"],))
    return None


def _source_side(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The claim and all that is stored of its own sentence say another figure; the answer still says the first."""
    texts = [s["text"] for _, s in cited_sentences(data)]
    spots = [s for s in _with_value(data) if s[2]["text"] in s[1]["text"] and any(s[2]["text"] in t for t in texts)]
    for place, claim, value in rng.sample(spots, len(spots)):
        made = altered(value["text"], "swapped", rng, [claim["text"]])
        if made is None or len(made[1]) != len(made[2]):
            continue
        old = value["text"]
        for holder in (claim, claim["quote"], *(e["quote"] for e in own_evidence(claim))):
            holder["text"] = holder["text"].replace(old, made[0], 1)
        _quantity(value, made[1], made[2])
        _computed(claim)
        citing = [p for p, s in cited_sentences(data) if claim["id"] in s["claim_ids"]]
        rows = [p for p, r in listed(data, "answer", "comparisons") if r["claim_id"] == claim["id"]]
        return Made((place, *citing, *rows), (claim["id"],))
    return None


def _side(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots: list[Spot] = listed(data, "answer", "disagreements")
    for place, disagreement in rng.sample(spots, len(spots)):
        for side in rng.sample(disagreement["sides"], len(disagreement["sides"])):
            if made := altered(side["statement"], rng.choice(WAYS[:3]), rng, _beside(data, side["claim_ids"])):
                side["statement"] = made[0]
                return Made((place,), tuple(side["claim_ids"]))
    return None


VARIANTS = (
    Variant("altered-number", "sentence", _sentence),
    Variant("altered-number", "claim-text", _claim_text),
    Variant("altered-number", "result", _result),
    Variant("altered-number", "comparison", _row),
    Variant("altered-number", "measured-cell", _cell),
    Variant("altered-number", "sentence-small", _sentence_small, held_out=True),
    Variant("altered-number", "sentence-rounded", _sentence_rounded, held_out=True),
    Variant("altered-number", "all-but-quote", _all_but_quote, held_out=True),
    Variant("altered-number", "source-side", _source_side, held_out=True),
    Variant("altered-number", "measurement", _measurement, held_out=True),
    Variant("altered-number", "side", _side, held_out=True),
)
