"""The ways to adapt a model that the laboratory compares, as a table, and one shape under one of them.

A method is told apart by three things: what it adds to a block, what it trains, and how often a token passes the
weight matrices of the feed-forward block ("once", or once for every expert that it is routed to, "per_slot").
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import PositiveInt, ValidationError, model_validator

from sovereign.errors import InputError
from sovereign.records import Model

from .named import look_up
from .shapes import Linear, Shape, shape

Runs = Literal["once", "per_slot"]
Target = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGETS: tuple[Target, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class Method(NamedTuple):
    """One row of the table.

    ``adds``: LoRA beside linear layers; two serial bottlenecks a block; LoRA beside attention and experts of LoRA over
    the frozen feed-forward weights; full-size experts. ``up`` and ``down``: how often a token passes the matrices into
    and out of the intermediate size. ``merged``: additions are folded into the weights for inference. ``rebuilds``:
    the backward pass rebuilds the experts' activations instead of keeping them.
    """

    name: str
    adds: Literal["nothing", "lora", "bottlenecks", "lora_experts", "experts"]
    trains: Literal["nothing", "additions", "all"]
    source: str
    up: Runs = "once"
    down: Runs = "once"
    merged: bool = False
    rebuilds: bool = False


_LORA = "Hu et al. 2021, arXiv 2106.09685, section 4"
_MIXLORA = "Li et al. 2024, arXiv 2404.15159v3, section 3"
_TABLE = (
    Method("base", "nothing", "nothing", "the model as it is, nothing trained"),
    Method("full_fine_tuning", "nothing", "all", "every weight trained"),
    Method("lora_merged", "lora", "additions", f"{_LORA}.1: W + BA before inference", merged=True),
    Method("lora", "lora", "additions", f"{_LORA}.1, kept beside the weights"),
    Method("adapters", "bottlenecks", "additions", "Houlsby et al. 2019, arXiv 1902.00751, section 2.1 and Figure 2"),
    Method(
        "mixlora_naive",
        "lora_experts",
        "additions",
        f"{_MIXLORA}.2: every expert computes every product",
        up="per_slot",
        down="per_slot",
    ),
    Method(
        "mixlora_reference",
        "lora_experts",
        "additions",
        f"{_MIXLORA}.3: products into the block shared, 2 + k in all",
        down="per_slot",
    ),
    Method(
        "mixlora",
        "lora_experts",
        "additions",
        f"{_MIXLORA}.2, factored: sum_k w_k W h_k = W sum_k w_k h_k, so that each frozen product runs once",
        rebuilds=True,
    ),
    Method(
        "upcycling",
        "experts",
        "all",
        "Komatsuzaki et al. 2022, arXiv 2212.05055, section 3, here in every block and with top-k routing",
        up="per_slot",
        down="per_slot",
    ),
    Method(
        "mixtral",
        "experts",
        "all",
        "Jiang et al. 2024, arXiv 2401.04088, section 2.1: sparse from the start, the yardstick",
        up="per_slot",
        down="per_slot",
    ),
)
METHODS = MappingProxyType({method.name: method for method in _TABLE})


def method(name: str) -> Method:
    """The method of that name.

    Raises:
        NotFound: if there is none; the advice gives the nearest name.
    """
    return look_up(METHODS, name.replace("-", "_"), "method")


class Hyperparameters(Model):
    """Sizes of the additions: LoRA rank ``r`` and its targets, ``num_experts`` and ``top_k``, bottleneck size ``m``.

    Defaults: r, experts and top-k of MixLoRA (arXiv 2404.15159v3, Table 3), m of Houlsby et al. 2019 (section 3.2
    tries 8 to 256), LoRA beside all linear layers of a block.
    """

    r: PositiveInt = 16
    num_experts: PositiveInt = 8
    top_k: PositiveInt = 2
    m: PositiveInt = 64
    targets: tuple[Target, ...] = TARGETS

    @model_validator(mode="after")
    def _fits(self) -> Hyperparameters:
        if self.top_k > self.num_experts:
            raise ValueError("top_k is larger than num_experts")
        return self


class Variant(NamedTuple):
    """One shape under one method: what the cost functions take. Made by :func:`variant`."""

    shape: Shape
    method: Method
    hyper: Hyperparameters

    @property
    def routed(self) -> bool:
        """Whether a router chooses experts for every token."""
        return self.shape.sparse or self.method.adds in ("lora_experts", "experts")

    @property
    def num_experts(self) -> int:
        """Experts of a feed-forward block; 1 where it is dense."""
        return self.hyper.num_experts if self.routed and not self.shape.sparse else self.shape.num_experts

    @property
    def top_k(self) -> int:
        """Experts that a token is routed to; 1 where the block is dense."""
        return self.hyper.top_k if self.routed and not self.shape.sparse else self.shape.top_k

    @property
    def weight_copies(self) -> int:
        """Full-size sets of feed-forward weights in a block."""
        return 1 if self.method.adds == "lora_experts" else self.num_experts

    def per_slot(self, linear: Linear) -> bool:
        """Whether a token passes this feed-forward layer once for each of its experts, not once in all."""
        runs = self.method.down if linear.name == "down_proj" else self.method.up
        return self.shape.sparse or runs == "per_slot"

    def has_lora(self, linear: Linear) -> bool:
        """Whether there is LoRA beside this layer. In a model that is sparse already, only attention has LoRA."""
        into_expert = self.shape.sparse and linear in self.shape.feed_forward
        return self.method.adds in ("lora", "lora_experts") and linear.name in self.hyper.targets and not into_expert

    def lora_weights(self, layers: tuple[Linear, ...]) -> int:
        """Entries of A and B beside these layers: r (in + out) for each, of one expert where there are several."""
        return sum(self.hyper.r * (one.in_features + one.out_features) for one in layers if self.has_lora(one))

    @property
    def trains_all(self) -> bool:
        """Whether the weights of the base are trained."""
        return self.method.trains == "all"

    @property
    def trains_router(self) -> bool:
        """Whether the router is trained: with everything, or as an addition."""
        return self.trains_all or not self.shape.sparse


def hyperparameters(**sizes: Any) -> Hyperparameters:
    """Checked sizes, the rest by default.

    Raises:
        InputError: sizes that do not fit.
    """
    try:
        return Hyperparameters.model_validate(sizes)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "hyperparameters"
        raise InputError(f"{where}: {problem['msg']}", "Sizes are positive, and top_k at most num_experts.") from error


def applies(one: Shape, how: Method) -> bool:
    """Whether the method can start from that shape: a mixture is not made of what is one already."""
    return not (one.sparse and how.adds in ("lora_experts", "experts"))


def variant(of: str | Shape, by: str | Method, hyper: Hyperparameters | None = None) -> Variant:
    """A shape under a method: ``variant("opt-6.7b", "mixlora", hyperparameters(r=8))``.

    Raises:
        NotFound: no such shape or method.
        InputError: the method does not apply to the shape.
    """
    one = shape(of) if isinstance(of, str) else of
    how = method(by) if isinstance(by, str) else by
    if not applies(one, how):
        raise InputError(f"{how.name} starts from a dense model, and {one.name} is a mixture", "Take base or lora.")
    return Variant(one, how, hyper or Hyperparameters())
