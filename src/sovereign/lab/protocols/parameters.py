"""Protocols ``parameter_count`` and ``parameter_share``: how many parameters a model has, and how many a method trains.

Both count the weight tensors of a shape, one by one (``lab.counts``). Shares are printed of different wholes: of the
frozen model, of the model with what was added (as peft prints it), or of the size in the model's name. These differ by
up to 4 %, which is why a share agrees within 5 %; a claim has to hold for each of the three.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from sovereign.language.quantities import base_value, find_scales
from sovereign.language.words import any_of, normalize, stems
from sovereign.records import Claim, ProtocolKey, Quantity, Result

from ..counts import parameters
from ..methods import hyperparameters, variant
from ..protocol import Figure, Given, Judgement, Match, Protocol
from ..protocol import Result as Found
from . import reading

_SHARE_TOLERANCE = 0.05
_TRAINED = ("mixlora", "lora", "full_fine_tuning", "adapters")
_FROM_TO = re.compile(r"\brank\b.*?\bfrom (?P<a>\d+) to (?P<b>\d+)", re.IGNORECASE)
_SIZES = {"r": "rank", "num_experts": "number of experts"}
_WHOLES = {"base": "of the frozen model", "all": "with what was added", "named": "of the size in its name"}


class Stated(NamedTuple):
    """One printed figure: which case of ``given`` counts it, and whether it is a share."""

    case: int
    printed: Quantity
    share: bool


def count(given: Given) -> dict[str, Any]:
    """Parameters of every case: all, active per token, and trained, as whole numbers."""
    found = []
    for case in given["cases"]:
        sizes = {k: v for k, v in case.items() if k in ("r", "num_experts", "top_k", "targets", "m")}
        counted = parameters(variant(given["shape"], case["method"], hyperparameters(**sizes)))
        one = variant(given["shape"], "base").shape
        idle = parameters(variant(one, "base")).of("feed_forward") * (one.num_experts - one.top_k) // one.num_experts
        found.append(
            {
                "trained": counted.total_trained,
                "total": counted.total,
                "base": counted.base,
                "active": counted.base - idle,
                "components": dict(counted.trained),
            }
        )
    return {"cases": found}


def _figures(given: Given, result: Found) -> tuple[Figure, ...]:
    made = []
    for i, (case, one) in enumerate(zip(given["cases"], result["cases"], strict=True)):
        method, setting = case["method"], tuple((k, str(v)) for k, v in sorted(case.items()) if k != "method")
        setting = (("model", given["shape"]), *setting)
        for name in ("total", "active") if method == "base" else ("trained",):
            metric = {"total": "parameters", "active": "active_parameters", "trained": "trainable_parameters"}[name]
            key = ProtocolKey(metric=metric, method=method, setting=setting, unit="parameters")
            quantity = Quantity(value=one[name], unit="parameters", text=f"{one[name]:,}")
            made.append(Figure(name=f"{i}.{name}", key=key, quantity=quantity, ratio=one[name] / one["base"]))
    return tuple(made)


def _match_count(claim: Claim) -> Match | None:
    results = [
        r
        for r in reading.of_metric(claim, "parameters", "active_parameters")
        if r.value and r.value.unit == "parameters" and not _is_change(r)
    ]
    shapes = {name for r in results if (name := _whole_shape(r.subject))}
    if not results or len(shapes) != 1 or any(_whole_shape(r.subject) is None for r in results):
        return None
    (shape,) = shapes
    printed = tuple((r.metric, r.value) for r in results)
    beyond = reading.turned(claim.text, "resized")
    if not _counts(shape, claim.text):
        beyond += ("what it says that the model does with its parameters",)
    if len({metric for metric, _ in printed}) < len(printed):  # "activates 13B of its 47B parameters"
        beyond += ("which of its figures is meant",)
    return Match(
        key=reading.key_of(claim, "parameters", shape, unit="parameters"),
        given={"shape": shape, "cases": [{"method": "base"}]},
        beyond=beyond,
        untested=reading.other_figures(claim, [r.value for r in results if r.value]),
        reading=printed,
    )


def _is_change(result: Result) -> bool:
    """Whether a figure is a difference ("2 % fewer than B"), not a count or a share ("2 % of B")."""
    if result.direction is None or result.comparator_value is not None:
        return False
    share = result.value is not None and result.ratio is not None and base_value(result.value)
    return not share or not math.isclose(share, result.ratio or 0.0)


def _counts(shape: str, text: str) -> bool:
    """Whether a text says how many parameters a shape has: "LLaMA-2 7B has", not "LLaMA-2 7B processes"."""
    text = normalize(text)
    words = next((words for name, words in reading.shapes_in(text) if name == shape), shape)
    verbs = any_of(reading.terms()["counts"])
    return re.search(rf"{re.escape(words)}(?:,?\s+(?:models?|which))*\s+{verbs}\b", text, re.IGNORECASE) is not None


def _whole_shape(subject: str | None) -> str | None:
    """The shape that a subject is, not only holds: "LLaMA-2 7B", not "serving LLaMA-2 7B"."""
    named = list(reading.shapes_in(subject or ""))
    if len(named) != 1:
        return None
    name, words = named[0]
    rest = frozenset(stems((subject or "").replace(words, " ")))
    return name if rest <= frozenset(stems(reading.terms()["whole"])) else None


def _judge_count(claim: Claim, match: Match, result: Found) -> Judgement:
    one = result["cases"][0]
    said, agree = [], True
    for metric, printed in match.reading:
        ours = one["active" if metric == "active_parameters" else "total"]
        agree &= reading.agrees(ours, printed, text=claim.text)
        said.append(f"{ours:,} counted{' per token' if metric == 'active_parameters' else ''}, {printed.text} stated")
    names = tuple({"0.active" if m == "active_parameters" else "0.total" for m, _ in match.reading})
    return Judgement(agree, f"{'; '.join(said)}; a figure agrees within its rounding", tuple(sorted(names)))


def _match_share(claim: Claim) -> Match | None:
    shape = reading.shape_of(claim.setting.model or claim.text)
    cases: list[dict[str, Any]] = []
    said: list[Stated] = []
    where, open_points = set(), []
    results = [r for r in reading.of_metric(claim, "trainable_parameters") if not _is_change(r)]
    statements = [s for r in results for s in _statements(r)]
    methods = {method for subject, *_ in statements if (method := reading.method_of(subject)) in _TRAINED}
    for subject, value, own_sizes in statements:
        method = reading.method_of(subject)
        if value is None or value.unit not in ("%", "parameters"):
            continue
        if method is None or method not in _TRAINED:
            open_points.append(f"{value.text} of {subject}, which it cannot count")
            continue
        sizes = (reading.sizes_of(claim.text) if len(methods) == 1 else {}) | own_sizes
        mine = _without(claim.text, [other for other, *_ in statements if other and other != subject])
        open_points += [
            f"the {_SIZES[name]}, which it states otherwise than it is read"
            for name in reading.spoken_sizes(mine)
            if name not in sizes
        ]
        open_points += [f"the {part} of {method}, apart" for part in reading.parts_in(subject or "")]
        known, place = reading.configuration(claim, method)
        case = {"method": method, **known, **sizes}
        if method == "lora" and "r" not in case:  # no rank is usual enough to be taken for granted
            open_points.append(f"{value.text} of {subject}, whose rank it does not state")
            continue
        if known.keys() - sizes.keys():
            where.add(place)
        open_points += _unstated(case, known)
        if case not in cases:
            cases.append(case)
        said.append(Stated(cases.index(case), value, value.unit == "%"))
    if not said:
        return None
    key = reading.key_of(claim, "trainable_parameters", str(cases[0]["method"]), unit=said[0].printed.unit)
    if shape is None:
        return Match(key, {}, needs=(f"the shape of {claim.setting.model or 'the model, which it does not name'}",))
    untested = reading.other_figures(claim, [s.printed for s in said])
    notes = (tuple(said), tuple(sorted(where)), _of_base(claim))
    beyond = (*dict.fromkeys(open_points), *reading.turned(claim.text, "resized"))
    return Match(key, {"shape": shape, "cases": cases}, beyond, untested=untested, reading=notes)


def _without(text: str, phrases: Sequence[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text


def _unstated(case: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Sizes that decide a count and that neither the claim nor its source gives."""
    method, found = case["method"], []
    if method == "mixlora" and "r" not in case:
        found.append(f"the {_SIZES['r']}, which it does not state")
    if method == "mixlora" and "num_experts" not in case:
        found.append(f"the {_SIZES['num_experts']}, which it does not state")
    if method == "lora" and not known and "targets" not in case:
        found.append("the layers that have LoRA, which it does not state")
    return found


