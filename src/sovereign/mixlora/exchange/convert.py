"""From one format to another, file to file, without the base model."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor
from transformers.activations import ACT2FN

from ..architectures import Architecture
from ..config import MixLoraConfig
from . import files, names, settings
from .settings import Loss


class Adapter(NamedTuple):
    """An adapter in our terms. tensors: by our names. family: None if it is one that the reference does not have.
    act_fn: what the file says of the activation. losses: what the file says and ``config`` cannot."""

    config: MixLoraConfig
    tensors: dict[str, Tensor]
    family: Architecture | None
    act_fn: str | None
    losses: list[Loss]


def convert(
    source: str | Path, target: str | Path, to: str, allow_pickle: bool = False, act_fn: str | None = None
) -> list[Loss]:
    """Write the adapter in the folder ``source`` to the new folder ``target`` in the format ``to``.

    to: a name in ``files.FORMATS``. allow_pickle: read ``adapter_model.bin``, with ``weights_only=True``. act_fn: what to
    write as the reference's ``act_fn``, which our format leaves to the model; without it what ``source`` says.

    Every tensor keeps its numbers and its dtype. Returns what the format cannot hold; empty if nothing is lost. Raises
    ValueError, and writes nothing, if ``source`` cannot be read or is not whole, if ``target`` exists, or if the format
    cannot hold what the adapter computes.
    """
    source, target = Path(source), Path(target)
    if to not in files.FORMATS:
        raise ValueError(f"the format must be one of {list(files.FORMATS)}, but is {to!r}")
    if act_fn is not None and (to == "ours" or act_fn not in ACT2FN):
        raise ValueError(
            f"act_fn is {act_fn!r}, but "
            + ("our format has none: the model's own is used" if to == "ours" else f"must be one of {sorted(ACT2FN)}")
        )
    files.refuse_existing(target)
    adapter = read(source, allow_pickle)
    if to == "ours":
        own = adapter.config.to_dict() | {"peft_type": "MIXLORA"}
        files.write(target, to, {name: _plain(value) for name, value in own.items()}, adapter.tensors)
        lost = [Loss("act_fn", adapter.act_fn, "the activation is always the model's own")] if adapter.act_fn else []
        return [*lost, *adapter.losses]
    theirs, losses = settings.to_reference(adapter.config, to == "legacy", act_fn or adapter.act_fn)
    family = adapter.family or _family(adapter.config)
    made = names.to_reference(adapter.tensors, family)
    if to == "legacy":
        if not set(family.projections) <= set(names.LEGACY):
            raise ValueError("the legacy format knows gate_proj, up_proj and down_proj only, named w1, w3 and w2")
        made = names.legacy(made)
        theirs["target_modules"] = [names.LEGACY.get(name, name) for name in theirs["target_modules"]]
    files.write(target, to, theirs, made)
    return [*adapter.losses, *losses]


def read(folder: Path, allow_pickle: bool = False) -> Adapter:
    """The adapter in a folder, in any format. ValueError if it is damaged, or not whole."""
    found = files.read_config_file(folder)
    try:
        adapter = _ours(folder, found) if files.format_of(found) == "ours" else _theirs(folder, found, allow_pickle)
        _check(adapter)
    except (AttributeError, TypeError) as error:
        raise ValueError(f"{folder / files.CONFIG} is not the configuration of a MixLoRA adapter: {error}") from error
    except ValueError as error:
        raise ValueError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error
    return adapter


def _ours(folder: Path, found: dict[str, Any]) -> Adapter:
    if found.get("peft_type") != "MIXLORA":
        raise ValueError(
            f"it is an adapter of the type {found.get('peft_type')!r}, but only 'MIXLORA' can be converted"
        )
    known = {field.name for field in dataclasses.fields(MixLoraConfig)}
    config = MixLoraConfig(**{name: value for name, value in found.items() if name in known})
    losses = [Loss(name, found[name], "no setting of this version") for name in sorted(found.keys() - known)]
    tensors = files.read_tensors(folder, "ours")
    try:
        family = _family(config)
    except ValueError:
        family = None
    return Adapter(config, tensors, family, None, losses)


def _theirs(folder: Path, found: dict[str, Any], allow_pickle: bool) -> Adapter:
    given, modules, losses = settings.to_ours(found)
    modules = names.modern_modules(modules)
    tensors = names.modern(files.read_tensors(folder, "reference", allow_pickle))
    experts, attention = names.projections_in(tensors)
    family = names.family_of(
        [name for name in modules if name in experts], [name for name in modules if name in attention]
    )
    known = (*family.projections.values(), *family.attention)
    if others := [name for name in modules if name not in known]:
        losses.append(Loss("target_modules", others, "the file has no tensors of these, nor has such a model"))
    config = MixLoraConfig(
        **given,
        target_modules=[name for name in modules if name in family.attention],
        expert_target_modules=[name for name in modules if name in known and name not in family.attention],
        inference_mode=True,
    )
    act_fn = found.get("act_fn")
    return Adapter(config, names.from_reference(tensors, family), family, str(act_fn) if act_fn else None, losses)


def _family(config: MixLoraConfig) -> Architecture:
    attention = config.target_modules if isinstance(config.target_modules, list) else []
    return names.family_of(config.expert_target_modules or [], attention)


def _check(adapter: Adapter) -> None:
    """ValueError if tensors are missing, or do not fit. What no other format can hold is not looked at here."""
    config, family = adapter.config, adapter.family
    if family is None or not isinstance(config.target_modules, list) or settings.only_ours(config):
        return
    roles = [role for role, path in family.projections.items() if path in (config.expert_target_modules or ())]
    sizes = settings.one(config.num_experts), config.r, settings.one(config.expert_r) or config.r
    names.check(adapter.tensors, *sizes, config.target_modules, roles)


def _plain(value: Any) -> Any:
    """As JSON has it: an enumeration's value, a set as a sorted list."""
    return sorted(value) if isinstance(value, set) else getattr(value, "value", value)
