"""The small embedder: time to load, memory, sentences per second on one core, how near 8 bits come to 32, and what it finds.

What it finds is the share of SciFact's gold rationale sentences among the sentences nearest to the claim, ranked by shared
words, by cosine, by both (reciprocal rank fusion, Cormack et al. 2009, k = 60), and among those that ``verify_in_document``
judges without and with it: in the abstract alone, and in the abstract within ``POOL`` sentences, the others being of
other abstracts. Gold sentences count once a claim.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sovereign.checks import topic, verify_in_document
from sovereign.checks.document import CANDIDATES
from sovereign.checks.semantic import NEAREST
from sovereign.evals import scifact
from sovereign.evals.pairs import Pair, document_of, label_of
from sovereign.models import Embedder, embedder

POOL = 200
AT = (1, 3, 5, 12, 17)


def peak_megabytes() -> float:
    """Most memory that the process had so far (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def speed(model: Embedder, texts: list[str]) -> dict[str, float]:
    """Sentences per second of CPU time of one thread, all in one call and each in its own."""
    model.embed(texts[:8])
    rates = {}
    for name, calls in (("one call", [texts]), ("one call each", [[text] for text in texts])):
        start = time.process_time()
        for call in calls:
            model.embed(call)
        rates[name] = round(len(texts) / (time.process_time() - start), 1)
    return rates


def against_reference(model: Embedder, weights: Path, texts: list[str]) -> dict[str, float]:
    """Cosine of each vector with that of the published weights in 64-bit floats."""
    from sovereign.models import minilm

    from . import bert

    vocabulary = Path(minilm.__file__).with_name("data") / "minilm-vocab.txt"
    tokenizer = minilm._tokenizer(vocabulary.read_bytes())
    expected = bert.embed(weights, [tokenizer.encode(text).ids for text in texts])
    cosines = (model.embed(texts) * expected).sum(1)
    return {"n": len(texts), "mean": round(float(cosines.mean()), 5), "least": round(float(cosines.min()), 5)}


def rankings(model: Embedder, pairs: list[Pair]) -> dict[str, dict[str, float]]:
    """Recall of gold sentences at each depth, by ranking and place."""
    sentences = list(dict.fromkeys(s for p in pairs for s in p.sentences))
    vectors = dict(zip(sentences, model.embed(sentences), strict=True))
    claims = model.embed([p.claim for p in pairs])
    hits: Counter[tuple[str, str]] = Counter()
    total = 0
    for n, pair in enumerate(pairs):
        gold = {pair.sentences[i] for rationale in pair.rationales for i in rationale}
        total += len(gold)
        others = [s for other in pairs[n + 1 :] + pairs[:n] if other.group != pair.group for s in other.sentences]
        pool = list(dict.fromkeys([*pair.sentences, *others]))[:POOL]
        random.Random(n).shuffle(pool)  # where sentences tie, their place decides
        for place, texts in (("abstract", list(dict.fromkeys(pair.sentences))), (f"of {POOL}", pool)):
            words = {t: topic(pair.claim, t) for t in texts}
            cosine = {t: float(vectors[t] @ claims[n]) for t in texts}
            by_words, by_cosine = (sorted(texts, key=lambda t: -key[t]) for key in (words, cosine))
            shared = [t for t in by_words[:CANDIDATES] if words[t] > 0]
            found = {f"words at {k}": by_words[:k] for k in AT} | {f"cosine at {k}": by_cosine[:k] for k in AT}
            rank = {t: (by_words.index(t), by_cosine.index(t)) for t in texts}
            fused = sorted(texts, key=lambda t: -sum(1 / (60 + place) for place in rank[t]))
            found |= {f"fused at {k}": fused[:k] for k in AT}
            new = [t for t in by_cosine if t not in shared][:NEAREST]
            found |= {"candidates without": shared, "candidates with": [*shared, *new]}
            for name, chosen in found.items():
                hits[place, name] += len(gold & set(chosen))
    recalls: dict[str, dict[str, float]] = {}
    for (place, name), count in hits.items():
        recalls.setdefault(place, {})[name] = round(count / total, 4)
    return recalls


def verdicts(model: Embedder, pairs: list[Pair]) -> dict[str, Any]:
    """Milliseconds a pair without and with the embedder (what was parsed is not parsed again), and each change of label."""
    spent = {"without": 0.0, "with": 0.0}
    changes: Counter[str] = Counter()
    for pair in pairs:
        labels = []
        for name, chosen in (("without", None), ("with", model)):
            document = document_of(pair.title, pair.sentences)
            start = time.process_time()
            labels.append(label_of(verify_in_document(pair.claim, document, chosen).verdict))
            spent[name] += time.process_time() - start
        if len(set(labels)) > 1:
            changes[f"{pair.label}: {labels[0]} to {labels[1]}"] += 1
    return {
        "milliseconds": {k: round(1000 * v / len(pairs), 1) for k, v in spent.items()},
        "changed": dict(sorted(changes.items())),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="The small embedder: cost, exactness, and what it finds on SciFact.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of SciFact")
    parser.add_argument("--reference", type=Path, help="model.safetensors of all-MiniLM-L6-v2, in 32 bits")
    options = parser.parse_args(arguments)
    before, start = peak_megabytes(), time.perf_counter()
    model = embedder("minilm")
    assert model is not None
    found: dict[str, Any] = {"model": model.name, "weights": model.weights}
    found["load_seconds"] = round(time.perf_counter() - start, 2)
    found["peak_megabytes"] = {"before": round(before), "loaded": round(peak_megabytes())}
    pairs = scifact.load(options.data)
    texts = list(dict.fromkeys(s for p in pairs for s in p.sentences))
    found["words_a_sentence"] = round(sum(len(t.split()) for t in texts[:500]) / 500, 1)
    found["sentences_per_second"] = speed(model, texts[:500])
    if options.reference:
        found["cosine_with_32_bits"] = against_reference(model, options.reference, texts[:50])
    told = [p for p in pairs if p.rationales]
    found["pairs"] = {"all": len(pairs), "with a rationale": len(told)}
    found["recall"] = rankings(model, told)
    found["verdicts"] = verdicts(model, pairs)
    found["peak_megabytes"]["at the end"] = round(peak_megabytes())
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
