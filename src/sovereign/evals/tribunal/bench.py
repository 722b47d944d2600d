"""``sovereign eval tribunal``: how many planted defects the reviewers find, and how often they object to a good record.

The rate of a kind is over its plants, that of the whole over all plants. Intervals draw records. Plants of held-out variants are
counted and never listed: whoever improves the reviewers sees only what they miss of the others.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sovereign.kernel.tribunal import review_json
from sovereign.version import __version__

from ..metrics import Counts, Figures, intervals, share
from ..pairs import Progress
from . import records
from .asked import WithModel
from .every import VARIANTS
from .plant import KINDS, Named, bare, plants
from .score import Judged, Objection, Reviewers, judged, objections

PER_KIND = 36
FEWEST = 20
SEED = 0

Result = dict[str, Any]


def run(
    folder: Path | None = None,
    model: str | None = None,
    progress: Progress = lambda text: None,
    skipped: Callable[[str], None] = lambda text: None,
) -> Result:
    """The result over the records of a folder, or over records made for it: the same for the same records and version.

    Raises:
        InputError: if there is no usable record, or no such model.
    """
    beside = None if model is None else WithModel(model)
    named = records.made(progress) if folder is None else records.given(folder, skipped)
    result: Result = {
        "bench": "tribunal",
        "source": "made" if folder is None else "given",
        "reviewers": "checks",
        **measure(named, review_json, progress),
    }
    if beside is not None:
        asked = measure(named, beside, progress)
        result["with_model"] = {"model": model, "calls": dict(sorted(beside.calls.items())), **asked}
    return result | {"seed": SEED, "version": __version__, "data_sha256": _digest(named)}


def _digest(named: Sequence[Named]) -> str:
    """SHA-256 of all records in order, without what is another each time: the same evidence gives the same digest."""
    whole = hashlib.sha256()
    for record in named:
        whole.update(record.data["content_hash"].encode())
    return whole.hexdigest()


def measure(
    named: Sequence[Named], review: Reviewers, progress: Progress = lambda text: None, per_kind: int = PER_KIND
) -> Result:
    """Rates of some reviewers on plants in good records, and on the good records themselves."""
    clean = {}
    for record in named:
        progress(f"clean records: {record.name}")
        clean[record.name] = objections(review, bare(record.data))
    found: list[Judged] = []
    for kind in KINDS:
        variants = VARIANTS[kind]
        made = plants(named, variants, math.ceil(per_kind / len(variants)), SEED)
        for number, plant in enumerate(made, 1):
            progress(f"{kind}: plant {number}")
            found.append(judged(plant, review, clean[plant.record]))
    return _rates(found, clean)


def _rates(found: Sequence[Judged], clean: dict[str, tuple[Objection, ...]]) -> Result:
    groups: dict[str, Counts] = {
        name: Counter({"clean": 1, "alarmed": int(bool(said))}) for name, said in clean.items()
    }
    for j in found:
        names = ("all", f"kind {j.plant.variant.kind}", "held out" if j.plant.variant.held_out else "shown")
        for name in names:
            groups[j.plant.record].update({f"{name} n": 1, f"{name} found": int(j.found), f"{name} any": int(j.any)})
        groups[j.plant.record].update({"raised": j.raised, "right": j.right})

    def figures(counts: Counts) -> Figures:
        overall: Figures = {
            "detection_rate": share(counts["all found"], counts["all n"]),
            "detection_rate_any": share(counts["all any"], counts["all n"]),
            "held_out_rate": share(counts["held out found"], counts["held out n"]),
            "shown_rate": share(counts["shown found"], counts["shown n"]),
            "false_alarm_rate": share(counts["alarmed"], counts["clean"]),
            "precision": share(counts["right"], counts["raised"]),
        }
        return overall | {k: share(counts[f"kind {k} found"], counts[f"kind {k} n"]) for k in KINDS}

    values, spans = figures(sum(groups.values(), Counter[str]())), intervals(groups, figures)
    overall = [name for name in values if name not in KINDS]
    missed = [j for j in found if not j.found]
    return {
        **{name: values[name] for name in overall},
        "intervals": {name: spans[name] for name in overall},
        "plants": len(found),
        "clean_records": len(clean),
        "kinds": {
            kind: _kind([j for j in found if j.plant.variant.kind == kind], clean, kind)
            | {"rate": values[kind], "interval": spans[kind]}
            for kind in KINDS
        },
        "fewer_than_wanted": [k for k in KINDS if sum(j.plant.variant.kind == k for j in found) < FEWEST],
        "missed": [_missed(j) for j in missed if not j.plant.variant.held_out],
        "missed_held_out": dict(Counter(j.plant.variant.kind for j in missed if j.plant.variant.held_out)),
        "false_alarms": [
            {"record": name, "kind": o.code, "text": o.text, "places": sorted(o.spots)}
            for name, said in clean.items()
            for o in said
        ],
    }


def _kind(found: Sequence[Judged], clean: dict[str, tuple[Objection, ...]], kind: str) -> Result:
    """Counts of one kind; ``records`` of them were planted in, ``not_plantable`` gave no place for any variant."""
    hidden = [j for j in found if j.plant.variant.held_out]
    shown = {v.name: [j for j in found if j.plant.variant == v] for v in VARIANTS[kind] if not v.held_out}
    used = {j.plant.record for j in found}
    alarmed = sum(any(o.code == kind for o in said) for said in clean.values())
    return {
        **_counts(found),
        "found_by_any_kind": sum(j.any for j in found),
        "records": len(used),
        "not_plantable": sorted(set(clean) - used),
        "false_alarm_rate": share(alarmed, len(clean)),
        "variants": {name: _counts(some) for name, some in shown.items()},
        "held_out": _counts(hidden),
    }


def _counts(found: Sequence[Judged]) -> Result:
    detected = sum(j.found for j in found)
    return {"n": len(found), "detected": detected, "rate": share(detected, len(found))}


def _missed(j: Judged) -> Result:
    variant = j.plant.variant
    return {"kind": variant.kind, "variant": variant.name, "record": j.plant.record, "places": list(j.plant.places), "claim_ids": list(j.plant.claim_ids)}  # fmt: skip
