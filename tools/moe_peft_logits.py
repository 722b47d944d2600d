"""What MoE-PEFT 2.0.2 computes with adapters; ``make test-reference`` runs it in an environment that has that package.

    python moe_peft_logits.py FOLDER

FOLDER has ``base``, a Llama; ``inputs.safetensors`` with ``tokens`` and ``mask``; and ``adapters``, a folder for each
adapter. Written to ``answers.safetensors``: ``{adapter}.logits``, ``{adapter}.router`` (the routers' logits, layers under
each other), ``{adapter}.loss`` (its own router loss, with its factors), ``{adapter}.input`` and ``{adapter}.output`` (of
the feed-forward block of the first layer). Nothing of SOVEREIGN is imported here.

Its dropout is switched off, for it is never off otherwise. An adapter with the switch router runs as in training, and
once more as in inference, which gives ``{adapter}.inference_input`` and ``{adapter}.inference_output``. Each adapter is
also written as its trainer does (``save_adapter_weight``), into ``saved``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from safetensors.torch import load_file, save_file


def kept(data: Any, *args: Any, **kwargs: Any) -> Any:
    """In place of dropout. A copy, since the package changes what it gets back."""
    return data.clone()


torch.nn.functional.dropout = kept

from moe_peft import LLMBatchConfig, LLMModel, LLMModelInput, trainer  # type: ignore[import-not-found]  # noqa: E402
from moe_peft.adapters import router_loss_factory  # type: ignore[import-not-found]  # noqa: E402


def main(folder: Path) -> None:
    """Load the base once, and one adapter after the other."""
    inputs = load_file(folder / "inputs.safetensors")
    model = LLMModel.from_pretrained(str(folder / "base"), device="cpu", load_dtype=torch.float32)
    answers: dict[str, Any] = {}
    for adapter in sorted((folder / "adapters").iterdir()):
        name = model.load_adapter(str(adapter), adapter.name)
        config = model.adapter_configs_[name]
        switch = config.routing_strategy_ == "mixlora-switch"
        output, found, made = run(model, name, inputs, inference=not switch)
        answers[f"{name}.input"], answers[f"{name}.output"] = found, made
        answers[f"{name}.logits"], answers[f"{name}.router"] = output.logits, output.router_logits
        answers[f"{name}.loss"] = router_loss_factory(config)(output.router_logits, inputs["mask"])
        if switch:
            _, found, made = run(model, name, inputs, inference=True)
            answers[f"{name}.inference_input"], answers[f"{name}.inference_output"] = found, made
        save(model, name, folder / "saved" / name)
        model.unload_adapter(name)
    save_file({name: tensor.contiguous() for name, tensor in answers.items()}, folder / "answers.safetensors")


def save(model: Any, name: str, folder: Path) -> None:
    """By its own code, of which only a task's name is needed of a training."""
    task = SimpleNamespace(peft_task_type="CAUSAL_LM")
    trainer.save_adapter_weight(model, SimpleNamespace(adapter_name=name, task_=task), str(folder.parent))


@torch.no_grad()
def run(model: Any, name: str, inputs: dict[str, Any], inference: bool) -> tuple[Any, Any, Any]:
    """(what the model says, what went into the first feed-forward block, what came out of it)."""
    block, seen = model.model_.layers_[0].mlp_, []
    block._moe_forward = lambda data, args: _seen(seen, data.clone(), type(block)._moe_forward(block, data, args))
    given = LLMModelInput(
        batch_configs_=[LLMBatchConfig(name, 0, len(inputs["tokens"]))],
        batch_tokens_=inputs["tokens"].tolist(),
        batch_masks_=inputs["mask"].tolist(),
        inference_mode_=inference,
    )
    [output] = model.forward(given)
    del block._moe_forward
    return output, *seen


def _seen(seen: list[Any], data: Any, made: Any) -> Any:
    seen += [data, made[0].clone()]
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
