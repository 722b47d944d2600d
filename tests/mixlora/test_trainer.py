"""Training with transformers' Trainer and TRL's SFTTrainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
import transformers
from torch import Tensor

from sovereign.mixlora import RouterLossMixin, router_aux_loss
from tests.mixlora.tiny import adapted, settings, tiny, tokens

COEFFICIENTS = {"router_aux_loss_coef": 0.5, "router_z_loss_coef": 0.25, "task_type": "CAUSAL_LM"}


class MixLoraTrainer(RouterLossMixin, transformers.Trainer):
    """As the documentation says to write it."""


class Rows(torch.utils.data.Dataset[dict[str, Tensor]]):
    """Rows that count upwards from a start, padded on the right to different lengths."""

    def __init__(self, count: int = 16, length: int = 12, padded: bool = True) -> None:
        self.rows = []
        for i in range(count):
            ids = 1 + (torch.arange(length) + 3 * i) % 40
            kept = torch.arange(length) < (length - i % 4 if padded else length)
            ids = ids * kept
            self.rows.append({"input_ids": ids, "attention_mask": kept.long(), "labels": ids.masked_fill(~kept, -100)})

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return self.rows[index]


def arguments(folder: Path, **changes: Any) -> transformers.TrainingArguments:
    defaults: dict[str, Any] = {
        "output_dir": str(folder),
        "max_steps": 1,
        "per_device_train_batch_size": 4,
        "learning_rate": 1e-2,
        "lr_scheduler_type": "constant",
        "max_grad_norm": 0.0,
        "report_to": [],
        "logging_steps": 1,
        "save_strategy": "no",
        "use_cpu": True,
        "disable_tqdm": True,
    }
    return transformers.TrainingArguments(**(defaults | changes))


def losses(trainer: Any) -> list[float]:
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def weights(model: Any) -> list[Tensor]:
    return [p.detach().clone() for p in model.parameters() if p.requires_grad]


def gradient(trainer: Any) -> list[Tensor]:
    """The gradient that one optimizer step sees; SGD with rate 1 shows it as the change of the weights."""
    before = weights(trainer.model)
    trainer.train()
    return [b - a for b, a in zip(before, weights(trainer.model), strict=True)]


def assert_close(ours: list[Tensor], theirs: list[Tensor]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=2e-7)


def test_it_learns_and_a_checkpoint_is_taken_up_again(tmp_path: Path) -> None:
    def trainer(folder: str, **changes: Any) -> Any:
        args = arguments(tmp_path / folder, max_steps=12, learning_rate=0.02, gradient_accumulation_steps=2, **changes)
        base = tiny(initializer_range=0.4)  # its frozen head must be able to say something
        torch.manual_seed(0)
        model = peft.get_peft_model(base, settings(r=8, lora_dropout=0.1, task_type="CAUSAL_LM"))
        return transformers.Trainer(model, args, train_dataset=Rows())

    whole = trainer("whole")
    whole.train()
    assert losses(whole)[-1] < 0.8 * losses(whole)[0]
    first = trainer("parts", save_strategy="steps", save_steps=6)
    first.train()
    second = trainer("parts")
    second.train(resume_from_checkpoint=str(tmp_path / "parts" / "checkpoint-6"))
    assert len(losses(second)) == 12, "the first six are read from the checkpoint"
    assert_close(weights(second.model), weights(whole.model))
    assert {p.name for p in (tmp_path / "parts" / "checkpoint-6").glob("adapter*")} == {
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    assert isinstance(second.evaluate(Rows(4))["eval_loss"], float)


@pytest.mark.parametrize("kind", [transformers.Trainer, MixLoraTrainer])
def test_accumulated_micro_batches_have_the_gradient_of_their_shares(kind: Any, tmp_path: Path) -> None:
    """The router losses of the micro-batches are averaged by their labels, whoever adds them."""
    model = adapted(**COEFFICIENTS).train()
    batches = [torch.utils.data.default_collate([Rows()[i] for i in part]) for part in ((0, 1), (2, 3))]
    counts = [int((batch["labels"][:, 1:] != -100).sum()) for batch in batches]
    for batch, count in zip(batches, counts, strict=True):
        (model(**batch).loss * count / sum(counts)).backward()
    expected = [p.grad.clone() for p in model.parameters() if p.requires_grad]
    model.zero_grad()
    args = arguments(
        tmp_path, per_device_train_batch_size=2, gradient_accumulation_steps=2, optim="sgd", learning_rate=1.0
    )
    trainer = kind(model, args, train_dataset=Rows(4))
    trainer._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(Rows(4))
    assert_close(gradient(trainer), expected)


def plain_loss(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
    """What a user's ``compute_loss_func`` might be."""
    flat = outputs["logits"][:, :-1].flatten(0, 1), labels[:, 1:].flatten()
    return torch.nn.functional.cross_entropy(*flat, reduction="sum") / num_items_in_batch


