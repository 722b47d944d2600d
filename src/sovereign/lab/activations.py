"""Activations that a training step keeps for its backward pass, in bytes per token.

The account follows Korthikanti et al. 2022 (arXiv 2205.05198, section 4.1). For a block with GELU, dropout everywhere,
all weights trained and attention written out it gives their eq. 1, s b h (34 + 5 a s / h) bytes at 2 bytes a number.
It differs from it where a model differs:

- A product keeps its input only if its weight is trained, or has LoRA beside it: x is needed for the gradient of the
  weight, not for that of x. So frozen weights keep no input, but norms, activation functions and attention still do.
- ReLU keeps its output, which is the input of the next layer at the same time. A gated block keeps three tensors of
  the intermediate size: gate, activated gate and up.
- Fused attention keeps its output and a statistic for each head in place of the scores (Dao et al. 2022,
  arXiv 2205.14135, section 3.1).
- Experts keep one row of everything for each expert that a token is routed to, and their output, for the router's
  gradient. Factored MixLoRA keeps the shared products only and rebuilds the rest from A x.

Dropout within adapters is taken to be off. Padding, buffers and fragmentation are left out.
"""

from __future__ import annotations

from typing import Literal

from .methods import Variant
from .shapes import Linear

Attention = Literal["fused", "eager"]


def block_activations(of: Variant, sequence_length: int, width: float, attention: Attention = "fused") -> float:
    """Bytes that one block keeps per token; ``width`` is bytes per number."""
    norms = 2 * width * of.shape.hidden_size
    return norms + _attention(of, sequence_length, width, attention) + _feed_forward(of, width)


def outer_activations(of: Variant, width: float) -> float:
    """Bytes kept per token outside the blocks: dropout mask, norms, input of the output layer, logits in fp32.

    Korthikanti et al. 2022, section 4.3. Nothing is counted for BERT's pooler, which sees one token a sequence.
    """
    shape = of.shape
    norms = width * shape.hidden_size * (shape.pre_norm + shape.embedding_norm)
    head_input = width * shape.hidden_size if shape.causal and of.trains_all else 0
    logits = 4 * shape.vocab_size if shape.causal else 0
    return shape.hidden_dropout * shape.hidden_size + norms + head_input + logits


def loss_gradients(of: Variant) -> float:
    """Bytes per token that the loss holds at the peak of a step, beside the logits that ``outer_activations`` counts.

    PyTorch's cross-entropy keeps log-probabilities in fp32, and its backward pass holds the gradient with respect to
    them and that with respect to the logits at once, while all blocks still keep their activations: 12 bytes for an
    entry of the vocabulary in all, where Korthikanti et al. count the 4 of a loss that works in place.
    """
    return 8 * of.shape.vocab_size if of.shape.causal else 0


def checkpoint(of: Variant, width: float) -> float:
    """Bytes per token that a block keeps if it is run again in the backward pass: its input, 2 s b h in section 5."""
    return width * of.shape.hidden_size


def _keeps_input(of: Variant, *layers: Linear) -> bool:
    """Whether any of the layers needs its input in the backward pass."""
    return of.trains_all or any(of.has_lora(layer) for layer in layers)


def _low_rank(of: Variant, layers: tuple[Linear, ...]) -> int:
    """Numbers that LoRA beside these layers keeps: A x for each."""
    return of.hyper.r * sum(of.has_lora(layer) for layer in layers)


def _bottleneck(of: Variant) -> int:
    """Numbers that one bottleneck keeps: its input, and its inner layer before and after the activation function."""
    return of.shape.hidden_size + 2 * of.hyper.m if of.method.adds == "bottlenecks" else 0


def _attention(of: Variant, sequence_length: int, width: float, attention: Attention) -> float:
    """Bytes that an attention block keeps per token, with the dropout mask (one byte each) at its end."""
    shape = of.shape
    hidden, heads = shape.hidden_size, shape.num_attention_heads
    query, key, value, output = shape.attention
    numbers = hidden + 2 * shape.key_value_size + _low_rank(of, shape.attention) + _bottleneck(of)
    if _keeps_input(of, query, key, value):
        numbers += hidden
    if attention == "fused" or _keeps_input(of, output):
        numbers += hidden
    if attention == "fused":
        scores = 4.0 * heads
    elif shape.attention_dropout:
        scores = heads * sequence_length * (2 * width + 1)
    else:
        scores = heads * sequence_length * width
    return width * numbers + scores + shape.hidden_dropout * hidden


def _feed_forward(of: Variant, width: float) -> float:
    """Bytes that a feed-forward block keeps per token, with the dropout mask (one byte each) at its end."""
    shape = of.shape
    *into, down = shape.feed_forward
    hidden, inner = shape.hidden_size, shape.intermediate_size
    low_rank = _low_rank(of, shape.feed_forward)
    mask = shape.hidden_dropout * hidden
    if of.method.rebuilds:
        return width * (hidden + len(into) * inner + of.top_k * low_rank) + 4 * of.num_experts + mask

    activated = 3 * inner if shape.gated else inner
    if shape.activation != "relu" and _keeps_input(of, down):
        activated += inner
    row = activated + low_rank + (hidden if _keeps_input(of, *into) else 0)
    if not of.routed:
        return width * (row + _bottleneck(of)) + mask
    # The router's own input, its probabilities in fp32, and for each slot the row and the expert's output.
    router_input = hidden if of.trains_router else 0
    slots = of.top_k * (row + hidden)
    return width * (slots + router_input + _bottleneck(of)) + 4 * of.num_experts + mask
