"""Memory of every method at one shape: what the cost model says, and what real models take where they can be built.

A model that does not fit is built as slices: one block and a few, with embedding and head at true size. What a slice's
peak holds is either kept by every block or there once, so peak(L) = peak(1) + (L - 1) (peak(b) - peak(1)) / (b - 1). A
step has two peaks, each composed by itself: where the loss turns back, all blocks keep their activations; at the end of
the backward pass these are gone, and gradients of a large embedding are there in copies.
Nothing is built that does not fit into memory; that row stays modelled and says so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from ..counts import parameters
from ..memory import inference_memory, training_memory
from ..methods import Variant, applies, method, variant
from ..optimizers import optimizer
from ..shapes import SHAPES, Shape
from . import peak
from .budget import WHOLE
from .models import ARCHITECTURES, MEASURABLE
from .results import Config, How, Memory, MemoryCheck, Skipped
from .training import Growth, Job, growth

JUDGED = 330_000_000  # parameters from which a check is held to the bars; OPT-350M has 331 million
BARS = {"states": 0.05, "training": 0.15}  # the highest relative error of a judged check
SECONDS_A_SHAPE = 60.0  # no model is built after so long; what is left out is modelled, and said
QUICK_TOKENS = 128
SURPLUS = 1.15  # what a job may take beyond the model's prediction, and below, what the libraries take
LIBRARIES = 1 << 29
GB = 1e9

# Which method's training, and which one's inference, is the same computation.
TRAINS_AS = {"lora_merged": "lora"}
ANSWERS_AS = {"full_fine_tuning": "base", "lora_merged": "base"}

Mode = Literal["training", "inference"]
Measured = dict[str, dict[int, Growth]]  # by method, then by the blocks that were built: all, or those of two slices


class ShapeMemory(NamedTuple):
    """What was found for one shape."""

    memory: tuple[Memory, ...]
    checks: tuple[MemoryCheck, ...]
    skipped: tuple[Skipped, ...]


def measure(shape: Shape, config: Config, tell: Callable[[str], None], seconds: float = SECONDS_A_SHAPE) -> ShapeMemory:
    """Rows for every method and mode, checks of the cost model, and what could not be measured.

    No measurement is begun once ``seconds`` have passed; one of them takes seconds to minutes.
    """
    start = time.monotonic()
    measured: Measured = {}
    checks: list[MemoryCheck] = []
    skipped: list[Skipped] = []
    if shape.architecture not in ARCHITECTURES:
        reason = f"no real model is built for {shape.architecture}, so its rows are modelled"
        skipped.append(Skipped(shape=shape.name, method="base", what="memory", reason=reason))
    for jobs in _plan(shape, config):
        name = jobs[0].of.method.name
        obstacle = _obstacle(jobs, config)
        if obstacle is None and time.monotonic() - start > seconds:
            obstacle = f"the {seconds:.0f} s for measuring memory at one shape were used up"
        if obstacle is None:
            tell(f"memory of {shape.name}, {name}: {' and '.join(str(_layers(job)) for job in jobs)} blocks")
            try:
                measured[name] = {_layers(job): peak.in_own_process(growth, job) for job in jobs}
                checks += _checks(jobs[-1], measured[name][_layers(jobs[-1])])
            # OSError: below the sandbox's strongest level a process may not set back its own peak.
            except (peak.Unmeasurable, RuntimeError, MemoryError, OSError) as error:
                obstacle = f"the measurement failed: {error}"[:300]
        if obstacle is not None:
            skipped.append(Skipped(shape=shape.name, method=name, what="memory", reason=obstacle))
    return ShapeMemory(tuple(_rows(shape, config, {} if config.quick else measured)), tuple(checks), tuple(skipped))


def bytes_needed(shape: Shape, config: Config) -> int:
    """The most bytes that ``measure`` will hold at once, of what fits now; 0 where everything is modelled."""
    jobs = [job for jobs in _plan(shape, config) if _obstacle(jobs, config) is None for job in jobs]
    return max(map(_bytes, jobs), default=0)


def judged(check: MemoryCheck) -> bool:
    """Whether a check is held to its bar, ``BARS``: a prediction for training, of a model that is large enough."""
    built = _cut(SHAPES[check.shape], check.layers)
    return check.part in BARS and parameters(variant(built, "base")).total >= JUDGED


def _plan(shape: Shape, config: Config) -> Iterator[tuple[Job, ...]]:
    """Jobs by method: the whole model, or two slices of it. Quick: one slice under LoRA, of the smallest judged shape."""
    if shape.architecture not in ARCHITECTURES:
        return
    wanted = {same.get(name, name) for name in config.methods for same in (TRAINS_AS, ANSWERS_AS)}
    names = [name for name in MEASURABLE if name in wanted]
    if config.quick:
        names = ["lora"] if "lora" in wanted and shape.name == _smallest_judged(config) else []
    tokens = min(config.memory_tokens, shape.max_position_embeddings, QUICK_TOKENS if config.quick else sys.maxsize)
    for name in names:
        one, few = (_job(shape, name, layers, tokens, config) for layers in _slices(shape))
        whole = _job(shape, name, shape.num_hidden_layers, tokens, config)
        if config.quick:
            yield (few,)
        elif parameters(variant(shape, "base")).total <= WHOLE and _obstacle((whole,), config) is None:
            yield (whole,)
        else:
            yield (one, few)


def _job(shape: Shape, name: str, layers: int, tokens: int, config: Config) -> Job:
    return Job(
        variant(_cut(shape, layers), name, config.hyper),
        tokens,
        config.dtype,
        config.device,
        config.threads,
        config.seed,
    )


def _slices(shape: Shape) -> tuple[int, int]:
    """One block, and as many as make a model that is judged, or all."""
    one, two = (parameters(variant(_cut(shape, layers), "base")).total for layers in (1, 2))
    few = 1 + max(1, -((one - JUDGED) // (two - one)))
    return 1, min(few, shape.num_hidden_layers)


def _cut(shape: Shape, layers: int) -> Shape:
    return shape.model_copy(update={"num_hidden_layers": layers})


def _smallest_judged(config: Config) -> str | None:
    """The smallest shape of the run that is judged and can be built; a scale is named with or without its family."""
    sizes = {
        name: parameters(variant(one, "base")).total
        for name, one in SHAPES.items()
        if {name, name.partition("-")[2]} & set(config.scales) and one.architecture in ARCHITECTURES
    }
    judged = [name for name, count in sizes.items() if count >= JUDGED]
    return min(judged, key=sizes.__getitem__, default=None)


def _obstacle(jobs: tuple[Job, ...], config: Config) -> str | None:
    """Why these jobs cannot be run here; None if they can."""
    reason = peak.why_not(config.device)
    if reason is not None:
        return reason
    needed, room = max(map(_bytes, jobs)), peak.room(config.device)
    if needed <= room:
        return None
    blocks = f"{_layers(jobs[-1])} of its blocks need" if len(jobs) > 1 else "it needs"
    return f"{blocks} {needed / GB:.1f} GB, and {room / GB:.1f} GB may be used"


def _bytes(job: Job) -> int:
    """Bytes that a job may take."""
    modelled = [_modelled(job.of, mode, job.tokens, job.dtype) for mode in _modes(job.of)]
    return int(SURPLUS * max(sum(one.values()) for one in modelled)) + LIBRARIES


def _layers(job: Job) -> int:
    return job.of.shape.num_hidden_layers


def _modes(of: Variant) -> tuple[Mode, ...]:
    return ("inference",) if of.method.trains == "nothing" else ("training", "inference")


def _optimizer(dtype: str) -> str:
    """AdamW with what its parameters' type asks for; 16 bytes a trained parameter either way."""
    return "adamw_fp32" if dtype == "float32" else "adamw_mixed"


