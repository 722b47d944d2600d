"""Several processes learn what one process learns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
import transformers
from torch import Tensor, distributed, nn
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.fsdp.wrap import ModuleWrapPolicy

from sovereign.mixlora import watch_routers
from sovereign.mixlora.experts import ExpertLora
from sovereign.mixlora.losses import load_balance_loss, router_z_loss
from sovereign.mixlora.router_log import router_log
from sovereign.mixlora.routing import TopK, TopP
from tests.mixlora.test_trainer import COEFFICIENTS, MixLoraTrainer, Rows, arguments, gradient
from tests.mixlora.tiny import adapted, fill, settings, tiny, tokens

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


@pytest.mark.parametrize("kind", [ExpertLora, nn.ParameterDict], ids=["experts", "routers"])
def test_what_a_block_reads_itself_is_not_sharded_by_itself(kind: type[nn.Module], tmp_path: Path) -> None:
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1)
    try:
        model = adapted()
        for module in list(model.modules()):
            if isinstance(module, kind) and list(module.parameters()):
                fully_shard(module)
        with pytest.raises(ValueError, match="whole decoder layers, or the blocks"):
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


def routers_losses(mine: slice, everywhere: bool) -> Any:
    """The losses' value and gradient for the rows of one process: the second has one, and that is all padding."""
    logits, mask = rows()
    own = logits[:, mine].clone().requires_grad_()
    loss = losses(own, mask[mine], everywhere)
    loss.backward()
    return loss.detach(), own.grad


