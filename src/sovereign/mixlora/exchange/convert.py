"""From one format to another, file to file, without the base model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from ..architectures import ARCHITECTURES, Architecture
from ..config import MixLoraConfig
from . import files, names, settings
from .settings import Loss


def convert(
    source: str | Path, target: str | Path, to: str, allow_pickle: bool = False, act_fn: str | None = None
) -> list[Loss]:
    """Write the adapter in the folder ``source`` to the new folder ``target`` in the format ``to``.

    to: a name in ``files.FORMATS``. allow_pickle: read ``adapter_model.bin``, with ``weights_only=True``. act_fn: what to
    write as the reference's ``act_fn``, which our format leaves to the model.

    Every tensor keeps its numbers and its dtype. Returns what the format cannot hold; empty if nothing is lost. Raises
    ValueError, and writes nothing, if ``source`` cannot be read or is not whole, if ``target`` exists, or if the format
    cannot hold what the adapter computes.
    """
    source, target = Path(source), Path(target)
    if to not in files.FORMATS:
        raise ValueError(f"the format must be one of {list(files.FORMATS)}, but is {to!r}")
    config, tensors, family, losses = read(source, allow_pickle)
    if to == "ours":
        given = config.to_dict() | {"peft_type": "MIXLORA"}
        files.write(target, to, {name: _plain(value) for name, value in given.items()}, tensors)
        return losses
    theirs, more = settings.to_reference(config, to == "legacy", act_fn)
    attention = config.target_modules if isinstance(config.target_modules, list) else []
    theirs["target_modules"] = [*attention, *(config.expert_target_modules or [])]
    made = names.to_reference(tensors, family)
    if to == "legacy":
        if set(family.projections) != set(names.LEGACY):
            raise ValueError("the legacy format knows gate_proj, up_proj and down_proj only, named w1, w3 and w2")
        made = names.legacy(made)
        theirs["target_modules"] = [names.LEGACY.get(name, name) for name in theirs["target_modules"]]
    files.write(target, to, theirs, made)
    return [*(loss for loss in losses if not (loss.part == "act_fn" and loss.value == act_fn)), *more]


def read(folder: Path, allow_pickle: bool = False) -> tuple[MixLoraConfig, dict[str, Tensor], Architecture, list[Loss]]:
    """(configuration, tensors by our names, family, what of it our format cannot hold) of an adapter in any format."""
    found = files.read_config_file(folder)
    losses: list[Loss] = []
    try:
        if files.format_of(found) == "ours":
            config = MixLoraConfig.from_pretrained(str(folder))
            own = list(config.expert_target_modules or [])
            family = names.family_of(own)
            tensors = files.read_tensors(folder, "ours")
        else:
            given, modules, losses = settings.to_ours(found)
            modules = names.modern_modules(modules)
            own = [name for name in modules if name in PROJECTIONS]
            family = names.family_of(own)
            attention = [name for name in modules if name in family.attention]
            config = MixLoraConfig(**given, target_modules=attention, expert_target_modules=own, inference_mode=True)
            tensors = files.read_tensors(folder, "reference", allow_pickle)
            tensors = names.from_reference(names.modern(tensors), family)
    except TypeError as error:
        raise ValueError(f"{folder / files.CONFIG} is not the configuration of a MixLoRA adapter: {error}") from error
    except ValueError as error:
        raise ValueError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error
    experts, expert_r = config.num_experts, config.expert_r or config.r
    special = config.use_dora or config.shared_expert or config.layers_to_transform or config.modules_to_save
    if (
        isinstance(experts, int)
        and isinstance(expert_r, int)
        and not special
        and isinstance(config.target_modules, list)
    ):  # no format of theirs holds the others
        roles = [role for role, path in family.projections.items() if path in own]
        try:
            names.check(tensors, experts, config.r, expert_r, config.target_modules, roles)
        except ValueError as error:
            raise ValueError(f"{folder}: {error}") from error
    return config, tensors, family, losses


PROJECTIONS = {path for name in names.KNOWN for path in ARCHITECTURES[name].projections.values()}


def _plain(value: Any) -> Any:
    """As JSON has it: an enumeration's value, a set as a sorted list."""
    return sorted(value) if isinstance(value, set) else getattr(value, "value", value)
