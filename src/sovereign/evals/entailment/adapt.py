"""Fit the entailment model to labelled pairs: ``python -m sovereign.evals.entailment.adapt --data DIR --model DIR --out DIR``.

The trained model stays as it is; a low-rank adapter (Hu et al. 2021, arXiv:2106.09685) of every product and a new last layer are
fitted to SciFact and to the balanced part of PubMedQA: once to all documents, and once without each fold, so that both sets
can be measured by adapters that did not see their documents. An adapter is a small file beside one large one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sovereign.checks import graded
from sovereign.checks.entailed import together
from sovereign.checks.fitted import fitted
from sovereign.checks.graded import MOST
from sovereign.models.files import library
from sovereign.models.own import LENGTH

from .. import pubmedqa, scifact
from ..command import exit_code
from ..files import digest
from ..folds import FOLDS, fold_of
from ..pairs import LABELS, Label, Pair
from ..weights import passage_of
from .examples import Example, turned
from .train import must_hold_a_model, tell

RANK = 8
RATE = 1e-3  # of AdamW, falling in a line behind 10 % of warming up
EPOCHS = 3
BATCH = 16
SMOOTHING = 0.05  # of the labels: people disagree
SEED = 0


def labelled(pairs: Sequence[Pair], fold: int | None) -> Iterator[Example]:
    """Examples of labelled pairs: with the passage's nearest sentences, with the rationale, and with the claim turned."""
    rng = random.Random(SEED)
    for pair in pairs:
        if not any(pair.sentences):
            continue
        passage = passage_of(pair)
        ranked = [i for _, i in graded.ranking(passage, fitted(None, fold).rank)]
        near, first = together(passage.sentences, ranked[:MOST]), passage.sentences[ranked[0]]
        yield _example(passage.claim, near, pair.label, pair.group)
        turns = [claim for _, claim in turned(passage.claim)]
        rng.shuffle(turns)
        if not pair.rationales:
            if pair.label == "NOT_ENOUGH_INFO":
                yield _example(passage.claim, first, pair.label, pair.group)
                yield from (_example(c, near, pair.label, pair.group) for c in turns[: rng.random() < 0.5])
            continue
        places = [i for i, s in enumerate(pair.sentences) if s]
        rationale = together(passage.sentences, [places.index(i) for i in pair.rationales[0]])
        yield _example(passage.claim, rationale, pair.label, pair.group)
        other: Label = "SUPPORT" if pair.label == "CONTRADICT" else "CONTRADICT"
        yield from (_example(c, rng.choice((rationale, near)), other, pair.group) for c in turns[:2])


def _example(claim: str, evidence: str, label: Label, group: str) -> Example:
    return Example(claim, evidence, (label,), "labelled", group)


class Adapted:
    """A frozen model with a low-rank adapter on every product of its encoder, and a last layer of its own.

    For each product of an encoder's layer, ``NAME.a`` is (inputs, RANK) and ``NAME.b`` (RANK, outputs); ``last.w`` and ``last.b``
    make three logits of the pooled state.
    """

    def __init__(self, model: Path) -> None:
        self.torch = torch = library("torch", "lab")
        transformers = library("transformers", "lab")
        must_hold_a_model(model)
        torch.set_num_threads(1)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(model, local_files_only=True)
        self.model = transformers.AutoModelForSequenceClassification.from_pretrained(
            model, local_files_only=True, attn_implementation="eager"
        )
        self.model.eval().requires_grad_(False)
        self.parts: dict[str, Any] = {}
        self.shapes: dict[str, tuple[int, int]] = {}
        for name, module in list(self.model.named_modules()):
            if isinstance(module, torch.nn.Linear) and ".encoder." in name:
                self._wrap(name, module)
        self.begin(SEED)

    def _wrap(self, name: str, linear: Any) -> None:
        a, b = f"{name}.a", f"{name}.b"
        self.shapes |= {a: (linear.in_features, RANK), b: (RANK, linear.out_features)}
        # Bound late, so that an export can put its own tensors in their place.
        linear.register_forward_hook(lambda _, given, made: made + (given[0] @ self.parts[a]) @ self.parts[b])

    def begin(self, seed: int) -> list[Any]:
        """Parameters of a new adapter, drawn anew; at first it changes nothing."""
        generator = self.torch.Generator().manual_seed(seed)
        for name, shape in self.shapes.items():
            if name.endswith(".a"):
                self.parts[name] = (self.torch.rand(shape, generator=generator) * 2 - 1) * shape[0] ** -0.5
            else:
                self.parts[name] = self.torch.zeros(shape)
        last = self.model.classifier
        self.parts |= {"last.w": last.weight.T.clone(), "last.b": last.bias.clone()}
        for part in self.parts.values():
            part.requires_grad_(True)
        return list(self.parts.values())

    def logits(self, evidence: Sequence[str], claims: Sequence[str]) -> Any:
        """Shape (pairs, 3)."""
        tokens = self.tokenizer(
            list(evidence), list(claims), truncation=True, max_length=LENGTH, padding=True, pad_to_multiple_of=32,
            return_tensors="pt",
        )  # fmt: skip
        with self.torch.autocast("cpu", dtype=self.torch.bfloat16):
            return self.logits_of(tokens)

    def logits_of(self, tokens: Any) -> Any:
        """Shape (pairs, 3), of pairs as tokens."""
        pooled = self.model.bert(**tokens).pooler_output
        return pooled.float() @ self.parts["last.w"] + self.parts["last.b"]


