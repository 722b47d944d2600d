"""MixLoRA against the frozen model that it adapts, PEFT's LoRA and, if it is installed, the reference implementation.

Every figure is the median over rounds of the ratio to the dense model in the same round; in a round each variant runs
once, in alternating order. Llama models with random weights and near-uniform routing, 8 experts, 2 per token, rank 16 on
all linear layers, no dropout, fp32. The reference is ``pip install --no-deps mixlora==0.2.3``. Pin the threads, or two of
them may share a core; the exit code is 1 when a bar is missed:

    GOMP_CPU_AFFINITY=0-1 python -m benchmarks.mixlora --json benchmarks/results/mixlora.json
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import peft
import torch
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from sovereign.mixlora import MixLoraConfig, native

EXPERTS, TOP_K, RANK, ALPHA, CACHED = 8, 2, 16, 32, 64
SHAPES: dict[int, dict[str, int]] = {
    576: {"intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3},
    2048: {"intermediate_size": 5632, "num_hidden_layers": 2, "num_attention_heads": 32, "num_key_value_heads": 4},
    4096: {"intermediate_size": 11008, "num_hidden_layers": 1, "num_attention_heads": 32, "num_key_value_heads": 32},
}


class Case(NamedTuple):
    """One row. bar: the highest accepted ratio to dense, or the variant whose ratio it is."""

    what: str
    hidden: int
    tokens: int
    bar: float | str
    rounds: int


CASES = [
    Case("block, forward", 576, 1024, 1.25, 40),
    Case("block, forward and backward", 576, 1024, 1.40, 25),
    Case("model, one token", 576, 1, 1.25, 25),
    Case("model, kept for backward", 576, 1024, 1.0, 1),
    Case("block, forward", 2048, 1024, 1.10, 12),
    Case("block, forward and backward", 2048, 1024, 1.12, 9),
    Case("model, one token", 2048, 1, 1.08, 40),
    Case("model, prefill", 2048, 1024, "lora", 9),
    Case("block, forward", 4096, 512, 1.06, 9),
]


def models(hidden: int) -> dict[str, Any]:
    """The decoder stacks by variant, all on the same frozen weights; every A and B is drawn at random."""
    torch.manual_seed(0)
    config = LlamaConfig(hidden_size=hidden, vocab_size=512, max_position_embeddings=2048, **SHAPES[hidden])
    base = LlamaForCausalLM(config).requires_grad_(False)
    lora = peft.LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", init_lora_weights=False)
    mixlora = MixLoraConfig(num_experts=EXPERTS, top_k=TOP_K, r=RANK, lora_alpha=ALPHA, lora_dropout=0.0)
    adapted = peft.get_peft_model(copy_of(base), mixlora)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.02)
    with_lora = peft.get_peft_model(copy_of(base), lora)
    found = {"dense": base.model, "mixlora": adapted.base_model.model.model, "lora": with_lora.base_model.model.model}
    if importlib.util.find_spec("mixlora"):
        found["reference"] = reference(base)
    return found


def copy_of(base: LlamaForCausalLM) -> LlamaForCausalLM:
    """Another model on the same weights."""
    with torch.device("meta"):
        copy = LlamaForCausalLM(base.config)
    copy.load_state_dict(base.state_dict(), assign=True)
    copy.model.rotary_emb = base.model.rotary_emb  # its buffer is not part of the state
    return copy.requires_grad_(False)


def reference(base: LlamaForCausalLM) -> Any:
    """The reference package's model, from files in its format; its dropout, which is never off, set to 0."""
    from mixlora import MixLoraModelForCausalLM  # type: ignore[import-not-found, import-untyped]

    attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
    block = ["gate_proj", "up_proj", "down_proj"]
    tensors: dict[str, Tensor] = {}
    for i, layer in enumerate(base.model.layers):
        prefix = f"mixlora.layers.{i}"
        tensors[f"{prefix}.mlp.moe_gate.weight"] = torch.randn(EXPERTS, base.config.hidden_size) * 0.02
        modules = {f"{prefix}.self_attn.{name}": getattr(layer.self_attn, name) for name in attention}
        for name in block:
            modules |= {f"{prefix}.mlp.{name}.experts.{e}": getattr(layer.mlp, name) for e in range(EXPERTS)}
        for path, linear in modules.items():
            tensors[f"{path}.lora_A.weight"] = torch.randn(RANK, linear.in_features) * 0.02
            tensors[f"{path}.lora_B.weight"] = torch.randn(linear.out_features, RANK) * 0.02
    settings = {"r": RANK, "lora_alpha": ALPHA, "lora_dropout": 0.05, "num_experts": EXPERTS, "top_k": TOP_K}
    settings |= {"bias": "none", "peft_type": "MIXLORA", "task_type": "CAUSAL_LM", "routing_strategy": "mixlora"}
    with tempfile.TemporaryDirectory() as directory:
        base.save_pretrained(Path(directory, "base"))
        settings |= {"base_model_name_or_path": str(Path(directory, "base")), "act_fn": "silu"}
        settings |= {"target_modules": attention + block}
        Path(directory, "adapter_config.json").write_text(json.dumps(settings), "utf-8")
        torch.save(tensors, Path(directory, "adapter_model.bin"))
        model, _ = MixLoraModelForCausalLM.from_pretrained(directory, torch_dtype=torch.float32)
    model.requires_grad_(False)
    for layer in model.model.layers:
        moe = layer.mlp.mixlora_moes["default"]
        moe.gate_.requires_grad_()
        linears = [*moe.experts_.values(), *(getattr(layer.self_attn, name) for name in attention)]
        for linear in linears:
            linear.dropout_.p = 0.0
            for part in (linear.lora_A, linear.lora_B):
                part.weight.requires_grad_()
    return model.model


