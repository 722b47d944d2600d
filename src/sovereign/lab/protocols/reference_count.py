"""Counts what MixLoRA and LoRA train, by building them with their own packages. A script, run by itself.

It imports no module of sovereign: ``python -I reference_count.py`` reads ``{"sizes": …, "cases": […]}`` from stdin and
prints the counts. Models are built on the meta device, so that no weight takes memory.
"""

import json
import sys
from importlib.metadata import version
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
BLOCK = ["gate_proj", "up_proj", "down_proj"]


def with_mixlora(model: Any, case: dict[str, Any]) -> int:
    """Entries of every tensor that the package ``mixlora`` adds to the model."""
    from mixlora.config import MixLoraConfig  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from mixlora.model import inject_adapter_in_model  # type: ignore[import-not-found, import-untyped, unused-ignore]

    r, experts, hidden = case["r"], case["num_experts"], model.config.hidden_size
    weights = {}
    for i, layer in enumerate(model.model.layers):
        weights[f"mixlora.layers.{i}.mlp.moe_gate.weight"] = torch.empty(experts, hidden)
        modules = {f"self_attn.{name}": getattr(layer.self_attn, name) for name in ATTENTION}
        modules |= {f"mlp.{name}.experts.{e}": getattr(layer.mlp, name) for name in BLOCK for e in range(experts)}
        for path, linear in modules.items():
            weights[f"mixlora.layers.{i}.{path}.lora_A.weight"] = torch.empty(r, linear.in_features)
            weights[f"mixlora.layers.{i}.{path}.lora_B.weight"] = torch.empty(linear.out_features, r)
    settings = {
        "r": r,
        "lora_alpha": 2 * r,
        "lora_dropout": 0.05,
        "num_experts": experts,
        "top_k": case.get("top_k", 2),
    }
    settings |= {"routing_strategy": "mixlora", "peft_type": "MIXLORA", "task_type": "CAUSAL_LM", "act_fn": "silu"}
    config = MixLoraConfig.from_config(settings | {"base_model_name_or_path": "", "target_modules": ATTENTION + BLOCK})
    config.dtype_, config.adapter_name_ = torch.float32, "default"
    inject_adapter_in_model(model, config, weights)
    total = 0
    for layer in model.model.layers:
        moe = layer.mlp.mixlora_moes["default"]
        adapters = [*moe.experts_.values(), *(getattr(layer.self_attn, name) for name in ATTENTION)]
        total += moe.gate_.numel() + sum(a.lora_A.weight.numel() + a.lora_B.weight.numel() for a in adapters)
    return total


def with_lora(model: Any, case: dict[str, Any]) -> int:
    """Trained parameters as peft counts them."""
    import peft

    config = peft.LoraConfig(r=case["r"], target_modules=list(case.get("targets", ATTENTION + BLOCK)))
    trained, _ = peft.get_peft_model(model, config).get_nb_trainable_parameters()
    return int(trained)


def main() -> None:
    given = json.load(sys.stdin)
    count = {"mixlora": with_mixlora, "lora": with_lora}
    found = []
    for case in given["cases"]:
        with torch.device("meta"):
            model = LlamaForCausalLM(LlamaConfig(**given["sizes"]))
            base = sum(p.numel() for p in model.parameters())
            found.append({"base": base, "trained": count[case["method"]](model, case)})
    used = {"mixlora": "mixlora", "lora": "peft"}
    packages = {name: version(name) for name in sorted({used[case["method"]] for case in given["cases"]})}
    ours = sorted(name for name in sys.modules if name.split(".")[0] == "sovereign")
    print(json.dumps({"cases": found, "packages": packages, "modules_of_ours": ours}))


if __name__ == "__main__":
    main()
