"""What ``inspect_mixlora`` runs in the sandbox: the reference packages, looked at and run. Needs torch.

The package ``mixlora`` is run on a tiny Llama with random weights. ``moe-peft``, which trains the adapters, does not import
with current versions of transformers; its source is read, and the loss, which stands alone, is run.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Optional

Seen = dict[str, dict[str, Any]]
_EXPERTS, _TOP_K, _RANK, _HIDDEN, _INNER, _VOCABULARY = 4, 2, 3, 16, 24, 48
_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
_BLOCK = ("gate_proj", "up_proj", "down_proj")


def run(given: dict[str, Any]) -> dict[str, Any]:
    """What is seen of features: by feature and name, whether it holds and a line of text; and the packages looked at."""
    looks = {feature: _FEATURES[feature] for feature in given["features"]}
    seen = {f"{feature}.{name}": one for feature, (look, _) in looks.items() for name, one in look().items()}
    return {"seen": seen, "packages": {name: version(name) for _, names in looks.values() for name in names}}


def _say(holds: bool, text: str) -> dict[str, Any]:
    return {"holds": bool(holds), "text": text}


def _adapted() -> Any:
    """A tiny Llama that the reference package has put an adapter into, all weights random."""
    import torch
    from mixlora.config import MixLoraConfig  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from mixlora.model import inject_adapter_in_model  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "hidden_size": _HIDDEN,
        "intermediate_size": _INNER,
        "vocab_size": _VOCABULARY,
        "num_hidden_layers": 2,
    }
    model = LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=4, num_key_value_heads=2))
    settings: dict[str, Any] = {
        "r": _RANK,
        "lora_alpha": 2 * _RANK,
        "lora_dropout": 0.05,
        "num_experts": _EXPERTS,
        "top_k": _TOP_K,
    }
    settings |= {"routing_strategy": "mixlora", "peft_type": "MIXLORA", "task_type": "CAUSAL_LM", "act_fn": "silu"}
    config = MixLoraConfig.from_config(
        settings | {"base_model_name_or_path": "", "target_modules": [*_ATTENTION, *_BLOCK]}
    )
    config.dtype_, config.adapter_name_ = torch.float32, "default"
    inject_adapter_in_model(model, config, dict(_weights(model)))
    return model


def _weights(model: Any) -> Iterator[tuple[str, Any]]:
    """Tensors in the adapter's format, by the names that the package asks for."""
    import torch

    for i, layer in enumerate(model.model.layers):
        prefix = f"mixlora.layers.{i}"
        yield f"{prefix}.mlp.moe_gate.weight", torch.randn(_EXPERTS, _HIDDEN)
        modules = {f"{prefix}.self_attn.{name}": getattr(layer.self_attn, name) for name in _ATTENTION}
        modules |= {f"{prefix}.mlp.{n}.experts.{e}": getattr(layer.mlp, n) for n in _BLOCK for e in range(_EXPERTS)}
        for path, linear in modules.items():
            yield f"{path}.lora_A.weight", torch.randn(_RANK, linear.in_features)
            yield f"{path}.lora_B.weight", torch.randn(linear.out_features, _RANK)


def _experts() -> Seen:
    """Experts stand in the feed-forward block, on its weights, and nowhere else; the trainer freezes these."""
    model = _adapted()
    moes = [layer.mlp.mixlora_moes["default"] for layer in model.model.layers]
    names = {name for moe in moes for name in moe.experts_}
    wanted = {f"experts.{e}.{n}" for e in range(_EXPERTS) for n in _BLOCK}
    on_base = all(
        lora.base_layer_ is getattr(layer.mlp, name.rpartition(".")[2])
        for layer, moe in zip(model.model.layers, moes, strict=True)
        for name, lora in moe.experts_.items()
    )
    base = {id(m.base_layer_.weight): m.base_layer_.weight for moe in moes for m in moe.experts_.values()}
    frozen = any(
        isinstance(n, ast.Call) and ast.unparse(n) == "llm_model.requires_grad_(False)"
        for n in ast.walk(_source("model.py"))
    )
    low = all(
        m.lora_A.weight.shape[0] == _RANK == m.lora_B.weight.shape[1] for moe in moes for m in moe.experts_.values()
    )
    places = {name for name, module in model.named_modules() if hasattr(module, "mixlora_moes")}
    return {
        "experts": _say(
            names == wanted and low,
            f"each feed-forward block has {_EXPERTS} experts, each a LoRA of rank {_RANK} on its projections",
        ),
        "shared weights": _say(
            on_base and len(base) == len(moes) * len(_BLOCK), "all experts of a block use its one set of weights"
        ),
        "frozen": _say(
            frozen, "where adapters are trained, the model is loaded with gradients off for all its weights"
        ),
        "place": _say(
            places == {f"model.layers.{i}.mlp" for i in range(len(moes))},
            "these blocks have experts, no other module has",
        ),
    }


