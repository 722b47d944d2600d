"""The tuner: puts MixLoRA's layers into a model, as peft's ``get_peft_model`` and ``PeftModel`` ask it to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from peft.tuners.lora import LoraModel
from peft.tuners.lora.layer import LoraLayer
from peft.tuners.tuners_utils import BaseTuner, BaseTunerLayer
from torch import nn
from transformers.pytorch_utils import Conv1D

from . import mixed
from .architectures import Architecture, GatheredMlp, gather, scatter
from .config import MixLoraConfig
from .layer import UNMERGEABLE, MixLoraLayer, architecture_in
from .router_log import RouterLog, router_log


class Targets(NamedTuple):
    """Full paths of the blocks that get experts and of the modules that get a plain LoRA."""

    blocks: set[str]
    linear: set[str]


class MixLoraModel(BaseTuner):
    """A model whose feed-forward blocks have routed experts and whose attention has LoRA, both by adapter name.

    Made by ``peft.get_peft_model(model, MixLoraConfig(...))``, which freezes everything else. In training mode the
    model's ``loss`` contains the routers' losses (``router_log``). Raises ValueError if the model's feed-forward
    blocks are not found, or a name in the configuration fits nothing.
    """

    # In every name of a parameter: in peft's lora_A and in our mixlora_router. transformers' own loading of adapters puts
    # the adapter's name behind the first place where it finds this.
    prefix = "lora_"
    tuner_layer_cls = BaseTunerLayer  # MixLoRA's for the blocks and peft's LoRA for the attention

    architecture: Architecture | None = None

    def _pre_injection_hook(self, model: nn.Module, config: Any, adapter_name: str) -> None:
        try:
            self.router_log = router_log(model)  # of an adapter that was injected without a PeftModel
        except ValueError:
            self.router_log = RouterLog(model)

    def inject_adapter(self, model: nn.Module, adapter_name: str, **kwargs: Any) -> None:  # type: ignore[override]
        """As peft's. A ``state_dict``, from whose names peft would guess the targets, is not needed and ignored."""
        try:
            check_name(model, adapter_name)
            super().inject_adapter(model, adapter_name, **kwargs | {"state_dict": None})
        except ValueError:
            if not any(isinstance(module, MixLoraLayer) for module in model.modules()):
                self._withdraw(model)
            raise

    def _prepare_adapter_config(self, peft_config: Any, model_config: dict[str, Any]) -> Any:
        return peft_config  # what is left open depends on the modules, so on _prepare_model

    def _prepare_model(self, peft_config: Any, model: nn.Module) -> None:
        self.architecture = architecture = architecture_in(model)
        own_names = list(architecture.projections.values())
        if peft_config.expert_target_modules is None:
            peft_config.expert_target_modules = own_names
        if peft_config.target_modules is None:
            peft_config.target_modules = list(architecture.attention)
        if unknown := set(peft_config.expert_target_modules) - set(own_names):
            raise ValueError(
                f"expert_target_modules has {sorted(unknown)}, but the block's projections are {own_names}"
            )
        gather(model, architecture)
        self.targets = find_targets(model, architecture, peft_config)
        order = sorted(self.targets.blocks, key=lambda path: (_layer_of(path) or 0, path))
        self.settings = {path: peft_config.for_layer(i, len(order)) for i, path in enumerate(order)}

    def _check_target_module_exists(  # type: ignore[override]  # static in peft, but called on the instance
        self, peft_config: Any, key: str
    ) -> bool:
        return key in self.targets.blocks or key in self.targets.linear

    def _create_and_replace(
        self,
        peft_config: Any,
        adapter_name: str,
        target: nn.Module,
        target_name: str,
        parent: nn.Module,
        current_key: str,
        parameter_name: str | None = None,
    ) -> None:
        if isinstance(target, MixLoraLayer):
            target.update_layer(adapter_name, self.settings[current_key])
            return
        if current_key in self.targets.blocks:
            assert self.architecture is not None
            layer = MixLoraLayer(target, adapter_name, self.settings[current_key], self.architecture, self.router_log)
            setattr(parent, target_name, layer)
            return
        base = target.get_base_layer() if isinstance(target, BaseTunerLayer) else target
        config = peft_config.attention_lora(fan_in_fan_out=isinstance(base, Conv1D))
        sizes: dict[str, Any] = {"r": config.r, "lora_alpha": config.lora_alpha}
        if isinstance(target, LoraLayer):
            target.update_layer(adapter_name, config=config, **sizes)
            return
        loaded = {f"loaded_in_{n}bit": getattr(self.model, f"is_loaded_in_{n}bit", False) for n in (4, 8)}
        create: Any = LoraModel._create_new_module  # picks the layer for quantised modules
        lora = create(config, adapter_name, target, **sizes, **loaded)
        self._replace_module(parent, target_name, lora, target)

    def _replace_module(self, parent: nn.Module, child_name: str, new_module: nn.Module, child: nn.Module) -> None:
        if isinstance(child, MixLoraLayer):  # on unloading; peft expects a weight that a block does not have
            setattr(parent, child_name, new_module)
        else:
            super()._replace_module(parent, child_name, new_module, child)

    def delete_adapter(self, adapter_name: str) -> None:
        """Remove an adapter; ValueError if it is active, because the next pass would use another, or none."""
        if adapter_name in self.peft_config and adapter_name in self.active_adapters:
            raise ValueError(
                f"the adapter {adapter_name!r} is active: choose another one with set_adapter before deleting it, or take "
                "all adapters off with unload()"
            )
        super().delete_adapter(adapter_name)

    @contextmanager
    def _enable_peft_forward_hooks(self, *args: Any, **kwargs: Any) -> Iterator[None]:
        """What peft enters around a forward pass: with ``adapter_names``, each layer is told them."""
        names = kwargs.get("adapter_names")
        if names is None:
            yield
            return
        with mixed.told(self.model, list(names), self.peft_config, kwargs.get("num_beams") or 1):
            yield

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any, **kwargs: Any) -> None:
        """As torch's; ValueError if it holds a part of an adapter: the rest would be left as it was drawn."""
        for adapter in self.peft_config:
            own = {f"{prefix}{name}" for name, _ in self.named_parameters() if f".{adapter}." in f"{name}."}
            own = {name for name in own if self.prefix in name}
            missing = sorted(own - set(state_dict))
            if missing and len(missing) < len(own):
                raise ValueError(
                    f"{len(missing)} of the {len(own)} tensors of the adapter {adapter!r} are not in what is to be loaded, "
                    f"which may be half written or of other settings: {', '.join(missing[:3])}{', …' * (len(missing) > 3)}"
                )
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def _check_merge_allowed(self) -> None:
        raise ValueError(UNMERGEABLE)

    def _unload_and_optionally_merge(self, merge: bool = True, *args: Any, **kwargs: Any) -> Any:
        peft: Any = super()
        model = peft._unload_and_optionally_merge(merge, *args, **kwargs)
        self._withdraw(model)
        return model

    def _withdraw(self, model: nn.Module) -> None:
        """Take back what was done to the model itself."""
        self.router_log.remove()
        if self.architecture is not None:
            scatter(model, self.architecture)


