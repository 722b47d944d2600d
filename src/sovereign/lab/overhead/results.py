"""What the overhead protocol finds: the content of ``results.json``.

Times are seconds per token, memory is bytes. ``how`` says where a figure comes from: ``measured`` as it stands;
``composed`` from measured parts (layers times block, plus embedding and head); ``tiled``, composed from parts of which
at least one was measured in slices and scaled; ``modelled``, computed by the cost model.
"""

from __future__ import annotations

from typing import Final, Literal

from sovereign.records import Model

from ..methods import Hyperparameters

RESULTS_VERSION: Final = "1.0"

How = Literal["measured", "composed", "tiled", "modelled"]
Phase = Literal["prefill", "decode"]
Routing = Literal["none", "balanced", "zipf"]


class Config(Model):
    """What was asked for. ``tokens`` are rows of a block: tokens of a prompt, or sequences of a decoding batch.

    Counts of tokens beyond 128 are measured for shapes of up to 13B parameters only. ``contexts`` are cached tokens in
    decoding. ``memory_tokens`` is the length of the training sequence and of the prompt of which memory is taken.
    """

    scales: tuple[str, ...]
    methods: tuple[str, ...]
    device: Literal["cpu", "cuda"]
    dtype: Literal["float32", "bfloat16", "float16"]
    tokens: tuple[int, ...]
    contexts: tuple[int, ...]
    memory_tokens: int = 512
    routings: tuple[Routing, ...] = ("balanced",)
    warm_up: int = 1
    repeats: int = 5
    threads: int
    seed: int = 0
    quick: bool = False
    whole_models: bool = True
    hyper: Hyperparameters = Hyperparameters()


class Environment(Model):
    """Where it was measured. ``device`` is ``cpu`` or the name of the GPU; ``cache_bytes`` is the processor's last-level
    cache, ``memory_bytes`` what the machine has."""

    device: str
    processor: str
    cores: int
    threads: int
    memory_bytes: int
    cache_bytes: int
    dtype: str
    fast_bf16: bool
    native_mixlora: bool
    isolation: str
    libraries: dict[str, str]
    python: str
    platform: str
    measured_at: str


class Latency(Model):
    """Seconds per token of one method at one shape and setting.

    Prefill: one sequence of ``tokens`` tokens. Decode: one token for each of ``batch_size`` sequences that have
    ``context_length`` tokens in their cache. ``ratio`` is to the frozen base of the same shape and setting, measured in
    the same rounds. ``low`` and ``high`` are the quartiles of the repeats. ``parts`` adds up to ``seconds``. ``same_as``
    names the method whose measurement this is, where the two compute the same. ``aliased``: experts share memory, each
    larger than the cache. ``predicted`` is the roofline's.
    """

    shape: str
    method: str
    phase: Phase
    batch_size: int
    tokens: int
    context_length: int
    routing: Routing
    how: How
    seconds: float
    low: float
    high: float
    ratio: float
    parts: dict[str, float]
    same_as: str | None = None
    aliased: bool = False
    predicted: float | None = None
    repeats: int
    warm_up: int


class Memory(Model):
    """Bytes that a method needs at one shape; ``ratio`` is to full fine-tuning in training, to the base in inference."""

    shape: str
    method: str
    mode: Literal["training", "inference"]
    optimizer: str | None
    batch_size: int
    tokens: int
    how: How
    components: dict[str, float]
    total: float
    ratio: float


class Composition(Model):
    """A whole model, measured end to end, against the same composed from its parts; ``error`` is composed/measured - 1.

    ``implementation``: whose model it is, ``sovereign`` (our blocks, every layer with weights of its own) or
    ``transformers``.
    """

    shape: str
    method: str
    implementation: str
    phase: Phase
    batch_size: int
    tokens: int
    context_length: int
    measured: float
    composed: float
    error: float


class MemoryCheck(Model):
    """Growth of a process's peak (bytes) against the cost model; ``error`` is predicted/measured - 1.

    ``part``: ``states`` are weights, gradients and optimizer state; ``training`` adds activations; ``inference`` is a
    prompt. ``layers`` of the shape's blocks were built: all, or fewer where all do not fit.
    """

    shape: str
    method: str
    optimizer: str | None
    part: Literal["states", "training", "inference"]
    layers: int
    tokens: int
    predicted: float
    measured: float
    error: float


class Roof(Model):
    """What the processor reaches at one shape's matrix sizes: FLOP/s by rows of a product, and bytes/s of weights read."""

    shape: str
    rates: dict[int, float]
    bandwidth: float


class Skipped(Model):
    """Something that was asked for and could not be measured, and why."""

    shape: str
    method: str
    what: str
    reason: str


class Results(Model):
    """The whole of ``results.json``."""

    version: Literal["1.0"] = RESULTS_VERSION
    command: str
    config: Config
    environment: Environment
    latency: tuple[Latency, ...]
    memory: tuple[Memory, ...]
    compositions: tuple[Composition, ...] = ()
    memory_checks: tuple[MemoryCheck, ...] = ()
    roofs: tuple[Roof, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    seconds: float