def _statements(result: Result) -> list[tuple[str | None, Quantity | None, dict[str, Any]]]:
    """Subject, figure and sizes of both sides of a result; "raising the rank from 16 to 32" has one subject twice."""
    subject = result.subject or ""
    if steps := _FROM_TO.search(subject):
        # What is raised is no part of the name.
        name = re.sub(r"\b\w+ing the LoRA rank of\b", "", _FROM_TO.sub(lambda m: m[0].partition(" from ")[0], subject))
        return [
            (name, result.value, {"r": int(steps["b"])}),
            (name, result.comparator_value, {"r": int(steps["a"])}),
        ]
    other = result.comparator
    return [
        (subject, result.value, reading.sizes_of(subject)),
        (other, result.comparator_value, reading.sizes_of(other or "")),
    ]


def _of_base(claim: Claim) -> bool:
    """Whether a share is stated of the model by name: "of the parameters of LLaMA-2 7B"."""
    return any(r.comparator and reading.shape_of(r.comparator) for r in claim.results)


def _judge_share(claim: Claim, match: Match, result: Found) -> Judgement:
    said, where, of_base = match.reading
    named = _named_size(match.given["shape"])
    agree, lines = True, []
    for stated in said:
        case, one = match.given["cases"][stated.case], result["cases"][stated.case]
        if stated.share:
            wholes = {"base": one["base"], "all": one["total"], "named": named}
            shares = {
                name: one["trained"] / whole
                for name, whole in wholes.items()
                if whole and not (of_base and name == "all")
            }
            agree &= all(
                reading.agrees(share, stated.printed, _SHARE_TOLERANCE, claim.text) for share in shares.values()
            )
            shown = ", ".join(f"{100 * share:.2f} % {_WHOLES[name]}" for name, share in shares.items())
        else:
            agree &= reading.agrees(one["trained"], stated.printed, text=claim.text)
            shown = "as counted"
        lines.append(f"{_named(case)} trains {one['trained']:,} parameters, {shown}; {stated.printed.text} stated")
    tail = f"; sizes that the sentence leaves out are its source's ({', '.join(where)})" if where else ""
    names = tuple(f"{i}.trained" for i in sorted({s.case for s in said}))
    return Judgement(agree, "; ".join(lines) + tail, names)


def _named_size(shape: str) -> float:
    """The size in a shape's name, in parameters; 0 where it has none."""
    scales = find_scales(shape.replace("-", " ").upper())
    return base_value(scales[0]) if scales else 0.0


def _named(case: dict[str, Any]) -> str:
    sizes = ", ".join(f"{k} {v}" for k, v in case.items() if k in ("r", "num_experts"))
    return f"{case['method']} ({sizes})" if sizes else str(case["method"])


COUNT = Protocol(
    name="parameter_count",
    about="counts the parameters of a model, and those active per token, from its shape",
    key=ProtocolKey(metric="parameters", method="base", unit="parameters"),
    how="counted",
    match=_match_count,
    entry=f"{__name__}:count",
    figures=_figures,
    judge=_judge_count,
)
SHARE = Protocol(
    name="parameter_share",
    about="counts the parameters that a method trains on a model, and their share",
    key=ProtocolKey(metric="trainable_parameters", method="any"),
    how="counted",
    match=_match_share,
    entry=f"{__name__}:count",
    figures=_figures,
    judge=_judge_share,
    tolerance=_SHARE_TOLERANCE,
    independent="sovereign.lab.protocols.independent:count",
)
