"""How bad the small local model is as a judge: twelve statements, half of them supported by their passage, and its speed.

``python -m benchmarks.local_model`` needs the model: make local-model.
"""

from __future__ import annotations

import argparse
import json
from typing import cast

from pydantic import BaseModel

from sovereign.models.chat import Passage, Prompt, assistants
from sovereign.settings import Settings

PAIRS = (
    ("The drug lowers fever.", "Fever falls under the drug.", True),
    ("LoRA needs less memory than full fine-tuning.", "Full fine-tuning needs less memory than LoRA.", False),
    ("Latency rose by 12 %.", "Latency rose by 21 %.", False),
    ("Routing adds 3 ms per token.", "Each token takes 3 ms more with routing.", True),
    ("The model was trained on 8 GPUs.", "Eight GPUs were used for training.", True),
    ("No patient had side effects.", "All patients had side effects.", False),
    ("Accuracy is unchanged by pruning.", "Pruning halves accuracy.", False),
    ("Sparse experts reduce compute.", "Compute is lower with sparse experts.", True),
    ("The index takes 4 GB of disk.", "On disk the index needs 4 GB.", True),
    ("The cache was disabled.", "The cache was enabled.", False),
    ("Batch size has no effect on quality.", "Quality does not depend on batch size.", True),
    ("Method A beats method B.", "Method B beats method A.", False),
)


class Judgement(BaseModel):
    """What the model is asked for."""

    supported: bool


def measure(model: str) -> dict[str, object]:
    """How many of the pairs the model judges rightly, what it says, and tokens a second."""
    settings = Settings(chat_model=model, model_max_tokens=1_000_000, budget_seconds=3600)
    models = assistants(settings, lambda: 3600.0)
    if models.chat is None:
        raise SystemExit("Name a model.")
    said = []
    for passage, statement, _ in PAIRS:
        task = f"Does the passage support the statement?\nStatement: {statement}"
        prompt = Prompt("bench", "judge", "Judge a statement by a passage alone.", task, (Passage("P1", passage),))
        answer = models.chat(prompt, Judgement)
        said.append(cast(bool, answer.supported) if answer else None)
    calls = models.taken()
    tokens = sum((c.input_tokens or 0) + (c.output_tokens or 0) for c in calls)
    return {
        "model": model,
        "pairs": len(PAIRS),
        "right": sum(a == right for a, (*_, right) in zip(said, PAIRS, strict=True)),
        "said": {str(value): said.count(value) for value in (True, False, None)},
        "tokens_per_second": round(tokens / max(1e-9, sum(c.seconds for c in calls)), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="local:", help="Any language model. Default: local:.")
    print(json.dumps(measure(parser.parse_args().model), indent=2))


if __name__ == "__main__":
    main()
