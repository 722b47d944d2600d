"""What comes before and after the blocks: embeddings, and the output layer."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..shapes import Linear, Shape
from .budget import output
from .sections import Draw, linear, norm


class Embedding(nn.Module):
    """Word embeddings, with positions, token types, projection and norm where the shape has them: [n] to [n, H]."""

    def __init__(self, shape: Shape, draw: Draw, table: Tensor | None = None) -> None:
        super().__init__()
        self.table = draw(shape.vocab_size, shape.word_embed_proj_dim) if table is None else table
        self.positions = draw(shape.position_rows, shape.hidden_size) if shape.position_rows else None
        self.types = draw(shape.token_types, shape.hidden_size) if shape.token_types else None
        into = Linear("project_in", shape.word_embed_proj_dim, shape.hidden_size)
        self.project_in = linear(draw, into, False) if shape.projected else None
        self.norm = norm(shape, draw(1)) if shape.embedding_norm else None

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """tokens and positions: [n]."""
        x = F.embedding(tokens, self.table)
        if self.project_in is not None:
            x = self.project_in(x)
        if self.positions is not None:
            x = x + F.embedding(positions, self.positions)
        if self.types is not None:
            x = x + self.types[0]
        return x if self.norm is None else self.norm(x)


class Head(nn.Module):
    """Last norm, projection and product with the vocabulary, [n, H] to [n, V]; or BERT's pooler, to [n, H]."""

    def __init__(self, shape: Shape, draw: Draw, table: Tensor | None = None) -> None:
        super().__init__()
        layer = output(shape)
        self.pools = not shape.causal
        self.norm = norm(shape, draw(1)) if shape.pre_norm else None
        back = Linear("project_out", shape.hidden_size, shape.word_embed_proj_dim)
        self.project_out = linear(draw, back, False) if shape.projected else None
        self.table = draw(layer.out_features, layer.in_features) if table is None else table
        self.bias = draw(layer.out_features) if self.pools else None

    def forward(self, x: Tensor) -> Tensor:
        """One row for each token that is generated, or the first of BERT's sequence."""
        if self.norm is not None:
            x = self.norm(x)
        if self.project_out is not None:
            x = self.project_out(x)
        y = F.linear(x, self.table, self.bias)
        return torch.tanh(y) if self.pools else y
