"""Protocols ``bytes_per_parameter`` and ``accounting``: what training keeps for each parameter.

The first counts the bytes of mixed-precision Adam and really allocates them. The second asks which known accounting
gives two totals that a claim states together, such as those of full fine-tuning and of LoRA.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from sovereign.language.quantities import base_value, find_scales
from sovereign.language.units import dimension
from sovereign.records import Claim, ProtocolKey, Quantity

from ..counts import Tensor, parameters
from ..methods import hyperparameters, variant
from ..optimizers import optimizer
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from ..shapes import SHAPES
from . import reading

_PER_PARAMETER = re.compile(r"\bper parameter\b|\bparameter state\b", re.IGNORECASE)
_MODEL_STATES = re.compile(r"\bmodel states?\b", re.IGNORECASE)
_MIXED = re.compile(r"\bmixed[- ]precision\b", re.IGNORECASE)
_ADAM = re.compile(r"\bAdamW?\b")
_PARTS = {"weights": r"weights", "gradients": r"gradients", "state": r"(?:\d+-bit\s+)?optimi[sz]er\s+states?"}
_KEY = ProtocolKey(metric="memory", method="mixed-precision Adam", setting=(("phase", "training"),), unit="B")


def count_bytes(given: Given) -> dict[str, Any]:
    """Bytes per parameter by part, as the cost model counts them for one parameter."""
    one = optimizer("adamw_mixed")
    state = one.state(Tensor("attention", 1, 0, 1, True))
    return {"counted": {"weights": one.parameter, "gradients": one.gradient, "state": state}}


def allocate_bytes(given: Given) -> dict[str, Any]:
    """What ``count_bytes`` gives, and the bytes per parameter of tensors that one optimizer step really left behind."""
    return count_bytes(given) | {"allocated": _allocated()}


def _allocated() -> dict[str, float]:
    """One step on a million parameters in bf16, with fp32 copies that AdamW updates; bytes of the tensors kept."""
    import torch

    weight = torch.nn.Parameter(torch.zeros(1000, 1000, dtype=torch.bfloat16))
    weight.grad = torch.ones_like(weight)
    master = weight.detach().float().requires_grad_()
    master.grad = weight.grad.float()
    step = torch.optim.AdamW([master], lr=1e-3)
    step.step()
    master.grad = None  # the copy's gradient lives only during the step
    moments = [t for t in step.state[master].values() if t.shape == master.shape]
    sizes: dict[str, list[torch.Tensor]] = {
        "weights": [weight],
        "gradients": [weight.grad],
        "state": [master, *moments],
    }
    return {name: sum(t.nbytes for t in tensors) / weight.numel() for name, tensors in sizes.items()}


def _bytes_figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for name in ("counted", "allocated"):
        if parts := result.get(name):
            total = sum(parts.values())
            made.append(
                Figure(
                    name=name, key=_KEY, quantity=Quantity(value=total, unit="B", text=f"{total:g} bytes per parameter")
                )
            )
    return tuple(made)


def _match_bytes(claim: Claim) -> Match | None:
    per_parameter, scale = _PER_PARAMETER.search(claim.text), _model_scale(claim)
    printed = _printed(claim)
    if printed is None or not (per_parameter or (_MODEL_STATES.search(claim.text) and scale)):
        return None
    open_points = []
    if not _MIXED.search(claim.text):
        open_points.append("the precision, which it does not state")
    if not _ADAM.search(claim.text):
        open_points.append("the optimizer, which it does not state")
    parts = {
        name: int(m[1])
        for name, p in _PARTS.items()
        if (m := re.search(rf"\b(\d+)\s+(?:are\s+)?(?:for\s+)?{p}", claim.text))
    }
    open_points += [f"the {part} apart" for part, p in _PARTS.items() if part not in parts and re.search(p, claim.text)]
    open_points += [*reading.turned(claim.text), *reading.more_words(claim.text, "bytes")]
    size = None if per_parameter or scale is None else base_value(scale)
    key = reading.key_of(claim, "memory", "mixed-precision Adam", unit=printed.unit)
    untested = () if parts else reading.other_figures(claim, [printed])
    return Match(key, {}, tuple(open_points), untested=untested, reading=(size, printed, parts))


def _printed(claim: Claim) -> Quantity | None:
    """The bytes that a claim states of mixed-precision training, or of Adam; of another method, they are another claim."""
    for result in reading.of_metric(claim, "memory"):
        sides = ((result.subject, result.value), (result.comparator, result.comparator_value))
        for named, quantity in sides:
            if quantity and dimension(quantity.unit) == "bytes" and _is_adam(named or ""):
                return quantity
    plain = [r.value for r in reading.of_metric(claim, "memory") if r.value and not r.comparator]
    return plain[0] if plain and _MIXED.search(claim.text) and _ADAM.search(claim.text) else None


def _is_adam(phrase: str) -> bool:
    return bool(_MIXED.search(phrase) or _ADAM.search(phrase))


def _model_scale(claim: Claim) -> Quantity | None:
    scales = find_scales(claim.text)
    return scales[0] if scales else None


def _judge_bytes(claim: Claim, match: Match, result: Result) -> Judgement:
    scale, printed, parts = match.reading
    found = dict(result["counted"])
    total = sum(found.values())
    agree = reading.agrees(total * (scale or 1), printed, text=claim.text)
    agree &= all(found[name] == stated for name, stated in parts.items())
    lines = [f"{found['weights']} + {found['gradients']} + {found['state']} = {total} bytes a parameter"]
    if allocated := result.get("allocated"):
        agree &= abs(sum(allocated.values()) - total) < 0.01 * total
        lines.append(f"{sum(allocated.values()):g} of tensors really kept")
    lines.append(f"{printed.text} stated" + (f", {total * scale / 1e9:.4g} GB counted" if scale else ""))
    names = tuple(n for n in ("counted", "allocated") if n in result)
    return Judgement(agree, "; ".join(lines), names)


@cache
def accountings() -> tuple[dict[str, Any], ...]:
    """The known accountings, as the data file lists them."""
    return tuple(
        tomllib.loads(resources.files(__package__).joinpath("accountings.toml").read_text("utf-8"))["accounting"]
    )


def account(given: Given) -> dict[str, Any]:
    """Totals in bytes of full fine-tuning and of LoRA under every accounting."""
    sizes = {k: v for k, v in given.items() if k in ("r", "targets")}
    counted = parameters(variant(given["shape"], "lora", hyperparameters(**sizes)))
    rows = []
    for one in accountings():
        kept = one["weight"] + one["gradient"] + one["state"]
        full = given["scale"] * kept
        rows.append(
            {"name": one["name"], "full": full, "lora": given["scale"] * one["frozen"] + counted.total_trained * kept}
        )
    return {"trained": counted.total_trained, "rows": rows}


def _account_figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for row in result["rows"]:
        setting = (("model", given["shape"]), ("accounting", row["name"]), ("phase", "training"))
        key = ProtocolKey(metric="memory", method="lora", comparator="full_fine_tuning", setting=setting, unit="B")
        quantity = Quantity(value=row["lora"], unit="B", text=f"{row['lora'] / 1e9:.4g} GB")
        ratio = row["lora"] / row["full"] if row["full"] else None
        made.append(Figure(name=row["name"], key=key, quantity=quantity, ratio=ratio))
    return tuple(made)


def _match_accounting(claim: Claim) -> Match | None:
    """Claims that give both totals of one model, with no accounting named, and a size whose shape is known."""
    for result in reading.of_metric(claim, "memory"):
        methods = (reading.method_of(result.subject), reading.method_of(result.comparator))
        both = result.value is not None and result.comparator_value is not None
        scale = claim.setting.scale
        if methods != ("lora", "full_fine_tuning") or not both or scale is None or claim.setting.phase != "training":
            continue
        shape = reading.shape_of(claim.setting.model) or _of_size(scale.text)
        if shape is None:
            continue
        given = {"shape": shape, "scale": base_value(scale), **reading.sizes_of(claim.text)}
        open_points = ("how memory is counted, which it does not state",)
        key = reading.key_of(claim, "memory", "lora", "full_fine_tuning", "B")
        return Match(key, given, open_points, reading=(result.value, result.comparator_value))
    return None


def _of_size(text: str) -> str | None:
    """The first shape with that size in its name: the totals hardly depend on the rest of it."""
    return next((name for name in SHAPES if name.endswith(f"-{text.lower()}")), None)


def _judge_accounting(claim: Claim, match: Match, result: Result) -> Judgement:
    lora, full = match.reading
    fits = [(row, reading.agrees(row["lora"], lora), reading.agrees(row["full"], full)) for row in result["rows"]]
    shown = "; ".join(f"{row['name']}: {row['full'] / 1e12:.3g} TB and {row['lora'] / 1e9:.4g} GB" for row, *_ in fits)
    if both := [row["name"] for row, a, b in fits if a and b]:
        return Judgement(True, f"{full.text} and {lora.text} are what {' or '.join(both)} gives. {shown}", tuple(both))
    near = [f"{full.text} by {row['name']}" for row, _, b in fits if b] or [f"{full.text} by none"]
    reason = f"no stated accounting gives both {full.text} and {lora.text} ({', '.join(near)}). {shown}"
    return Judgement(None, reason, tuple(row["name"] for row, *_ in fits), "accounting_not_stated")


ALLOCATED = Protocol(
    name="bytes_allocated",
    about="counts what mixed-precision Adam keeps for each parameter, and allocates it in one optimizer step",
    key=_KEY,
    how="measured",
    match=_match_bytes,
    entry=f"{__name__}:allocate_bytes",
    figures=_bytes_figures,
    judge=_judge_bytes,
    seconds=8.0,
    packages=("torch",),
    tolerance=0.01,
    repeats_within=0.01,
)
COUNTED = Protocol(
    name="bytes_per_parameter",
    about="counts what mixed-precision Adam keeps for each parameter",
    key=_KEY,
    how="counted",
    match=_match_bytes,
    entry=f"{__name__}:count_bytes",
    figures=_bytes_figures,
    judge=_judge_bytes,
)
ACCOUNTING = Protocol(
    name="accounting",
    about="asks which known accounting of training memory gives both totals that a claim states",
    key=ProtocolKey(metric="memory", method="lora", comparator="full_fine_tuning", setting=(("phase", "training"),)),
    how="counted",
    match=_match_accounting,
    entry=f"{__name__}:account",
    figures=_account_figures,
    judge=_judge_accounting,
)
