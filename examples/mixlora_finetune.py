"""Fine-tune a causal language model with MixLoRA on lines of text, one example each.

    python examples/mixlora_finetune.py --model BASE --data train.txt --out adapter
    torchrun --nproc-per-node 2 examples/mixlora_finetune.py --model BASE --data train.txt --out adapter

BASE is a folder or a name on the Hub. What is written is an adapter of peft, the tokenizer, and what the routers did.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import peft
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

import sovereign.mixlora as mixlora


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the base model")
    parser.add_argument("--data", type=Path, required=True, help="a text file, one example a line")
    parser.add_argument("--out", type=Path, required=True, help="where the adapter goes")
    parser.add_argument("--experts", type=int, default=8)
    parser.add_argument("--top-k", type=int, default=2)
    parser.add_argument("--r", type=int, default=16)
    parser.add_argument("--routing", choices=["top_k", "top_p", "switch"], default="top_k")
    parser.add_argument("--dora", action="store_true", help="experts with magnitudes: MixDoRA")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--max-length", type=int, default=512)
    options = parser.parse_args()
    try:
        lines = [line for line in options.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        sys.exit(f"{options.data} cannot be read: {error.strerror}")
    if not lines:
        sys.exit(f"{options.data} holds no text: write one example on each line")

    tokenizer = AutoTokenizer.from_pretrained(options.model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    base = AutoModelForCausalLM.from_pretrained(options.model)
    config = mixlora.MixLoraConfig(
        task_type="CAUSAL_LM",
        num_experts=options.experts,
        top_k=options.top_k,
        r=options.r,
        lora_alpha=2 * options.r,
        routing_strategy=options.routing,
        use_dora=options.dora,
    )
    model = peft.get_peft_model(base, config)
    model.print_trainable_parameters()

    rows = [
        tokenizer(line + (tokenizer.eos_token or ""), truncation=True, max_length=options.max_length) for line in lines
    ]
    training = TrainingArguments(
        output_dir=str(options.out),
        per_device_train_batch_size=options.batch,
        num_train_epochs=options.epochs,
        learning_rate=options.lr,
        bf16=torch.cuda.is_available(),
        logging_steps=10,
        save_strategy="no",
        report_to=[],
    )
    trainer = Trainer(
        model=model,
        args=training,
        train_dataset=rows,  # a list will do
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        callbacks=[mixlora.RouterCallback()],
    )
    trainer.train()
    trainer.save_model(str(options.out))
    if trainer.is_world_process_zero():
        tokenizer.save_pretrained(str(options.out))
        print(f"The adapter is in {options.out}, what its routers did in {options.out / 'router_stats.md'}.")


if __name__ == "__main__":
    main()
