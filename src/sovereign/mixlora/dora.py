"""DoRA experts (arXiv 2402.09353, eq. 5; MixDoRA of arXiv 2404.15159): every row of an expert's matrix has a length of
its own.

With V_e = W + s B_e A_e, an expert's projection is m_e / |V_e| V_e x, row by row, so the frozen product scaled and shifted
like any other; |V_e| is held fixed when gradients are taken (sec. 4.3). A bias of W stays outside. The products of the
input are thus still shared by all experts, those of ``down_proj`` no longer: 2 + k frozen products per token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from peft.utils.integrations import dequantize_module_weight
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from .experts import ExpertLora


class Scale(NamedTuple):
    """What turns the product of W + s B_e A_e, its bias included, into that of an expert: ``factor * y + offset``.

    factor: [E, out]. offset: [E, out], or None without a bias.
    """

    factor: Tensor
    offset: Tensor | None


# Rows up to this length are computed whole: two of them may nearly cancel, and the sum of their squares then loses digits.
SHORT = 4


def scales(experts: Mapping[str, ExpertLora], modules: Mapping[str, nn.Module]) -> dict[str, Scale]:
    """By projection, for those whose experts have magnitudes. modules: the frozen projections."""
    return {
        name: _scale(lora, lora.lora_magnitude, modules[name])
        for name, lora in experts.items()
        if lora.lora_magnitude is not None
    }


def _scale(lora: ExpertLora, magnitude: Tensor, module: nn.Module) -> Scale:
    length = row_norms(lora, module)
    factor = magnitude.to(length.dtype) / length
    bias = getattr(module, "bias", None)
    return Scale(factor, None if bias is None else (1 - factor) * bias.to(factor.dtype))


@torch.no_grad()
def start(lora: ExpertLora, module: nn.Module) -> None:
    """Set the magnitudes to the row norms of W + s B_e A_e, so that the experts are what they were without them.

    They stay in fp32 where the adapter is in half precision: rounded, they would scale every row by up to 0.4 %. On the
    meta device there is nothing to set.
    """
    weight: Any = module.weight
    if lora.lora_magnitude is not None and not (lora.lora_A.is_meta or weight.is_meta):
        lora.lora_magnitude.data = row_norms(lora, module).clone()


@torch.no_grad()
def row_norms(lora: ExpertLora, module: nn.Module) -> Tensor:
    """|W + s B_e A_e| of each row, [E, out], without the matrices: |w|^2 + 2 s w.(A_e^T b) + s^2 |A_e^T b|^2.

    In evaluation it is kept until A, B or W are changed by torch's own operations (through ``.data`` the change is not
    seen: switch to training and back).
    """
    weight: Any = module.weight
    tensors = (lora.lora_A, lora.lora_B, weight)
    kept = not (lora.training or torch.compiler.is_compiling() or any(tensor.is_inference() for tensor in tensors))
    key = [(tensor.data_ptr(), tensor._version) for tensor in tensors] if kept else []
    if kept and lora.kept_norms is not None and lora.kept_norms[0] == key:
        return lora.kept_norms[1]
    W = weight if type(weight) in (nn.Parameter, Tensor) else dequantize_module_weight(module)
    W = W.t() if isinstance(module, Conv1D) else W
    W = W.to(torch.promote_types(lora.lora_A.dtype, torch.float32))
    A, B = lora.lora_A.to(W.dtype), lora.lora_B.to(W.dtype)
    experts, r, features = A.shape
    if features <= SHORT:
        squared = (W + lora.scaling * B @ A).square().sum(dim=2)
    else:
        crossed = (W @ A.reshape(-1, features).t()).view(-1, experts, r).transpose(0, 1)  # W A_e^T: [E, out, r]
        update = B * (2 * lora.scaling * crossed + lora.scaling**2 * B @ (A @ A.mT))
        squared = W.square().sum(dim=1) + update.sum(dim=2)
    norms = squared.clamp_min(torch.finfo(W.dtype).tiny).sqrt()
    if kept:
        lora.kept_norms = (key, norms)
    return norms