def _modelled(of: Variant, mode: Mode, tokens: int, dtype: str) -> dict[str, float]:
    """Bytes by component, from the cost model."""
    if mode == "training":
        return dict(training_memory(of, tokens, by=_optimizer(dtype)).components)
    width = float(optimizer(_optimizer(dtype)).parameter)
    return dict(inference_memory(of, tokens, weight_bytes=width, cache_bytes=width).components)


def _measured(grown: dict[int, Growth], layers: int, mode: Mode) -> dict[str, float]:
    """Bytes by component: tensors as they are, and what the peak holds beside them as activations or workspace."""
    if layers in grown:
        whole = {name: float(value) for name, value in grown[layers]._asdict().items()}
    else:
        (few, small), (more, large) = sorted(grown.items())
        pairs = zip(Growth._fields, small, large, strict=True)
        whole = {name: a + (layers - few) * (b - a) / (more - few) for name, a, b in pairs}
    if mode == "training":
        parts = {name: whole[name] for name in ("weights", "adapters", "gradients", "optimizer")}
        return parts | {"activations": max(whole["turn"], whole["rest"]) - sum(parts.values())}
    parts = {name: whole[name] for name in ("weights", "adapters", "kv_cache")}
    return parts | {"workspace": whole["inference"] - sum(parts.values())}


