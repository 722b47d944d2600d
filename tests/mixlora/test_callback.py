"""The routers' numbers while transformers' Trainer trains, and the warning of a collapse."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
import transformers as tf

from sovereign.mixlora import MixLoraLayer, RouterCallback, RouterLossMixin
from tests.mixlora.tiny import adapted, tokens


def layers(model: Any) -> list[MixLoraLayer]:
    return [module for module in model.modules() if isinstance(module, MixLoraLayer)]


def arguments(folder: Path, **changes: Any) -> tf.TrainingArguments:
    defaults: dict[str, Any] = {
        "output_dir": str(folder),
        "per_device_train_batch_size": 32,
        "max_steps": 4,
        "logging_steps": 2,
        "report_to": [],
        "save_strategy": "no",
        "learning_rate": 0.0,
        "use_cpu": True,
        "disable_tqdm": True,
    }
    return tf.TrainingArguments(**(defaults | changes))


class Rows(torch.utils.data.Dataset):  # type: ignore[type-arg]
    def __len__(self) -> int:
        return 128

    def __getitem__(self, i: int) -> dict[str, Any]:
        row = tokens(1, 12, seed=i)[0]
        return {"input_ids": row, "labels": row}


class MixLoraTrainer(RouterLossMixin, tf.Trainer):
    pass


@pytest.mark.parametrize("kind", [tf.Trainer, MixLoraTrainer])
def test_in_a_trainer(kind: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = adapted(num_experts=8, router_aux_loss_coef=0.0, task_type="CAUSAL_LM")
    with torch.no_grad():
        layers(model)[0].mixlora_router["default"].zero_()  # every token to the experts 0 and 1: a tie is theirs
    args = arguments(tmp_path)
    with caplog.at_level(logging.WARNING, "sovereign.mixlora"):
        trainer = kind(model, args, train_dataset=Rows(), eval_dataset=Rows(), callbacks=[RouterCallback()])
        trainer.train()
    said = [record.message for record in caplog.records]
    assert len(said) == 1, "once, and of the layer that has"
    assert (
        "the router of layer 0 (adapter 'default') has collapsed" in said[0] and "Raise router_aux_loss_coef" in said[0]
    )
    first = trainer.state.log_history[0]
    assert -1 <= first["router/overlap"] <= 1
    assert first["router/load"] >= 0.4 and 0 < first["router/entropy"] <= 1
    written = json.loads((tmp_path / "router_stats.json").read_text(encoding="utf-8"))
    assert [layer["tokens"] for layer in written["layers"]] == [4 * 32 * 12] * 2
    assert [layer["collapsed"] for layer in written["layers"]] == [True, False]
    assert (tmp_path / "router_stats.md").read_text(encoding="utf-8").count("\n") == 4
    assert (tmp_path / "router_stats.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "router_stats.svg").read_text(encoding="utf-8").count("<svg") == 1
    assert not trainer.model.base_model.router_log.watchers


class Reporter(tf.TrainerCallback):
    """Keeps what a reporter, such as TensorBoard's, is given, and what is written when a checkpoint is."""

    def __init__(self) -> None:
        self.logs: list[dict[str, float]] = []
        self.written: list[list[int]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        self.logs.append(dict(logs))

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.written.append(sizes(Path(args.output_dir)))


def sizes(folder: Path) -> list[int]:
    """How many tokens each layer has in the file."""
    return [layer["tokens"] for layer in json.loads((folder / "router_stats.json").read_text("utf-8"))["layers"]]


def test_attached_it_comes_before_the_reporters_and_evaluation_does_not_count(tmp_path: Path) -> None:
    reporter = Reporter()
    args = arguments(tmp_path, eval_strategy="steps", eval_steps=1, save_strategy="steps", save_steps=2)
    trainer = tf.Trainer(
        adapted(task_type="CAUSAL_LM"), args, train_dataset=Rows(), eval_dataset=Rows(), callbacks=[reporter]
    )
    RouterCallback(overlap=False, each_save=True).attach(trainer)
    trainer.train()
    for logs in reporter.logs:
        assert ("router/load" in logs) == ("loss" in logs)
        assert "router/overlap" not in logs
    assert reporter.written == [[2 * 32 * 12] * 2, [4 * 32 * 12] * 2]
    assert sizes(tmp_path) == [4 * 32 * 12] * 2


def test_a_training_that_broke_off_is_not_counted_twice(tmp_path: Path) -> None:
    class Broken(tf.TrainerCallback):
        armed = True

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            if self.armed:
                self.armed = False
                raise KeyboardInterrupt

    trainer = tf.Trainer(
        adapted(task_type="CAUSAL_LM"),
        arguments(tmp_path),
        train_dataset=Rows(),
        callbacks=[RouterCallback(), Broken()],
    )
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    trainer.train()
    assert sizes(tmp_path) == [4 * 32 * 12] * 2


def test_a_router_that_recovers_may_be_warned_of_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = adapted(num_experts=8, router_aux_loss_coef=0.0, task_type="CAUSAL_LM")
    router = layers(model)[0].mixlora_router["default"]
    fair = router.detach().clone()

    class Weights(tf.TrainerCallback):
        def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            with torch.no_grad():
                router.copy_(fair if state.global_step == 2 else torch.zeros_like(fair))

    trainer = tf.Trainer(
        model, arguments(tmp_path, logging_steps=1), train_dataset=Rows(), callbacks=[RouterCallback(), Weights()]
    )
    with caplog.at_level(logging.WARNING, "sovereign.mixlora"):
        trainer.train()
    said = [record.message for record in caplog.records if "has collapsed" in record.message]
    assert len(said) == 2 and all("layer 0" in text for text in said)
