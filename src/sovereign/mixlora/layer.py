"""The feed-forward block with its routers and experts, as a layer of peft."""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from . import dora
from .activations import activation
from .architectures import Architecture, architecture_of
from .config import MixLoraConfig
from .experts import ExpertLora
from .factored import dropout_masks, ffn_of_parts
from .frozen import FrozenMlp
from .parts import Part, unadapted
from .router_log import RouterLog
from .routing import with_shared_expert

BASE = "__base__"  # peft's name for no adapter
ROLES = ("gate_up_proj", "gate_proj", "up_proj", "down_proj")

UNMERGEABLE = (
    "MixLoRA adapters cannot be merged: the router chooses for every token which experts it uses and how much of each, "
    "so no single weight matrix does what they do. Use the adapter as it is; merge_attention(model) merges its LoRA on the "
    "attention, disable_adapter() switches it off and unload() removes it."
)


class MixLoraLayer(nn.Module, BaseTunerLayer):
    """A frozen feed-forward block and, for every adapter, a router and experts for its projections.

    Parameters, by adapter: ``mixlora_router`` [E, H]; with a shared expert ``mixlora_shared_gate`` [1, H]; and in
    ``mixlora_{projection}`` an ``ExpertLora``, the shared expert its last. Maps [..., H] to [..., H]. Without an adapter,
    or with all disabled, it is the block itself, bit for bit.

    A token that attention_mask hides is computed like any other. It cannot change another token here, but by taking up
    room of a switch router's expert; it does not count in the router losses.

    A token uses one adapter: what two routers' shares of one block would mean is not defined. The rows of a batch may
    use different ones.
    """

    adapter_layer_names = ("mixlora_router", "mixlora_shared_gate", *(f"mixlora_{role}" for role in ROLES))
    other_param_names = ("adapter_configs",)

    def __init__(
        self,
        base_layer: nn.Module,
        adapter_name: str,
        config: MixLoraConfig,
        architecture: Architecture,
        router_log: RouterLog,
    ) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.architecture = architecture
        self.router_log = router_log
        self.adapter_configs: dict[str, MixLoraConfig] = {}
        self.mixlora_router = nn.ParameterDict()
        self.mixlora_shared_gate = nn.ParameterDict()
        for role in ROLES:
            setattr(self, f"mixlora_{role}", nn.ModuleDict())
        self.merged_adapters: list[str] = []
        self._active_adapter = adapter_name
        self.update_layer(adapter_name, config)

    @property
    def frozen(self) -> FrozenMlp:
        """The block's modules, looked up each time: quantisation and sharding may exchange them."""
        return self.architecture.frozen(self.base_layer)

    def experts(self, adapter_name: str) -> dict[str, ExpertLora]:
        """The experts of an adapter, by projection."""
        stacks = {role: getattr(self, f"mixlora_{role}") for role in ROLES}
        return {role: stack[adapter_name] for role, stack in stacks.items() if adapter_name in stack}

    def update_layer(self, adapter_name: str, config: MixLoraConfig) -> None:
        """Add the adapter, on the device and in the floating-point dtype of the block."""
        frozen = self.frozen
        for role in frozen.projections:
            if (
                config.expert_target_modules is None
                or self.architecture.projections[role] in config.expert_target_modules
            ):
                in_features, out_features = _sizes(getattr(frozen, role))
                getattr(self, f"mixlora_{role}")[adapter_name] = ExpertLora(
                    in_features=in_features, out_features=out_features, **config.expert_lora()
                )
        hidden = _sizes(frozen.down_proj)[1]
        assert isinstance(config.num_experts, int) and config.router_init_range is not None
        router = nn.Parameter(torch.empty(config.num_experts, hidden))
        self.mixlora_router[adapter_name] = nn.init.normal_(router, std=config.router_init_range)
        if config.shared_expert:
            self.mixlora_shared_gate[adapter_name] = nn.Parameter(torch.zeros(1, hidden))
        self.adapter_configs[adapter_name] = config
        self._move_adapter_to_device_of_base_layer(adapter_name)
        for role, lora in self.experts(adapter_name).items():
            dora.start(lora, getattr(frozen, role))
        self.set_adapter(self.active_adapters, inference_mode=config.inference_mode)

    def forward(self, hidden: Tensor, *args: Any, adapter_names: list[str] | None = None, **kwargs: Any) -> Tensor:
        """[..., H] to [..., H]. adapter_names: for each row of the batch its adapter, or "__base__" for none.

        Raises ValueError if several of this layer's adapters are active and the rows have no names, or if there is not
        one name for each row.
        """
        active = [name for name in self.active_adapters if name in self.adapter_configs]
        named = [name for name in adapter_names or () if name in self.adapter_configs]
        if self.disable_adapters or not (active if adapter_names is None else named):
            unchanged: Tensor = self.base_layer(hidden, *args, **kwargs)
            return unchanged
        if adapter_names is None and len(active) > 1:
            raise ValueError(
                f"a token uses one MixLoRA adapter, but {active} are active: choose one with set_adapter, or name one for "
                "each row of the batch with adapter_names"
            )
        tokens = hidden.reshape(-1, hidden.shape[-1])
        frozen = self.frozen
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            with saved_tensors_hooks(_as_is, _as_is):
                # Told apart here, by a backward of its own, an activation does not count as a tensor that gradient
                # checkpointing must find again.
                activation(frozen.act_fn)
        parts = [self._part(active[0], hidden, None)] if adapter_names is None else self._parts(adapter_names, hidden)
        out = ffn_of_parts(tokens, parts, frozen).view(hidden.shape)
        if self.architecture.dropout is not None:
            dropped: Tensor = getattr(self.base_layer, self.architecture.dropout)(out)
            return dropped
        return out

    def _parts(self, adapter_names: list[str], hidden: Tensor) -> list[Part]:
        """The batch by adapter."""
        tokens = hidden.numel() // hidden.shape[-1]
        if tokens % len(adapter_names) or (hidden.dim() > 2 and len(hidden) != len(adapter_names)):
            raise ValueError(
                f"adapter_names has {len(adapter_names)} names for hidden states of shape {list(hidden.shape)}: give one "
                "for each row of the batch"
            )
        names = [name if name in self.adapter_configs else BASE for name in adapter_names]
        own = {name: [row for row, given in enumerate(names) if given == name] for name in dict.fromkeys(names)}
        in_order = [row for rows in own.values() for row in rows] == list(range(len(names)))
        by_row = hidden.reshape(len(names), -1, hidden.shape[-1])
        numbers = torch.arange(tokens, device=hidden.device).view(len(names), -1)
        parts = []
        for name, rows in own.items():
            batch = torch.tensor(rows, device=hidden.device)
            mine = by_row[rows[0] : rows[-1] + 1] if in_order else by_row.index_select(0, batch)
            which = None if in_order else numbers.index_select(0, batch).flatten()
            if name == BASE:
                parts.append(unadapted(mine.flatten(0, 1), which))
            else:
                parts.append(self._part(name, mine, batch, which))
        return parts

    def _part(self, name: str, hidden: Tensor, batch: Tensor | None, rows: Tensor | None = None) -> Part:
        """What one adapter does with hidden states [..., H]; batch: which rows of the batch they are, None: all."""
        config, experts = self.adapter_configs[name], self.experts(name)
        self._check_whole(name, experts)
        tokens, length = hidden.reshape(-1, hidden.shape[-1]), hidden.shape[-2] if hidden.dim() > 1 else 1
        routing = config.router()(tokens, self.mixlora_router[name], length, self.training)
        self.router_log.record(self, name, config, routing, hidden.shape[:-1], batch)
        if config.shared_expert:
            routing = with_shared_expert(routing, tokens, self.mixlora_shared_gate[name])
        masks = dropout_masks(routing, experts) if self.training else {}
        return Part(routing, experts, masks, rows)

    def _check_whole(self, name: str, experts: dict[str, ExpertLora]) -> None:
        """Raises ValueError if a parameter that the block reads itself is a shard: fully_shard makes it a DTensor,
        FullyShardedDataParallel a part of a flat vector."""
        read = [(self.mixlora_router[name], 2), *((lora.lora_A, 3) for lora in experts.values())]
        if any(type(parameter).__name__ == "DTensor" or parameter.dim() < dims for parameter, dims in read):
            raise ValueError(
                "parameters of the routers or experts are sharded by themselves, but the block reads them directly: give "
                "fully_shard, or a wrapping policy, whole decoder layers, or the blocks (MixLoraLayer), and no module within"
            )

    def merge(self, safe_merge: bool = False, adapter_names: list[str] | None = None) -> None:
        """Raises ValueError: routed experts do not merge."""
        raise ValueError(UNMERGEABLE)

    def unmerge(self) -> None:
        """Nothing to do, since nothing can have been merged."""

    def _get_base_layer_device_and_dtype(self, base_layer: nn.Module) -> Any:
        # peft looks for a weight, which a block does not have itself
        peft: Any = super()
        return peft._get_base_layer_device_and_dtype(self.architecture.frozen(base_layer).down_proj)


def architecture_in(model: nn.Module) -> Architecture:
    """``architecture_of`` for a model that may have adapters, whose layers know it."""
    known = (module.architecture for module in model.modules() if isinstance(module, MixLoraLayer))
    return next(known, None) or architecture_of(model)


def _as_is(tensor: Tensor) -> Tensor:
    return tensor


def _sizes(projection: nn.Module) -> tuple[int, int]:
    """(in_features, out_features) of a linear module; GPT-2's Conv1D calls them nx and nf."""
    if hasattr(projection, "in_features"):
        return int(projection.in_features), int(projection.out_features)  # type: ignore[arg-type]
    return int(projection.nx), int(projection.nf)  # type: ignore[arg-type]