def _rows(shape: Shape, config: Config, measured: Measured) -> Iterator[Memory]:
    """A row for each method that applies and each mode; ratios are of two measured totals or of two modelled ones."""
    tokens = min(config.memory_tokens, shape.max_position_embeddings)
    layers = shape.num_hidden_layers

    def best(name: str, mode: Mode) -> tuple[How, dict[str, float]]:
        same = (TRAINS_AS if mode == "training" else ANSWERS_AS).get(name, name)
        if same in measured:
            how: How = "measured" if layers in measured[same] else "composed"
            return how, _measured(measured[same], layers, mode)
        return "modelled", _modelled(variant(shape, name, config.hyper), mode, tokens, config.dtype)

    for name in config.methods:
        if not applies(shape, method(name)):
            continue
        for mode in _modes(variant(shape, name, config.hyper)):
            how, components = best(name, mode)
            reference = "full_fine_tuning" if mode == "training" else "base"
            beside_how, beside = best(reference, mode)
            total = sum(components.values())
            ratio = total / sum(beside.values())
            if "modelled" in (how, beside_how):  # like to like: what was measured also holds workspace
                one, other = (variant(shape, each, config.hyper) for each in (name, reference))
                parts = [_modelled(of, mode, tokens, config.dtype) for of in (one, other)]
                ratio = sum(parts[0].values()) / sum(parts[1].values())
            yield Memory(
                shape=shape.name,
                method=name,
                mode=mode,
                optimizer=_optimizer(config.dtype) if mode == "training" else None,
                batch_size=1,
                tokens=tokens,
                how=how,
                components=components,
                total=total,
                ratio=ratio,
            )


def _checks(job: Job, grown: Growth) -> Iterator[MemoryCheck]:
    """The cost model's prediction beside each of the growths that were measured."""
    predicted: dict[Literal["states", "training", "inference"], float] = {}
    measured = {"states": grown.states, "training": grown.training, "inference": grown.inference}
    predicted["inference"] = sum(_modelled(job.of, "inference", job.tokens, job.dtype).values())
    if "training" in _modes(job.of):
        parts = _modelled(job.of, "training", job.tokens, job.dtype)
        predicted["training"] = sum(parts.values())
        predicted["states"] = predicted["training"] - parts["activations"]
    for part, expected in predicted.items():
        yield MemoryCheck(
            shape=job.of.shape.name,
            method=job.of.method.name,
            optimizer=None if part == "inference" else _optimizer(job.dtype),
            part=part,
            layers=_layers(job),
            tokens=job.tokens,
            predicted=expected,
            measured=measured[part],
            error=expected / measured[part] - 1,
        )
