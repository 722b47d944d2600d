"""Latency of the methods at one shape, composed of sections that are each measured once, cold and at true width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import NamedTuple

import torch

from sovereign.errors import InputError

from ..counts import parameters
from ..methods import METHODS, Variant, applies, variant
from ..shapes import Shape
from .arena import arena, held_bytes
from .budget import Budget, available_bytes, budget, bytes_needed, cache_bytes
from .results import Config, How, Latency, Roof, Routing, Skipped
from .roofline import expert_rows, measure_roof, predict
from .tasks import Setting, aliased, settings, tasks, terms
from .timing import Rounds, Task, quartiles, rounds

__all__ = ["ShapeLatency", "bytes_needed", "measure"]

MANY_ROWS = 128  # more of them only where a block is small
MANY_ROWS_PARAMETERS = 13.5e9

Tell = Callable[[str], None]


class ShapeLatency(NamedTuple):
    """What was measured at one shape."""

    latency: tuple[Latency, ...]
    roof: Roof | None
    skipped: tuple[Skipped, ...]


def measure(shape: Shape, config: Config, tell: Tell, slices: int = 1) -> ShapeLatency:
    """Measure all methods of ``config`` at a shape, and the frozen base in any case. ``tell`` gets lines of progress.

    slices: into how many a block's products are cut at the least. Sets torch's threads and seed. Raises InputError if
    the device is not there.
    """
    prepare(config)
    plan = budget(shape, config, available_bytes(config.device) + held_bytes())
    plan = plan._replace(slices=max(plan.slices, slices))
    tell(f"{shape.name}: {plan.arena_bytes / 1e9:.1f} GB of weights")
    ring = arena(plan.arena_bytes, getattr(torch, config.dtype), config.device, config.seed)
    variants = [variant(shape, name, config.hyper) for name in METHODS if name in wanted(shape, config)]
    counts, skipped = _possible(shape, config)
    found: list[Latency] = []
    with torch.no_grad():
        for count in counts:
            asked = list(settings(shape, count, _contexts(shape, config), config.routings))
            if not asked:
                continue
            tell(f"{shape.name}: {count} {'row' if count == 1 else 'rows'}")
            todo = tasks(variants, asked, ring, plan.slices, config.seed)
            timed = rounds(todo, config.repeats, config.warm_up, config.device)
            shared = [one.method.name for one in variants if aliased(one, ring, plan.slices)]
            for setting in asked:
                rows = _rows(variants, setting, timed, todo, shared)
                found += (row for row in rows if row not in found)
        if not found:
            return ShapeLatency((), None, (*skipped, *_notes(shape, config, plan)))
        tell(f"{shape.name}: roofline")
        roofs = {*counts, *expert_rows(variants, counts)}
        roof = measure_roof(shape, sorted(roofs), ring, plan.slices, config.repeats, config.warm_up)
    by_name = {one.method.name: one for one in variants}
    cache = cache_bytes(config.device)

    def predicted(row: Latency) -> Latency:
        routing = config.routings[0] if row.routing == "none" else row.routing
        rows = row.tokens if row.phase == "prefill" else row.batch_size
        setting = Setting(row.phase, rows, row.context_length, routing)
        seconds = predict(by_name[row.method], setting, roof, ring.buffer.itemsize, cache, config.seed)
        return row.model_copy(update={"predicted": seconds})

    return ShapeLatency(tuple(map(predicted, found)), roof, (*skipped, *_notes(shape, config, plan)))


def prepare(config: Config) -> None:
    """Threads, seed and denormals of this process. Raises InputError if the device is not there."""
    if config.device == "cuda" and not torch.cuda.is_available():
        raise InputError("there is no CUDA device", "Take --device cpu, or install a build of torch for your GPU.")
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    torch.set_flush_denormal(True)


def wanted(shape: Shape, config: Config) -> set[str]:
    """Names of the methods to measure: those asked for that can start from the shape, and the base."""
    return {"base", *(name for name in config.methods if applies(shape, METHODS[name]))}


def _possible(shape: Shape, config: Config) -> tuple[list[int], list[Skipped]]:
    """The numbers of rows to measure, and what is not measured, with its reason."""

    def skip(method: str, what: str, reason: str) -> Skipped:
        return Skipped(shape=shape.name, method=method, what=what, reason=reason)

    most = shape.max_position_embeddings
    large = parameters(variant(shape, "base")).base > MANY_ROWS_PARAMETERS
    skipped = [
        skip(name, "latency", "the method starts from a dense model, and this one is a mixture already")
        for name in config.methods
        if name not in wanted(shape, config)
    ]
    if not shape.causal:
        skipped.append(skip("all", "decode", "the model does not generate text"))
    else:
        skipped += [
            skip("all", f"decode at context {length}", f"the model sees at most {most} tokens")
            for length in config.contexts
            if length > most
        ]
    counts = []
    for count in sorted(set(config.tokens)):
        if large and count > MANY_ROWS:
            skipped.append(skip("all", f"{count} rows", "measured up to 13B parameters only, for its time"))
        elif count > most:
            skipped.append(skip("all", f"{count} rows", f"the model sees at most {most} tokens"))
        else:
            counts.append(count)
    return counts, skipped


def _contexts(shape: Shape, config: Config) -> list[int]:
    return [length for length in config.contexts if length <= shape.max_position_embeddings]


def _notes(shape: Shape, config: Config, plan: Budget) -> list[Skipped]:
    """What the memory at hand did not allow."""
    if plan.cold:
        return []
    cache, used = cache_bytes(config.device) / 1e9, plan.arena_bytes / 1e9
    reason = (
        f"the weights rotate through {used:.2f} GB, for the memory at hand, not {plan.needed / 1e9:.2f} GB: "
        f"some may come from the cache of {cache:.2f} GB"
    )
    return [Skipped(shape=shape.name, method="all", what="cold weights", reason=reason)]


def _rows(
    variants: Sequence[Variant], setting: Setting, timed: Rounds, todo: dict[str, Task], shared: Sequence[str]
) -> Iterator[Latency]:
    """The latency of every method at one setting."""
    base = _composed(variants[0], setting, timed)
    before: dict[frozenset[str], str] = {}
    for of in variants:
        name = of.method.name
        used = frozenset(term.task for term in terms(of, setting))
        each = _composed(of, setting, timed)
        totals = [sum(parts.values()) for parts in each]
        ratios = [total / sum(parts.values()) for total, parts in zip(totals, base, strict=True)]
        parts = _middle(each)
        how: How = "tiled" if any(todo[task].scale > 1 for task in used) else "composed"
        routing: Routing = setting.routing if of.routed else "none"
        low, high = quartiles(totals)
        prefills = setting.phase == "prefill"
        yield Latency(
            shape=of.shape.name,
            method=name,
            phase=setting.phase,
            batch_size=1 if prefills else setting.rows,
            tokens=setting.rows if prefills else 1,
            context_length=setting.context,
            routing=routing,
            how=how,
            seconds=sum(parts.values()),
            low=low,
            high=high,
            ratio=median(ratios),
            parts=parts,
            same_as=before.get(used),
            aliased=name in shared,
            repeats=timed.repeats,
            warm_up=timed.warm_up,
        )
        before.setdefault(used, name)


def _composed(of: Variant, setting: Setting, timed: Rounds) -> list[dict[str, float]]:
    """Seconds per token by part, for each round."""
    return [
        {term.part: term.times * timed.seconds[term.task][i] / setting.rows for term in terms(of, setting)}
        for i in range(timed.repeats)
    ]


def _middle(each: Sequence[dict[str, float]]) -> dict[str, float]:
    """The parts of the round whose total is the median; of the two middle ones, if their number is even, the mean."""
    ordered = sorted(each, key=lambda parts: sum(parts.values()))
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    return {part: fmean(parts[part] for parts in middle) for part in middle[0]}
