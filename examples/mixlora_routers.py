"""Train an adapter whose routers nothing balances, and one whose routers are, and see what the routers do.

    python examples/mixlora_routers.py FOLDER

A model that knows nothing learns to count in steps of +1, +2 and so on. It writes router_stats.json, .md, .svg and .png of
both trainings into FOLDER/alone and FOLDER/balanced, and prints the tables. On a CPU it takes seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import peft
import torch
import transformers as tf
from torch import Tensor

import sovereign.mixlora as mixlora

VOCABULARY, LENGTH, LAYERS = 64, 24, 4


class Counting(torch.utils.data.Dataset[dict[str, Tensor]]):
    """Rows that count upwards from somewhere, in steps of 1 to 7."""

    def __len__(self) -> int:
        return 2048

    def __getitem__(self, i: int) -> dict[str, Tensor]:
        row = (i * 5 + torch.arange(LENGTH) * (1 + i % 7)) % VOCABULARY
        return {"input_ids": row, "labels": row}


def trained(folder: Path, **settings: Any) -> str:
    """Train, and return the table that the callback wrote."""
    torch.manual_seed(0)
    config = tf.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=64, intermediate_size=128, num_hidden_layers=LAYERS, num_attention_heads=4
    )
    adapter = mixlora.MixLoraConfig(num_experts=8, top_k=2, r=4, lora_dropout=0.0, task_type="CAUSAL_LM", **settings)
    args = tf.TrainingArguments(
        str(folder),
        max_steps=60,
        logging_steps=10,
        per_device_train_batch_size=16,
        learning_rate=3e-3,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        seed=0,
    )
    base = tf.LlamaForCausalLM(config)
    with torch.no_grad():  # what all tokens have in common, as in pretrained models
        base.get_input_embeddings().weight.add_(0.05 * torch.randn(config.hidden_size))
    model = peft.get_peft_model(base, adapter)
    tf.Trainer(model, args, train_dataset=Counting(), callbacks=[mixlora.RouterCallback()]).train()
    return (folder / "router_stats.md").read_text(encoding="utf-8")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("say where to write: python examples/mixlora_routers.py FOLDER")
    for name, coefficient in (("alone", 0.0), ("balanced", 0.1)):
        table = trained(Path(sys.argv[1]) / name, router_aux_loss_coef=coefficient)
        print(f"router_aux_loss_coef {coefficient}\n\n{table}")


if __name__ == "__main__":
    main()
