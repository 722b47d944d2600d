"""Train a MixLoRA adapter on several processes, and see that it learns what one process would learn.

    torchrun --nproc-per-node 2 examples/mixlora_ddp.py           # DistributedDataParallel
    torchrun --nproc-per-node 2 examples/mixlora_ddp.py --fsdp    # fully sharded
    python examples/mixlora_ddp.py                                # one process alone

Every process reads its rows of each batch. The first then trains the same adapter alone on the whole batches, prints both
losses and the largest difference, saves the adapter, loads it on a new base, and compares its answers. The exit code is 1
if anything differs by more than the tolerance. Without a GPU it runs on CPUs, in seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from typing import Any

import peft
import torch
from torch import Tensor, distributed
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel
from transformers import LlamaConfig, LlamaForCausalLM

import sovereign.mixlora as mixlora

STEPS, ROWS, LENGTH, VOCABULARY = 20, 8, 16, 64
TOLERANCE = 1e-5  # of a loss, which transformers computes in fp32; the rest is in fp64, where no rounding moves a token


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fsdp", action="store_true", help="shard the parameters over the processes")
    parser.add_argument("--experts", type=int, default=4)
    parser.add_argument("--routing", choices=["top_k", "top_p", "switch"], default="top_k")
    options = parser.parse_args()

    rank, count = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if ROWS % count:
        sys.exit(f"{ROWS} rows cannot be shared by {count} processes: use a number that divides {ROWS}")
    device = (
        torch.device("cuda", rank % torch.cuda.device_count()) if torch.cuda.is_available() else torch.device("cpu")
    )
    torch.manual_seed(0)
    batches = torch.randint(1, VOCABULARY, (STEPS, ROWS, LENGTH), device=device)

    if count > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        own = batches.chunk(count, dim=1)[rank]
        shared = model = adapted(options, device)
        if options.fsdp:
            for layer in model.get_base_model().model.layers:  # whole layers: a block reads its experts' parameters
                fully_shard(layer)
            fully_shard(model)
        else:
            shared = DistributedDataParallel(model)
        losses = train(shared, own)
        distributed.all_reduce(losses)
        losses /= count
        whole = StateDictOptions(full_state_dict=True, cpu_offload=True)
        state = get_model_state_dict(model, options=whole)  # every process takes part
        distributed.barrier()  # none goes while another still waits for it
        distributed.destroy_process_group()
        if rank:
            return 0

    alone = adapted(options, device)
    expected = train(alone, batches)
    if count == 1:
        losses, state = expected, alone.state_dict()
    for i in range(0, STEPS, 5):
        print(f"step {i:3}   {count} processes {float(losses[i]):.9f}   one {float(expected[i]):.9f}")
    difference = float((losses - expected).abs().max())

    with tempfile.TemporaryDirectory() as folder:
        alone.save_pretrained(folder, state_dict=state)
        loaded = peft.PeftModel.from_pretrained(base(device), folder, autocast_adapter_dtype=False).eval()
    with torch.no_grad():
        answers = [m(input_ids=batches[0]).logits for m in (alone.eval(), loaded)]
    apart = float((answers[0] - answers[1]).abs().max())
    print(f"largest difference of a loss: {difference:.1e}; of a logit, saved and loaded: {apart:.1e}")
    return int(max(difference, apart) > TOLERANCE)


def base(device: torch.device) -> LlamaForCausalLM:
    """A small model, the same in every process. A real one is ``AutoModelForCausalLM.from_pretrained(...)``."""
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4
    )
    return LlamaForCausalLM(config).to(device, torch.float64)


def adapted(options: argparse.Namespace, device: torch.device) -> Any:
    """It with an adapter whose routers are balanced over the tokens of all processes."""
    config = mixlora.MixLoraConfig(
        num_experts=options.experts,
        routing_strategy=options.routing,
        jitter_noise=0.0,  # this and dropout would draw other numbers in every process
        lora_dropout=0.0,
        router_aux_loss_coef=0.01,
        router_loss_across_processes=True,
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(2)
    return peft.get_peft_model(base(device), config, autocast_adapter_dtype=False).train()


def train(model: Any, batches: Tensor) -> Tensor:
    """The loss of each step, the routers' losses included."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach().double())
    return torch.stack(losses)


if __name__ == "__main__":
    sys.exit(main())
