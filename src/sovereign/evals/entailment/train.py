"""Train the entailment model: ``python -m sovereign.evals.entailment.train --data DIR --encoder DIR --out DIR``.

One pass over the examples, on one core (threads that wait for each other cost more than they bring on a shared machine). The
word embeddings stay as they are: the examples hold few of the words of the world. A stopped run goes on from
its last checkpoint. Needs the extra ``lab``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sovereign.errors import InputError
from sovereign.models.files import library

from ..command import exit_code
from ..files import digest
from ..folds import fold_key
from ..pairs import LABELS
from ..tamper.twins import KINDS
from . import texts
from .examples import Example, examples

NAMES = {"SUPPORT": "entailment", "CONTRADICT": "contradiction", "NOT_ENOUGH_INFO": "neutral"}
LENGTH = 128  # tokens of claim and evidence: three sentences and a claim
BATCH = 32
RATE = 1e-4  # of AdamW, falling in a line to nothing behind 6 % of warming up
SEED = 0
_CLAUSES = 4500  # examples of one change made of parts of sentences; those of titles and conclusions are all kept
_FEWER = {"clause/as_it_is": 6000, "clause/padded": 1000, "clause/elsewhere": 2500, "clause/subject_of_another": 2500}
_HELD_OUT = 40  # one abstract of so many tells how training goes
_SAVE = 200  # steps between checkpoints


def sample(made: Sequence[Example], most: int | None) -> tuple[list[Example], list[Example]]:
    """Examples to train on, in a fixed order, no kind with too many, and those held out."""
    kept: list[Example] = []
    seen: Counter[str] = Counter()
    for example in random.Random(SEED).sample(made, len(made)):
        seen[example.kind] += 1
        clause = example.kind.startswith("clause/")
        if not clause or seen[example.kind] <= _FEWER.get(example.kind, _CLAUSES):
            kept.append(example)
    held_out = [e for e in kept if fold_key(e.group) % _HELD_OUT == 0]
    train = [e for e in kept if fold_key(e.group) % _HELD_OUT]
    return train[:most], held_out


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Indices in batches of about one length, in a fixed random order."""
    rng = random.Random(SEED)
    ordered = sorted(range(len(lengths)), key=lambda i: lengths[i] + rng.random() * 12)
    made = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
    rng.shuffle(made)
    return made


