"""Real models of a shape, as transformers builds them, with random weights, adapted by each method that exists for them.

LoRA is peft's and MixLoRA this project's. peft has no serial adapters, so ``Bottleneck`` is those of Houlsby et al.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..methods import Variant
from ..shapes import Shape

if TYPE_CHECKING:
    import torch

MEASURABLE = ("base", "lora", "mixlora", "full_fine_tuning", "adapters")  # in this order, should time run out
ARCHITECTURES = ("opt", "bert", "llama")
_TILE = 1 << 20  # random numbers that all weights are copied from: to draw each anew takes longer than to train with it
_ENDS_OF_SUBLAYERS = r"(self_attn\.(out_proj|o_proj)|\.fc2|mlp\.down_proj|\.\d+\.(attention\.)?output\.dense)$"
_AROUND_BLOCKS = r"(pooler\.dense|project_in|project_out)$"


def config_of(shape: Shape) -> Any:
    """The configuration of transformers for a shape, with dropout where the shape has it and fused attention."""
    import transformers

    common: dict[str, Any] = {
        "vocab_size": shape.vocab_size,
        "hidden_size": shape.hidden_size,
        "num_hidden_layers": shape.num_hidden_layers,
        "num_attention_heads": shape.num_attention_heads,
        "max_position_embeddings": shape.max_position_embeddings,
        "attn_implementation": "sdpa",
    }
    inner: dict[str, Any] = {"intermediate_size": shape.intermediate_size}
    match shape.architecture:
        case "opt":
            return transformers.OPTConfig(
                **common,
                ffn_dim=shape.intermediate_size,
                word_embed_proj_dim=shape.word_embed_proj_dim,
                do_layer_norm_before=shape.pre_norm,
                activation_function=shape.activation,
                dropout=0.1 * shape.hidden_dropout,
            )
        case "bert":
            rates: dict[str, Any] = {
                "hidden_dropout_prob": 0.1 * shape.hidden_dropout,
                "attention_probs_dropout_prob": 0.1 * shape.attention_dropout,
            }
            return transformers.BertConfig(**common, **inner, **rates, type_vocab_size=shape.token_types)
        case "llama":
            return transformers.LlamaConfig(**common, **inner, num_key_value_heads=shape.num_key_value_heads)
        case _:
            raise ValueError(f"no model is built for {shape.architecture}")


def model_of(of: Variant, dtype: str, device: str) -> Any:
    """The model of a variant, ready to train, every weight filled and the right ones frozen."""
    import torch
    import transformers
    from transformers.initialization import no_init_weights

    classes = {
        "opt": transformers.OPTForCausalLM,
        "bert": transformers.BertModel,
        "llama": transformers.LlamaForCausalLM,
    }
    usual = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.device(device):
            with no_init_weights():
                model = classes[of.shape.architecture](config_of(of.shape))
            model.tie_weights()
            adapted = _adapted(model.requires_grad_(of.trains_all), of)
    finally:
        torch.set_default_dtype(usual)
    _fill(adapted)
    return adapted.train()


def _adapted(model: Any, of: Variant) -> Any:
    """The model with what the method adds."""
    match of.method.adds:
        case "lora":
            from peft import LoraConfig, get_peft_model

            around = [name for name, _ in model.named_modules() if re.search(_AROUND_BLOCKS, name)]
            lora = LoraConfig(r=of.hyper.r, target_modules="all-linear", exclude_modules=around or None)
            return get_peft_model(model, lora, autocast_adapter_dtype=False)
        case "lora_experts":
            from peft import get_peft_model

            from sovereign.mixlora import MixLoraConfig

            hyper = of.hyper
            mixlora = MixLoraConfig(num_experts=hyper.num_experts, top_k=hyper.top_k, r=hyper.r, lora_dropout=0.0)
            return get_peft_model(model, mixlora, autocast_adapter_dtype=False)
        case "bottlenecks":
            return _with_bottlenecks(model, of.hyper.m)
        case _:
            return model


def _with_bottlenecks(model: Any, m: int) -> Any:
    """The model with a trained bottleneck after the last product of every sublayer, and its norms trained.

    Houlsby et al. 2019, arXiv 1902.00751, section 2.1 and Figure 2: down to ``m``, a nonlinearity, up, and added to
    what came in; before the sublayer's own residual.
    """
    from torch import Tensor, nn

    class Bottleneck(nn.Module):
        def __init__(self, last: nn.Linear) -> None:
            super().__init__()
            self.last = last
            self.down, self.up = nn.Linear(last.out_features, m), nn.Linear(m, last.out_features)
            self.inner = nn.GELU()

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.last(x)
            z: Tensor = y + self.up(self.inner(self.down(y)))
            return z

    ends = [name for name, _ in model.named_modules() if re.search(_ENDS_OF_SUBLAYERS, name)]
    for name in ends:
        model.set_submodule(name, Bottleneck(model.get_submodule(name)))
    for name, parameter in model.named_parameters():
        if "norm" in name.lower():
            parameter.requires_grad_()
    return model


def _fill(model: Any) -> None:
    """Every weight from one tile of normal numbers, norms at one; nothing may be a zero page or a denormal number."""
    import torch

    tiles: dict[tuple[Any, Any], torch.Tensor] = {}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.fill_(1.0)
                continue
            form = (parameter.device, parameter.dtype)
            tile = tiles.setdefault(form, torch.randn(_TILE, device=form[0]).mul_(0.02).to(form[1]))
            for part in parameter.view(-1).split(_TILE):
                part.copy_(tile[: part.numel()])