def trained(model: Any) -> list[Tensor]:
    """What an adapter trains; the reference keeps its experts where ``parameters`` does not look."""
    found = {id(p): p for p in model.parameters() if p.requires_grad}
    for module in model.modules():
        for moe in getattr(module, "mixlora_moes", {}).values():
            parts = [part for lora in moe.experts_.values() for part in (lora.lora_A, lora.lora_B)]
            found |= {id(tensor): tensor for tensor in (moe.gate_, *(part.weight for part in parts))}
    return list(found.values())


def work(case: Case, model: Any) -> Callable[[], None]:
    """What is timed."""
    torch.manual_seed(1)
    block = model.layers[0].mlp
    x = torch.randn(1, case.tokens, case.hidden)
    ids = torch.randint(0, 512, (1, case.tokens))
    if case.what == "block, forward":
        return torch.inference_mode()(lambda: block(x))
    if case.what == "model, prefill":
        return torch.inference_mode()(lambda: model(input_ids=ids, use_cache=False))
    if case.what == "block, forward and backward":
        x.requires_grad_()
        dy, wanted = torch.randn_like(x), [x, *trained(block)]
        return lambda: torch.autograd.grad(block(x), wanted, dy, allow_unused=True)
    with torch.inference_mode():
        cache = model(input_ids=torch.randint(0, 512, (1, CACHED)), use_cache=True).past_key_values

    def decode() -> None:
        for _ in range(4):
            model(input_ids=ids, past_key_values=cache, use_cache=True)
        cache.crop(-4)

    return torch.inference_mode()(decode)


def kept(case: Case, model: Any) -> float:
    """Bytes that autograd keeps for backward: distinct storages, parameters excluded."""
    known = {p.untyped_storage().data_ptr() for p in [*model.parameters(), *trained(model)]}
    found: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        found[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x = torch.randn(1, case.tokens, case.hidden, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = model(inputs_embeds=x, use_cache=False)
    del result
    return float(sum(size for address, size in found.items() if address not in known))


def measure(case: Case, variants: dict[str, Any]) -> dict[str, Any]:
    """The dense model's figure, in ms or MiB, and every other variant's ratio to it."""
    if case.what == "model, kept for backward":
        sizes = {name: kept(case, model) for name, model in variants.items()}
        return {name: sizes[name] / sizes["dense"] for name in sizes} | {"dense": sizes["dense"] / 2**20}
    return side_by_side({name: work(case, model) for name, model in variants.items()}, case.rounds)


def side_by_side(runs: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median time of "dense" in ms, and of every other run that of its ratio to "dense" in the same round."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for i in range(rounds + 2):
        for name in list(runs)[:: 1 if i % 2 else -1]:
            start = time.perf_counter()
            runs[name]()
            if i >= 2:  # the first two warm up
                seconds[name].append(time.perf_counter() - start)
    dense = seconds["dense"]
    ratios = {name: statistics.median(b / a for a, b in zip(dense, seconds[name], strict=True)) for name in runs}
    return ratios | {"dense": statistics.median(dense) * 1e3}


def main() -> int:
    """Print the table and say whether every bar was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--hidden", type=int, nargs="*", default=list(SHAPES), help="only these widths")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    load, rows = os.getloadavg(), []
    print(f"{'':28} {'width':>5} {'tokens':>6} {'dense':>9} {'mixlora':>8} {'lora':>6} {'reference':>9} {'bar':>6}")
    for hidden in options.hidden:
        variants = models(hidden)
        for case in (case for case in CASES if case.hidden == hidden):
            row = measure(case, variants)
            bar = row[case.bar] if isinstance(case.bar, str) else case.bar
            met = row["mixlora"] <= bar
            rows.append({**case._asdict(), **row, "bar": bar, "met": met})
            unit = "MiB" if case.what.endswith("backward") and case.rounds == 1 else "ms"
            theirs = f"{row['reference']:9.3f}" if "reference" in row else f"{'-':>9}"
            print(
                f"{case.what:28} {hidden:5} {case.tokens:6} {row['dense']:6.1f} {unit:3}{row['mixlora']:8.3f}"
                f" {row['lora']:6.3f} {theirs} {bar:6.3f} {'met' if met else 'missed'}",
                flush=True,
            )
    if options.json:
        write(options.json, rows, options.threads, load)
    return int(not all(row["met"] for row in rows))


def write(path: Path, rows: list[dict[str, Any]], threads: int, load: tuple[float, ...]) -> None:
    """The figures with what they were measured on, as JSON."""
    packages = [name for name in ("torch", "transformers", "peft", "mixlora") if importlib.util.find_spec(name)]
    environment = {
        "command": " ".join(sys.orig_argv[1:]),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "affinity": os.environ.get("GOMP_CPU_AFFINITY"),
        "threads": threads,
        "cpu": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "load": {"before": load, "after": os.getloadavg()},
        "compiled": native.load() is not None,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"environment": environment, "rows": rows}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