def two_adapters(adapter_names: list[str], ids: Tensor) -> dict[str, Tensor]:
    """Gradients, by name, of the routers' losses of two adapters that share a batch."""
    options = {"router_aux_loss_coef": 0.5, "router_loss_across_processes": True, "target_modules": []}
    model = peft.get_peft_model(tiny(dtype=torch.float64), settings(**options), autocast_adapter_dtype=False)
    model.add_adapter("b", settings(**options), autocast_adapter_dtype=False)
    fill(model)
    fill(model, 2, "b")
    trained = {name: p.requires_grad_() for name, p in model.named_parameters() if "lora_" in name}
    model.train()(input_ids=ids, adapter_names=adapter_names)
    loss = router_log(model).take()
    assert loss is not None
    found = torch.autograd.grad(loss, list(trained.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(trained, found, strict=True))


def counted(ranks: range, gathers: bool) -> list[Any]:
    """What the routers of rows with other tokens for each process did; only the second one meets the second adapter."""
    model = adapted()
    model.add_adapter("second", settings(layers_to_transform=[1]))
    with watch_routers(model) as stats:
        for rank in ranks:
            names = ["default", "second" if rank else "default"]
            model(input_ids=tokens(2, 5 + rank, seed=rank), adapter_names=names)
    if gathers:
        stats.gather()
    return sorted((r.layer, r.adapter, r.tokens, r.load) for r in stats.reports())


def flat_shards(kind: type[nn.Module], mine: slice) -> float:
    """A loss under the older FullyShardedDataParallel, with every module of a kind a unit."""
    model = adapted(num_experts=3, router_loss_across_processes=True, **COEFFICIENTS).train()
    device = torch.device("cpu")
    policy = ModuleWrapPolicy({kind})
    shards = FullyShardedDataParallel(model, auto_wrap_policy=policy, use_orig_params=True, device_id=device)
    ids = tokens(4)[mine]
    return float(shards(input_ids=ids, labels=ids).loss.detach())


def trained(folder: Path, kind: Any, accumulated: int, processes: int) -> list[Tensor]:
    """The gradient of one step of a Trainer with four rows of different lengths."""
    model = adapted(dtype=torch.float64, router_loss_across_processes=True, **COEFFICIENTS)
    rows_each = 4 // accumulated // processes
    args = arguments(
        folder,
        per_device_train_batch_size=rows_each,
        gradient_accumulation_steps=accumulated,
        optim="sgd",
        learning_rate=1.0,
    )
    trainer = kind(model, args, train_dataset=Rows(4))
    trainer._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(Rows(4))
    return gradient(trainer)


TRAINERS = [(kind, accumulated) for kind in (transformers.Trainer, MixLoraTrainer) for accumulated in (1, 2)]
LAYER = transformers.models.llama.modeling_llama.LlamaDecoderLayer


def refusal(call: Any, *args: Any) -> str:
    with pytest.raises(ValueError) as raised:
        call(*args)
    return str(raised.value)


def one_of_several(rank: int, folder: str) -> None:
    """Everything that one of the processes finds, as a file."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(COUNT)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}  # accelerate wants them, though they have met
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=COUNT)
    two = slice(2 * rank, 2 * rank + 2)
    found = {
        "losses": routers_losses(slice(2) if rank == 0 else slice(2, 3), True),
        "mixed": two_adapters(["default", "b", "b", "default"][two], tokens(4)[two]),
        "other adapters": refusal(two_adapters, ["default", "default", "b", "b"][two], tokens(4)[two]),
        "counted": counted(range(rank, rank + 1), True),
        "flat": flat_shards(LAYER, two),
        "flat experts": refusal(flat_shards, ExpertLora, two),
        "trained": [trained(Path(folder, str(rank)), kind, accumulated, COUNT) for kind, accumulated in TRAINERS],
    }
    torch.save(found, Path(folder, f"{rank}.pt"))
    distributed.barrier()
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each process finds."""
    folder = tmp_path_factory.mktemp("processes")
    context: Any = torch.multiprocessing
    context.spawn(one_of_several, (str(folder),), nprocs=COUNT)
    return [torch.load(folder / f"{rank}.pt") for rank in range(COUNT)]


def test_the_routers_losses_over_all_processes_are_those_of_one(found: list[dict[str, Any]]) -> None:
    expected, wanted = routers_losses(slice(None), False)
    torch.testing.assert_close(torch.stack([each["losses"][0] for each in found]).mean(), expected)
    ours = torch.cat([each["losses"][1] for each in found], dim=1) / COUNT  # as DistributedDataParallel does
    torch.testing.assert_close(ours, wanted)


def test_adapters_are_kept_apart_however_each_process_orders_its_rows(found: list[dict[str, Any]]) -> None:
    expected = two_adapters(["default", "b", "b", "default"], tokens(4))
    for name, wanted in expected.items():
        torch.testing.assert_close(sum(each["mixed"][name] for each in found) / COUNT, wanted)
    assert all(
        "use different adapters, [['default'], ['b']]" in each["other adapters"]
        and "give every process rows of the same adapters" in each["other adapters"]
        for each in found
    )


def test_what_the_routers_did_adds_up(found: list[dict[str, Any]]) -> None:
    alone = counted(range(COUNT), False)
    assert [each["counted"] for each in found] == [alone] * COUNT
    assert [tokens for _, _, tokens, _ in alone] == [16, 16, 6]


def test_flat_shards_of_layers_work_and_those_of_experts_are_refused(found: list[dict[str, Any]]) -> None:
    model = adapted(num_experts=3, **COEFFICIENTS).train()
    expected = float(model(input_ids=tokens(4), labels=tokens(4)).loss.detach())
    assert sum(each["flat"] for each in found) / COUNT == pytest.approx(expected, rel=1e-6)
    assert all("whole decoder layers, or the blocks" in each["flat experts"] for each in found)


@pytest.mark.parametrize("number", range(len(TRAINERS)), ids=[f"{k.__name__}-{n}" for k, n in TRAINERS])
def test_a_trainer_on_several_processes_takes_the_step_of_one(
    number: int, found: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Though the processes have different numbers of labels, and with accumulated micro-batches."""
    kind, accumulated = TRAINERS[number]
    for ours in (each["trained"][number] for each in found):
        for a, b in zip(ours, trained(tmp_path, kind, accumulated, 1), strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=2e-6)  # the model's loss is in fp32
