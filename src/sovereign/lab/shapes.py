"""Shapes of transformers: the sizes from which every cost follows. The data, with sources, are in ``shapes.toml``."""

from __future__ import annotations

import tomllib
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import Field, PositiveInt, model_validator

from sovereign.records import Model

from .named import look_up


class Linear(NamedTuple):
    """One linear layer of a block, under its Llama name; OPT calls them out_proj, fc1 and fc2, BERT dense."""

    name: str
    in_features: int
    out_features: int

    @property
    def weights(self) -> int:
        """Entries of the weight matrix, without bias."""
        return self.in_features * self.out_features


class Shape(Model):
    """Sizes of one transformer.

    ``position_rows`` is 0 where positions are rotary. ``word_embed_proj_dim`` is the width of the word embeddings where
    it differs from ``hidden_size`` (Zhang et al. 2022, OPT-350M). A dense model has one expert and chooses it.
    ``head``: the output layer shares the word embeddings, has its own matrix, or is BERT's pooler.
    """

    name: str
    architecture: Literal["opt", "bert", "llama", "mixtral"]
    source: str
    checkpoint: str
    num_hidden_layers: PositiveInt
    hidden_size: PositiveInt
    intermediate_size: PositiveInt
    num_attention_heads: PositiveInt
    num_key_value_heads: PositiveInt
    vocab_size: PositiveInt
    max_position_embeddings: PositiveInt
    position_rows: int = Field(default=0, ge=0)
    token_types: int = Field(default=0, ge=0)
    word_embed_proj_dim: PositiveInt
    activation: Literal["relu", "gelu", "silu"]
    gated: bool
    bias: bool
    norm: Literal["layer", "rms"]
    pre_norm: bool
    embedding_norm: bool = False
    head: Literal["tied", "untied", "pooler"]
    hidden_dropout: bool
    attention_dropout: bool
    num_experts: PositiveInt = 1
    top_k: PositiveInt = 1

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, data: Any) -> Any:
        """Every head has its own keys and values, and embeddings are as wide as the model, unless stated otherwise."""
        if not isinstance(data, dict):
            return data
        usual = {
            "num_key_value_heads": data.get("num_attention_heads"),
            "word_embed_proj_dim": data.get("hidden_size"),
        }
        return usual | data

    @model_validator(mode="after")
    def _fits(self) -> Shape:
        if self.hidden_size % self.num_attention_heads or self.num_attention_heads % self.num_key_value_heads:
            raise ValueError("hidden_size must divide into heads, and heads into groups of key-value heads")
        if self.top_k > self.num_experts:
            raise ValueError("top_k is larger than num_experts")
        return self

    @property
    def causal(self) -> bool:
        """Whether it generates: every shape but BERT."""
        return self.head != "pooler"

    @property
    def sparse(self) -> bool:
        """Whether its feed-forward blocks are mixtures already."""
        return self.num_experts > 1

    @property
    def projected(self) -> bool:
        """Whether word embeddings pass a projection into and out of the model."""
        return self.word_embed_proj_dim != self.hidden_size

    @property
    def key_value_size(self) -> int:
        """Width of the keys, and of the values, of one token in one layer: key-value heads times head size."""
        return self.hidden_size // self.num_attention_heads * self.num_key_value_heads

    @property
    def attention(self) -> tuple[Linear, ...]:
        """Linear layers of one attention block."""
        hidden, key_value = self.hidden_size, self.key_value_size
        return (
            Linear("q_proj", hidden, hidden),
            Linear("k_proj", hidden, key_value),
            Linear("v_proj", hidden, key_value),
            Linear("o_proj", hidden, hidden),
        )

    @property
    def feed_forward(self) -> tuple[Linear, ...]:
        """Linear layers of one feed-forward block, or of one of its experts; the last is ``down_proj``."""
        hidden, inner = self.hidden_size, self.intermediate_size
        gate = (Linear("gate_proj", hidden, inner),) if self.gated else ()
        return (*gate, Linear("up_proj", hidden, inner), Linear("down_proj", inner, hidden))


def _read() -> dict[str, Shape]:
    """All shapes of the data file, in its order."""
    data = tomllib.loads(resources.files(__package__).joinpath("shapes.toml").read_text("utf-8"))
    shapes = {}
    for name, row in data["shapes"].items():
        family = data["families"][row.pop("family")]
        shapes[name] = Shape.model_validate({"name": name, **family, **row})
    return shapes


SHAPES = MappingProxyType(_read())


def shape(name: str) -> Shape:
    """The shape of that name, such as ``"opt-175b"``.

    Raises:
        NotFound: if there is none; the advice gives the nearest name.
    """
    return look_up(SHAPES, name, "shape")
