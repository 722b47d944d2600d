"""The routed part of the factored block with one grouped product for all experts: for GPUs, where a loop over experts is
bound by its launches. Written for bf16, the type that torch's grouped product takes there. Its speed was never measured.

In the order by expert, with the rows of slot t k + j those of token t:

    z = x A_e^T,  gate or up = frozen + s z B_e^T,  h = act(gate) up,  mixed_t = sum_j w_tj h_tj,  low likewise
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from . import opaque
from .experts import ExpertLora
from .parts import Routed, Work

_ALIGNED = 16  # bytes; of every row that a grouped product reads


def product_dtype(hidden: Tensor, dtype: torch.dtype) -> torch.dtype | None:
    """The type of the grouped products for a block on a GPU; None where ``grouped`` is not to be used.

    As in any linear layer that is bf16 if autocast says so, or if block and adapters are. Under ``torch.compile``, which
    would be stopped by a loop over experts, it is used everywhere. To be asked under the caller's autocast.
    """
    device = hidden.device.type
    if torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
    if torch.compiler.is_compiling():
        return dtype
    if device != "cuda" or torch.cuda.get_device_capability(hidden.device) < (8, 0):
        return None
    return dtype if dtype is torch.bfloat16 else None


def fits(experts: Mapping[str, ExpertLora], product: torch.dtype, device: torch.device) -> bool:
    """Whether the rows of all A and B are aligned as torch's grouped products need it, if these are to be used."""
    sizes = [size for lora in experts.values() for size in (lora.lora_A.shape[2], *lora.lora_B.shape[1:])]
    return _multiply(product, device) is opaque.product or all(
        size * product.itemsize % _ALIGNED == 0 for size in sizes
    )


def _multiply(product: torch.dtype, device: torch.device) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """torch's grouped products exist on GPUs in bf16."""
    return _grouped_mm if product is torch.bfloat16 and device.type == "cuda" else opaque.product


def _grouped_mm(x: Tensor, matrices: Tensor, ends: Tensor) -> Tensor:
    return F.grouped_mm(x, matrices, offs=ends)


def grouped(work: Work, product: torch.dtype) -> Routed:
    """The same as ``RoutedExperts`` by plain operations that autograd knows.

    product: the dtype of the low-rank products. Keeps several times I numbers per slot for backward, of slots that are
    not used as well. Never waits for the device.
    """
    routing, frozen, dtype = work.part.routing, work.frozen, work.dtype
    (tokens, count), flat = routing.indices.shape, routing.indices.reshape(-1)
    num_experts = max(len(lora.lora_A) for lora in work.part.experts.values())
    last = torch.where(flat < 0, num_experts, flat)  # slots without an expert come after all others
    order = last.argsort(stable=True)
    rows, expert = order // count, last.index_select(0, order).clamp_max(num_experts - 1)
    multiply = _multiply(product, work.hidden.device)
    alone = (flat < 0).index_select(0, order).unsqueeze(1)
    ends = F.one_hot(last, num_experts + 1)[:, :-1].sum(dim=0).cumsum(dim=0).to(torch.int32)

    def update(name: str, x: Tensor) -> Tensor | None:
        """[T S, out] for the inputs x [T S, in] in the order by expert, or None if the projection has no experts."""
        lora, mask = work.part.experts.get(name), work.part.masks.get(name)
        if lora is None:
            return None
        x = x.to(product)
        if mask is not None:
            x = x * mask.index_select(0, order) / lora.keep_rate
        # Rows after the last expert's are left as they were in memory.
        z = multiply(x, lora.lora_A.to(product).transpose(1, 2), ends).masked_fill(alone, 0)
        y = multiply(z, lora.lora_B.to(product).transpose(1, 2), ends).masked_fill(alone, 0)
        return y.to(dtype) * lora.scaling

    x = work.hidden.index_select(0, rows)
    inner = []
    for name, base in work.bases.items():
        y, change = base.index_select(0, rows).to(dtype), update(name, x)
        y = y if change is None else y + change
        if name in work.scales:
            factor, offset = work.scales[name]
            scaled = y * factor.index_select(0, expert)
            scaled = scaled if offset is None else scaled + offset.index_select(0, expert)
            y = torch.where(alone, y, scaled)
        inner.append(y)
    if frozen.gate_up_proj is not None:
        inner = list(inner[0].chunk(2, dim=-1))
    h = frozen.act_fn(inner[0])
    if frozen.gated:
        h = h * inner[1]
    low = update("down_proj", h)
    if work.apart:
        return Routed(h, low, order)
    weights = routing.weights.reshape(-1).index_select(0, order).to(dtype).unsqueeze(1)

    def summed(values: Tensor) -> Tensor:
        return values.new_zeros(tokens, values.shape[1]).index_add(0, rows, values * weights)

    return Routed(summed(h), None if low is None else summed(low), order)
