"""Several processes learn what one process learns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from torch import Tensor, distributed
from torch.distributed.fsdp import fully_shard

from sovereign.mixlora.experts import ExpertLora
from sovereign.mixlora.losses import load_balance_loss, router_z_loss
from sovereign.mixlora.routing import TopK, TopP
from tests.mixlora.tiny import adapted, tokens

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/mixlora_ddp.py"
COUNT = 2


@pytest.mark.parametrize(
    "options", [[], ["--fsdp", "--experts", "3", "--routing", "top_p"]], ids=["ddp", "fsdp, an odd number of experts"]
)
def test_the_example_ends_with_equal_losses(options: list[str]) -> None:
    """Sharded over two processes, three experts lie unevenly; torch fills up what is missing."""
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(COUNT)]
    done = subprocess.run([*launch, str(EXAMPLE), *options], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "step  15   2 processes" in done.stdout and "largest difference of a loss" in done.stdout


def test_experts_that_are_sharded_by_themselves_are_refused(tmp_path: Path) -> None:
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1)
    try:
        model = adapted()
        for module in list(model.modules()):
            if isinstance(module, ExpertLora):
                fully_shard(module)
        with pytest.raises(ValueError, match="give fully_shard whole decoder layers, or the blocks"):
            model(input_ids=tokens())
    finally:
        distributed.destroy_process_group()


def rows() -> tuple[Tensor, Tensor]:
    """Logits [2, 3, 4, 5] of two layers, and a mask [3, 4] under which the processes have different numbers of tokens."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]])
    return torch.randn(2, 3, 4, 5, dtype=torch.float64, generator=generator), mask


def losses(logits: Tensor, mask: Tensor, everywhere: bool) -> Tensor:
    layers = [layer.flatten(0, 1) for layer in logits]
    balance = [load_balance_loss(layers, router.chosen, mask, everywhere) for router in (TopK(2), TopP(0.6))]
    return torch.stack([*balance, router_z_loss(layers, mask, everywhere)]).sum()


def one_of_several(rank: int, folder: str) -> None:
    """The losses' value and gradient for the rows of one process: the second has one, and that is all padding."""
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=COUNT)
    logits, mask = rows()
    mine = slice(2) if rank == 0 else slice(2, 3)
    own = logits[:, mine].clone().requires_grad_()
    loss = losses(own, mask[mine], True)
    loss.backward()
    torch.save((loss.detach(), own.grad), Path(folder, f"{rank}.pt"))
    distributed.barrier()
    distributed.destroy_process_group()


def test_the_routers_losses_over_all_processes_are_those_of_one(tmp_path: Path) -> None:
    context: Any = torch.multiprocessing
    context.spawn(one_of_several, (str(tmp_path),), nprocs=COUNT)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(COUNT)]
    logits, mask = rows()
    logits.requires_grad_()
    expected = losses(logits, mask, False)
    expected.backward()
    torch.testing.assert_close(torch.stack([loss for loss, _ in found]).mean(), expected.detach())
    gradients = torch.cat([gradient for _, gradient in found], dim=1) / COUNT  # as DistributedDataParallel does
    torch.testing.assert_close(gradients, logits.grad)