def fit_adapter(adapted: Adapted, examples: Sequence[Example], seed: int, tell: Any) -> None:
    """Fit a new adapter to examples."""
    torch = adapted.torch
    torch.manual_seed(seed)
    weights = adapted.begin(seed)
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.01)
    rng, steps = random.Random(seed), -(-EPOCHS * len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.1 * steps), 1.0) * max(0.02, 1 - step / steps)
    )
    order = [i for _ in range(EPOCHS) for i in rng.sample(range(len(examples)), len(examples))]
    for step in range(steps):
        batch = [examples[i] for i in order[step * BATCH : (step + 1) * BATCH]]
        wanted = torch.tensor([LABELS.index(e.labels[0]) for e in batch])
        logits = adapted.logits([e.evidence for e in batch], [e.claim for e in batch])
        loss = torch.nn.functional.cross_entropy(logits, wanted, label_smoothing=SMOOTHING)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % 50 == 0:
            tell(f"step {step} of {steps}, loss {loss.item():.3f}")


def save(adapted: Adapted, path: Path) -> None:
    """An adapter in 16 bits, whole or not at all."""
    np = library("numpy", "lab")
    arrays = {name: part.detach().numpy().astype(np.float16) for name, part in adapted.parts.items()}
    with path.with_suffix(".part").open("wb") as file:
        np.savez_compressed(file, **arrays)
    path.with_suffix(".part").replace(path)


def adapt(data: Path, model: Path, out: Path) -> None:
    """Write ``adapter-all.npz`` and ``adapter-0.npz`` to the last fold, and ``adapters.json``; adapters that are there are kept."""
    claims, medical = data / "scifact", data / "pubmedqa"
    known = [*scifact.load(claims), *pubmedqa.balanced(pubmedqa.load(medical))]
    adapted = Adapted(model)
    out.mkdir(parents=True, exist_ok=True)
    for fold in (*range(FOLDS), None):
        path = out / f"adapter-{'all' if fold is None else fold}.npz"
        if path.exists():
            continue
        made = list(labelled([p for p in known if fold is None or fold_of(p.group) != fold], fold))
        tell(f"{path.name}: {len(made)} examples")
        fit_adapter(adapted, made, SEED, tell)
        save(adapted, path)
        tell(f"{path.name}: SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    report = {
        "command": "python -m sovereign.evals.entailment.adapt",
        "data_sha256": digest([*scifact.files(claims), *pubmedqa.files(medical)]),
        "pairs": dict(Counter(p.label for p in known)),
        "settings": {
            "rank": RANK,
            "rate": RATE,
            "epochs": EPOCHS,
            "batch": BATCH,
            "smoothing": SMOOTHING,
            "seed": SEED,
        },
    }
    (out / "adapters.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Fit adapters as the options say."""
    parser = argparse.ArgumentParser(description="Fit adapters of the entailment model to labelled pairs.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds scifact and pubmedqa")
    parser.add_argument("--model", type=Path, required=True, help="folder that training wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the adapters")
    options = parser.parse_args(arguments)
    return exit_code(lambda: adapt(options.data, options.model, options.out))


if __name__ == "__main__":
    raise SystemExit(main())