def _router() -> Seen:
    """Every token reaches exactly k experts, whose weights sum to one, for every k; weights follow the softmax's order."""
    import torch

    model = _adapted()
    moe = model.model.layers[0].mlp.mixlora_moes["default"]
    x = torch.randn(1, 23, _HIDDEN)
    calls: list[Any] = []
    original = moe.forward_fn_

    def spy(mask: Any, *rest: Any) -> Any:
        calls.append(mask.clone())
        return original(mask, *rest)

    moe.forward_fn_ = spy
    found = {}
    for k in range(1, _EXPERTS + 1):
        moe.topk_ = k
        calls.clear()
        moe(x)
        (mask,) = calls
        chosen = mask.sum(dim=1).bool()  # experts x tokens
        best = torch.zeros_like(chosen.T).scatter(1, (x[0] @ moe.gate_.T).topk(k).indices, True).T
        found[f"k = {k}"] = _say(
            bool((mask.sum(dim=(0, 1)) == k).all() and (chosen == best).all()),
            f"with k = {k}, every one of 23 tokens goes to the {k} expert(s) of highest router logit",
        )
    return found | {"renormalised": _renormalised(moe, x)}


def _renormalised(moe: Any, x: Any) -> dict[str, Any]:
    """Experts that all give the same vector give it unchanged, only if their weights sum to one."""
    import torch

    moe.topk_ = _TOP_K
    moe.forward_fn_ = lambda mask, hidden, dtype: [torch.ones(int(m.sum()), _HIDDEN) for m in mask]
    out = moe(x)
    return _say(bool(torch.allclose(out, torch.ones_like(out), atol=1e-6)), "a token's weights sum to one")


def _attention() -> Seen:
    """The attention projections have LoRA of their own tensors, outside the router."""
    model = _adapted()
    linears = [getattr(layer.self_attn, name) for layer in model.model.layers for name in _ATTENTION]
    own = all(hasattr(m, "lora_A") and m.lora_A.weight.shape[0] == _RANK for m in linears)
    experts = {
        part.weight.data_ptr()
        for layer in model.model.layers
        for lora in layer.mlp.mixlora_moes["default"].experts_.values()
        for part in (lora.lora_A, lora.lora_B)
    }
    mine = {part.weight.data_ptr() for m in linears for part in (m.lora_A, m.lora_B)} if own else set()
    unrouted = not any(hasattr(layer.self_attn, "mixlora_moes") for layer in model.model.layers)
    return {
        "adapters": _say(own, "every attention projection has a LoRA"),
        "independent": _say(
            own and not mine & experts and len(mine) == 2 * len(linears),
            "their tensors are their own, shared with no expert",
        ),
        "not routed": _say(unrouted, "the router does not choose among them"),
    }


def _loss() -> Seen:
    """The loss is defined, grows with imbalance, is built for the method's routing, and is added to the training loss."""
    import torch

    adapter = _source("adapters/mixlora/model.py")
    functions = {n.name: n for n in ast.walk(adapter) if isinstance(n, ast.FunctionDef)}
    losses = [n for name, n in functions.items() if name.endswith("load_balancing_loss_func") and "mixtral" in name]
    seen: Seen = {"defined": _say(len(losses) == 1, "its adapter's module defines a load-balancing loss")}
    if losses:
        scope: dict[str, Any] = {"torch": torch, "Optional": Optional}
        exec(compile(ast.Module(body=[*losses], type_ignores=[]), "loss", "exec"), scope)
        loss = scope[losses[0].name]
        logits = torch.randn(512, 8, generator=torch.Generator().manual_seed(0)) * 0.1
        even, skewed = float(loss(logits, 8, 2)), float(loss(logits + 4 * torch.eye(8)[0], 8, 2))
        seen["grows"] = _say(
            skewed > 1.2 * even,
            f"run alone it gives {even:.2f} for even routing, {skewed:.2f} where one expert is preferred",
        )
    trainer = _source("trainer.py")
    added = any(
        isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add) and ast.unparse(n) == "loss += aux_loss"
        for n in ast.walk(trainer)
    )
    model = _source("model.py")
    assigned = any(
        isinstance(n, ast.Assign) and ast.unparse(n.targets[0]).endswith(".aux_loss") for n in ast.walk(model)
    )
    return seen | {
        "computed": _say(assigned, "the model computes it from the router's logits"),
        "added": _say(added, "the trainer adds it to the loss"),
    }


def _source(file: str) -> ast.Module:
    """A file of the package that trains adapters, parsed; the package is not imported."""
    spec = importlib.util.find_spec("moe_peft")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("moe_peft")
    return ast.parse(Path(next(iter(spec.submodule_search_locations)), file).read_text("utf-8"))


_FEATURES: dict[str, tuple[Callable[[], Seen], tuple[str, ...]]] = {
    "experts_in_feed_forward": (_experts, ("mixlora", "moe-peft")),
    "top_k_router": (_router, ("mixlora",)),
    "attention_adapters": (_attention, ("mixlora",)),
    "auxiliary_loss": (_loss, ("moe-peft",)),
}
