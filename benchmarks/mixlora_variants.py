"""MixLoRA's variants against the frozen model, several adapters on one base against as many models, and torch.compile.

Everything as in ``benchmarks.mixlora``: medians over rounds of the ratio within a round, Llama with random weights, 8
experts of rank 16, fp32, no dropout. With random weights every expert is almost as probable as every other, so ``top_p`` is
chosen to take about two; how many it took is printed.

    GOMP_CPU_AFFINITY=0-1 python -m benchmarks.mixlora_variants --json benchmarks/results/mixlora_variants.json
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peft
import torch
from peft.helpers import DoraCaching
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from benchmarks.mixlora import ALPHA, EXPERTS, RANK, SHAPES, TOP_K, Case, copy_of, kept, side_by_side, work, write
from sovereign.mixlora import MixLoraConfig, losses_by_adapter, train_together, watch_routers

HIDDEN, TOKENS, TOP_P, ROUNDS = 2048, 1024, 0.5, 7
VARIANTS: dict[str, dict[str, Any]] = {
    "top_k": {},
    "MixDoRA": {"use_dora": True},
    "top_p": {"routing_strategy": "top_p", "top_p": TOP_P},
    "switch": {"routing_strategy": "switch", "expert_capacity": TOKENS // EXPERTS * 5 // 4, "jitter_noise": 0.0},
    "shared expert": {"shared_expert": True},
}


def base(hidden: int = HIDDEN) -> LlamaForCausalLM:
    """The frozen model."""
    torch.manual_seed(0)
    config = LlamaConfig(hidden_size=hidden, vocab_size=512, max_position_embeddings=2048, **SHAPES[hidden])
    return LlamaForCausalLM(config).requires_grad_(False)


def settings(**changes: Any) -> MixLoraConfig:
    """Of the adapter that all rows have, with changes."""
    common: dict[str, Any] = {"num_experts": EXPERTS, "top_k": TOP_K, "r": RANK, "lora_alpha": ALPHA}
    return MixLoraConfig(**common | {"lora_dropout": 0.0, "router_init_range": 0.02} | changes)


def filled(model: Any) -> Any:
    """The model, every B drawn."""
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.02)
    return model


def variants() -> list[dict[str, Any]]:
    """Each kind of router and expert against the dense block and model."""
    dense = base()
    models = {name: filled(peft.get_peft_model(copy_of(dense), settings(**own))) for name, own in VARIANTS.items()}
    with watch_routers(models["top_p"]) as stats, torch.inference_mode():
        models["top_p"](input_ids=torch.randint(0, 512, (1, TOKENS)))
    print(f"top_p {TOP_P} takes {stats.reports(overlap=False)[0].experts_per_token:.2f} experts per token")
    stacks = {"dense": dense.model} | {name: model.base_model.model.model for name, model in models.items()}
    rows = []
    for what, tokens in (("block, forward", TOKENS), ("block, forward and backward", TOKENS), ("model, one token", 1)):
        case = Case(what, HIDDEN, tokens, 0.0, ROUNDS)
        # In evaluation, as decoding is, or in training; dropout is 0, but magnitudes' norms are kept in evaluation only.
        runs = {name: work(case, stack.train("backward" in what)) for name, stack in stacks.items()}
        with DoraCaching():  # the same for peft's own magnitudes, of the attention
            rows += shown(what, tokens, side_by_side(runs, ROUNDS))
    sizes = {name: kept(Case("model", HIDDEN, TOKENS, 0.0, 1), stack.train()) for name, stack in stacks.items()}
    ratios = {name: size / sizes["dense"] for name, size in sizes.items()} | {"dense": sizes["dense"] / 2**20}
    return rows + shown("model, kept for backward (MiB)", TOKENS, ratios)


def adapters(count: int, tokens: int = 512) -> list[dict[str, Any]]:
    """A step of ``count`` adapters together, a row each, against as many steps of models of their own.

    "dense" is one step of one model alone; memory is per adapter: parameters and what is kept for backward.
    """
    frozen, names = base(), [f"adapter{i}" for i in range(count)]
    joint = peft.get_peft_model(copy_of(frozen), settings(), adapter_name=names[0])
    for name in names[1:]:
        joint.add_adapter(name, settings())
    filled(joint).train()
    own = train_together(joint, names)
    optimizers = [torch.optim.AdamW(parameters, lr=1e-5) for parameters in own.values()]
    alone = filled(peft.get_peft_model(copy_of(frozen), settings())).train()
    optimizer = torch.optim.AdamW([p for p in alone.parameters() if p.requires_grad], lr=1e-5)
    ids = torch.randint(0, 512, (count, tokens))

    def step(loss: torch.Tensor, chosen: list[torch.optim.Optimizer]) -> None:
        loss.backward()
        for each in chosen:
            each.step()
            each.zero_grad()

    def together() -> None:
        losses = losses_by_adapter(joint, joint(input_ids=ids, adapter_names=names).logits, ids, names)
        step(torch.stack([*losses.values()]).sum(), optimizers)

    def one() -> None:
        step(alone(input_ids=ids[:1], labels=ids[:1]).loss, [optimizer])

    times = side_by_side({"dense": one, "together": together}, ROUNDS)
    row = {"together, per adapter": times["together"] / count, "dense": times["dense"]}
    whole = {
        "alone": size(alone) + kept_by(lambda: alone(input_ids=ids[:1], labels=ids[:1]).loss, alone),
        "together": size(joint) + kept_by(lambda: joint(input_ids=ids, adapter_names=names, labels=ids).loss, joint),
    }
    memory = {"together, per adapter": whole["together"] / count / whole["alone"], "dense": whole["alone"] / 2**20}
    return shown(f"{count} adapters, step", tokens, row) + shown(f"{count} adapters, memory (MiB)", tokens, memory)


def size(model: nn.Module) -> int:
    """Bytes of all parameters, each once."""
    found = {p.untyped_storage().data_ptr(): p.untyped_storage().nbytes() for p in model.parameters()}
    return sum(found.values())


def kept_by(run: Callable[[], Any], model: nn.Module) -> int:
    """Bytes that autograd keeps for backward, parameters excluded."""
    known = {p.untyped_storage().data_ptr() for p in model.parameters()}
    found: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        found[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()
    del result
    return sum(nbytes for address, nbytes in found.items() if address not in known)


def compiled(hidden: int) -> list[dict[str, Any]]:
    """torch.compile of the block, dense and adapted, against the dense block without it."""
    dense = base(hidden)
    adapted = filled(peft.get_peft_model(copy_of(dense), settings())).base_model.model
    blocks = {"dense": dense.model.layers[0].mlp, "top_k": adapted.model.layers[0].mlp}
    blocks |= {f"{name}, compiled": torch.compile(block, fullgraph=True) for name, block in list(blocks.items())}
    rows = []
    for what in ("block, forward", "block, forward and backward"):
        x = torch.randn(1, TOKENS, hidden, requires_grad="backward" in what)
        rows += shown(
            what, TOKENS, side_by_side({name: on(block, x) for name, block in blocks.items()}, ROUNDS), hidden
        )
    return rows


def on(block: Any, x: torch.Tensor) -> Callable[[], Any]:
    """A pass of the block, and back if x requires it."""
    if not x.requires_grad:
        return torch.no_grad()(lambda: block(x))
    wanted = [x, *(p for p in block.parameters() if p.requires_grad)]
    return lambda: torch.autograd.grad(block(x).sum(), wanted)


def shown(what: str, tokens: int, ratios: dict[str, float], hidden: int = HIDDEN) -> list[dict[str, Any]]:
    """Print a row, and return it."""
    others = "  ".join(f"{name} {value:.3f}" for name, value in ratios.items() if name != "dense")
    print(f"{what:30} {hidden:5} {tokens:5}  dense {ratios['dense']:8.1f}  {others}", flush=True)
    return [{"what": what, "hidden": hidden, "tokens": tokens, **ratios}]


def main() -> int:
    """Print every row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    load = os.getloadavg()
    rows = variants()
    for count in (1, 2, 4):
        rows += adapters(count)
    for hidden in (576, HIDDEN):
        rows += compiled(hidden)
    if options.json:
        write(options.json, rows, options.threads, load)
    return 0


if __name__ == "__main__":
    sys.exit(main())