def with_router_loss(model: Any) -> Any:
    def loss(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
        return plain_loss(outputs, labels, num_items_in_batch) + router_aux_loss(model)

    return loss


def one_step(
    tmp_path: Path, kind: Any = transformers.Trainer, own: Any = None, coef: float = 0.5, **changes: Any
) -> Any:
    model = adapted(router_aux_loss_coef=coef, router_z_loss_coef=coef / 2, task_type="CAUSAL_LM")
    args = arguments(tmp_path, optim="sgd", learning_rate=1.0, **changes)
    return gradient(kind(model, args, train_dataset=Rows(4), compute_loss_func=own(model) if own else None))


def test_a_loss_of_ones_own_has_the_router_losses_only_if_they_are_added(tmp_path: Path) -> None:
    expected, without = one_step(tmp_path), one_step(tmp_path, coef=0.0)
    assert_close(one_step(tmp_path, own=lambda _: plain_loss), without)
    assert_close(one_step(tmp_path, own=with_router_loss), expected)
    assert_close(one_step(tmp_path, MixLoraTrainer, own=lambda _: plain_loss), expected)
    assert_close(one_step(tmp_path, MixLoraTrainer), expected)
    assert any(not torch.allclose(a, b, atol=1e-4) for a, b in zip(expected, without, strict=True))


def test_a_loss_of_ones_own_is_evaluated_without_the_router_losses(tmp_path: Path) -> None:
    model = adapted(**COEFFICIENTS)
    own = {"compute_loss_func": with_router_loss(model)}
    trainer = transformers.Trainer(model, arguments(tmp_path), train_dataset=Rows(4), eval_dataset=Rows(4), **own)
    trainer.train()
    plain = transformers.Trainer(model, arguments(tmp_path), eval_dataset=Rows(4))
    assert trainer.evaluate()["eval_loss"] == pytest.approx(plain.evaluate()["eval_loss"], abs=1e-5)


def test_label_smoothing_needs_the_mixin(tmp_path: Path) -> None:
    smoothed = {"label_smoothing_factor": 0.1}
    without = one_step(tmp_path, coef=0.0, **smoothed)
    assert_close(one_step(tmp_path, **smoothed), without)
    ours = one_step(tmp_path, MixLoraTrainer, **smoothed)
    router = [a - b for a, b in zip(ours, without, strict=True)]
    expected = [a - b for a, b in zip(one_step(tmp_path), one_step(tmp_path, coef=0.0), strict=True)]
    for a, b in zip(router, expected, strict=True):
        assert torch.allclose(a, b, atol=1e-5)
    assert max(float(part.abs().max()) for part in expected) > 1e-3


def test_the_mixin_leaves_evaluation_alone(tmp_path: Path) -> None:
    model = adapted(**COEFFICIENTS)
    plain, mixed = (
        kind(model, arguments(tmp_path)).evaluate(Rows(4))["eval_loss"]
        for kind in (transformers.Trainer, MixLoraTrainer)
    )
    assert plain == mixed


def test_the_mixin_adds_nothing_of_a_pass_before(tmp_path: Path) -> None:
    """Of one in training whose losses nobody asked for."""
    model = adapted(**COEFFICIENTS)
    trainer = MixLoraTrainer(model, arguments(tmp_path))
    batch = {"input_ids": tokens(), "labels": tokens()}
    expected = float(model(**batch).loss)
    model.train()(input_ids=tokens())
    assert float(trainer.compute_loss(model.eval(), batch)) == expected


@pytest.mark.parametrize("mixin", [True, False])
def test_trl_trains_and_adds_the_router_losses_with_the_mixin(mixin: bool, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="TRL is not installed")
    datasets = pytest.importorskip("datasets", reason="datasets, which TRL needs, is not installed")
    kind = type("Trainer", (RouterLossMixin, trl.SFTTrainer) if mixin else (trl.SFTTrainer,), {})
    rows = Rows(8, padded=False)

    def trained(coef: float, **changes: Any) -> Any:
        args = trl.SFTConfig(
            **arguments(tmp_path).to_dict()
            | {"max_steps": 1, "optim": "sgd", "learning_rate": 1.0, "gradient_checkpointing": mixin, "bf16": False}
            | {"dataset_kwargs": {"skip_prepare_dataset": True}, "max_length": None, "eos_token": None}
            | changes
        )
        data = datasets.Dataset.from_list([{"input_ids": row["input_ids"].tolist()} for row in rows.rows])
        config = settings(router_aux_loss_coef=coef, task_type="CAUSAL_LM")
        torch.manual_seed(0)
        return kind(tiny(), args, train_dataset=data, peft_config=config, processing_class=tokenizer())

    with_router, without = gradient(trained(5.0)), gradient(trained(0.0))
    changed = any(not torch.allclose(a, b, atol=1e-5) for a, b in zip(with_router, without, strict=True))
    assert changed == mixin
    learning = trained(0.01, max_steps=12, optim="adamw_torch", learning_rate=1e-2)
    learning.train()
    assert losses(learning)[-1] < losses(learning)[0]


def tokenizer() -> Any:
    """A tokenizer of whole numbers, made here."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    backend = Tokenizer(models.WordLevel({str(i): i for i in range(48)}, unk_token="0"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="0", eos_token="47", unk_token="0")


def test_bert_is_trained_as_a_masked_language_model(tmp_path: Path) -> None:
    model = adapted("bert", r=8)
    trainer = transformers.Trainer(model, arguments(tmp_path, max_steps=10), train_dataset=Rows())
    trainer.train()
    assert losses(trainer)[-1] < losses(trainer)[0]
    assert model(input_ids=tokens()).logits.shape == (2, 7, 48)