def check_name(model: nn.Module, adapter_name: str) -> None:
    """ValueError if the adapter's name is a part of the paths of parameters, by which peft tells adapters apart: it would
    leave what lies there out of the other adapters' files."""
    adapters = {name for m in model.modules() if isinstance(m, MixLoraLayer) for name in m.adapter_configs}
    parts = {part for path, _ in model.named_parameters() for part in ("base_model", "model", *path.split("."))}
    if adapter_name in parts - adapters:
        raise ValueError(
            f"an adapter cannot be called {adapter_name!r}: the paths of the model's parameters have this part, and peft "
            "finds an adapter's tensors by its name in them. Choose another name"
        )


def find_targets(model: nn.Module, architecture: Architecture, config: MixLoraConfig) -> Targets:
    """What an adapter with this configuration adapts; ``gather`` comes first.

    Only layers with a feed-forward block are looked at, so that a vision tower beside the language model, with
    attention of the same names, stays as it is. Raises ValueError if a name fits no module of these layers.
    """
    modules = dict(model.named_modules())
    inner = tuple(f"{path}." for path, module in modules.items() if isinstance(module, BaseTunerLayer))
    outer = {path: module for path, module in modules.items() if not path.startswith(inner)}
    place = architecture.block or architecture.projections["down_proj"]
    blocks, layers = set(), []
    for path, module in outer.items():
        base = module.base_layer if isinstance(module, MixLoraLayer) else module
        if is_block(base, path, architecture) and _wanted(path, config):
            blocks.add(path)
            layers.append(path.removesuffix(place))
    missing_layers = set(config.layers_to_transform or ()) - {_layer_of(block) for block in blocks}
    if not blocks or missing_layers:
        raise ValueError(
            f"layers_to_transform is {config.layers_to_transform}, but the model has no layer {sorted(missing_layers)} "
            "with a feed-forward block that can be adapted"
        )
    saved = config.modules_to_save or []
    if saved and not any(f".{path}".endswith(f".{name}") for path in modules for name in saved):
        raise ValueError(f"modules_to_save is {saved}, but the model has no module of such a name")
    inside = tuple(f"{block}." for block in blocks)
    linear = {
        path: module
        for path, module in outer.items()
        if path.startswith(tuple(layers))
        and path not in blocks
        and not path.startswith(inside)
        and _wanted(path, config)
    }
    names = config.target_modules or []
    if isinstance(names, str):
        fitting = {path for path in linear if re.fullmatch(names, path)}
        if not fitting:
            raise ValueError(f"target_modules is {names!r}, which fits the whole path of no module beside the blocks")
        return Targets(blocks, fitting)
    found = {name: {path for path in linear if f".{path}".endswith(f".{name}")} for name in names}
    if missing := [name for name, paths in found.items() if not paths]:
        leaves = sorted({path.rpartition(".")[2] for path, module in linear.items() if hasattr(module, "weight")})
        raise ValueError(
            f"target_modules has {missing}, but the layers' modules outside of the feed-forward block are {leaves}; "
            f"its projections {list(architecture.projections.values())} belong into expert_target_modules"
        )
    return Targets(blocks, set().union(*found.values()))


def is_block(module: nn.Module, path: str, architecture: Architecture) -> bool:
    """Whether this is a feed-forward block of the architecture, by its place and its parts."""
    place = architecture.block or architecture.projections["down_proj"]
    return f".{path}".endswith(f".{place}") and (
        isinstance(module, GatheredMlp) if architecture.block is None else architecture.fits(module)
    )


def _wanted(path: str, config: MixLoraConfig) -> bool:
    """Whether ``layers_to_transform`` and ``modules_to_save`` leave this module to the adapter."""
    layers = config.layers_to_transform
    if layers is not None and _layer_of(path) not in layers:
        return False
    return not any(name in path.split(".") for name in config.modules_to_save or ())


def _layer_of(path: str) -> int | None:
    """The number of the layer that a module lies in: the first in its path."""
    return next((int(part) for part in path.split(".") if part.isdigit()), None)