class Training:
    """Model, tokenizer and optimizer, and how far they have come."""

    def __init__(self, encoder: Path, steps: int) -> None:
        self.torch = torch = library("torch", "lab")
        transformers = library("transformers", "lab")
        torch.set_num_threads(1)
        torch.manual_seed(SEED)
        must_hold_a_model(encoder)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(encoder, local_files_only=True)
        self.model = transformers.AutoModelForSequenceClassification.from_pretrained(
            encoder,
            local_files_only=True,
            attn_implementation="eager",  # the fastest at this length on a CPU
            hidden_dropout_prob=0.0,  # each example is seen once
            attention_probs_dropout_prob=0.0,
            id2label={i: NAMES[label] for i, label in enumerate(LABELS)},
            label2id={NAMES[label]: i for i, label in enumerate(LABELS)},
        )
        self.model.get_input_embeddings().weight.requires_grad_(False)
        self.weights = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.weights, lr=RATE, weight_decay=0.01)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min((step + 1) / (0.06 * steps), 1.0) * max(0.02, 1 - step / steps)
        )
        self.step = 0

    def logits(self, batch: Sequence[Example]) -> Any:
        """Logits of a batch, shape (examples, 3), in bfloat16 products."""
        tokens = self.tokenizer(
            [e.evidence for e in batch], [e.claim for e in batch], truncation=True, max_length=LENGTH, padding=True,
            pad_to_multiple_of=32, return_tensors="pt",
        )  # fmt: skip
        with self.torch.autocast("cpu", dtype=self.torch.bfloat16):
            return self.model(**tokens).logits.float()

    def learn(self, batch: Sequence[Example]) -> float:
        """One step; the loss is minus the log probability of all labels that may be true."""
        allowed = self.torch.tensor([[label in e.labels for label in LABELS] for e in batch])
        scores = self.logits(batch).log_softmax(1).masked_fill(~allowed, float("-inf"))
        loss = -scores.logsumexp(1).mean()
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        self.step += 1
        return loss.item()  # type: ignore[no-any-return]

    def accuracy(self, held_out: Sequence[Example]) -> dict[str, float]:
        """Share of examples whose likeliest label may be true, by kind of change."""
        right: defaultdict[str, list[bool]] = defaultdict(list)
        with self.torch.inference_mode():
            for first in range(0, len(held_out), BATCH):
                batch = held_out[first : first + BATCH]
                for example, place in zip(batch, self.logits(batch).argmax(1).tolist(), strict=True):
                    right["all"].append(LABELS[place] in example.labels)
                    right[example.kind.split("/")[1]].append(LABELS[place] in example.labels)
        return {kind: round(sum(hits) / len(hits), 4) for kind, hits in sorted(right.items())}

    def save(self, path: Path) -> None:
        """A checkpoint, whole or not at all."""
        parts = {"model": self.model, "optimizer": self.optimizer, "schedule": self.schedule}
        self.torch.save({"step": self.step} | {k: v.state_dict() for k, v in parts.items()}, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint."""
        saved = self.torch.load(path, weights_only=True)
        self.step = saved["step"]
        for name in ("model", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(saved[name])


def train(data: Path, encoder: Path, out: Path, without: Sequence[str], most: int | None) -> None:
    """Train on the abstracts of a folder, and write model, tokenizer and ``training.json`` into another."""
    unknown = set(without) - set(KINDS)
    if unknown:
        raise InputError(f"There is no kind {min(unknown)!r}.", f"Choose of {', '.join(KINDS)}.")
    chosen, held_out = sample(list(examples(texts.load(data), without, tell)), most)
    origin = {
        "command": f"python -m sovereign.evals.entailment.train{''.join(f' --without {k}' for k in without)}",
        "data_sha256": digest(texts.files(data)),
    }
    train_on(chosen, held_out, encoder, out, origin)


def train_on(
    chosen: Sequence[Example], held_out: Sequence[Example], encoder: Path, out: Path, origin: dict[str, str]
) -> None:
    """Train on examples; ``origin`` is what ``training.json`` says of where they come from."""
    order = batches([len(f"{e.claim} {e.evidence}") // 5 for e in chosen])
    out.mkdir(parents=True, exist_ok=True)
    training, checkpoint = Training(encoder, len(order)), out / "checkpoint.pt"
    if checkpoint.is_file():
        training.resume(checkpoint)
    for line in _steps(training, chosen, order, checkpoint):
        tell(line)
    report = {
        **origin,
        "examples": len(chosen),
        "kinds": dict(sorted(Counter(e.kind for e in chosen).items())),
        "held_out": {"examples": len(held_out), "accuracy": training.accuracy(held_out)},
    }
    training.model.save_pretrained(out)
    training.tokenizer.save_pretrained(out)
    (out / "training.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    checkpoint.unlink(missing_ok=True)


def _steps(training: Training, chosen: Sequence[Example], order: list[list[int]], checkpoint: Path) -> Iterator[str]:
    start, began, loss = training.step, time.monotonic(), 0.0
    while training.step < len(order):
        loss += training.learn([chosen[i] for i in order[training.step]])
        if training.step % 50 == 0:
            rate = (training.step - start) * BATCH / (time.monotonic() - began)
            yield f"step {training.step} of {len(order)}, loss {loss / 50:.3f}, {rate:.0f} examples a second"
            loss = 0.0
        if training.step % _SAVE == 0:
            training.save(checkpoint)


def must_hold_a_model(folder: Path) -> None:
    """Ask before anything is loaded: where there is none, the library would look for the folder's name on a hub.

    Raises:
        InputError: if the folder holds none.
    """
    if not (folder / "config.json").is_file():
        raise InputError(f"{folder} holds no encoder.", "Give a folder with config.json, weights and tokenizer.")


def tell(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Train as the options say."""
    parser = argparse.ArgumentParser(description="Train the entailment model.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds arxiv_ml and scifact")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2: weights and tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model; a stopped run goes on from it")
    parser.add_argument("--without", action="append", default=[], metavar="KIND", help="leave out one kind of twin")
    parser.add_argument("--most", type=int, help="train on no more examples than this")
    options = parser.parse_args(arguments)
    return exit_code(lambda: train(options.data, options.encoder, options.out, options.without, options.most))


if __name__ == "__main__":
    raise SystemExit(main())
