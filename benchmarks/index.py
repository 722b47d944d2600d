"""Indexing 7,000 abstracts by words and then by meaning, a query at 100,000 passages, an unchanged folder, and memory.

Uses the abstracts of a JSON-lines file (``title``, ``abstract``, ``arxiv_id``) named by SOVEREIGN_BENCH_ABSTRACTS; without it,
abstracts of the same length are made from the starter library's findings. The 100,000 passages are made from these findings too, and
their vectors are drawn at random: how long an exact search takes does not depend on what the vectors say.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np

from sovereign.index import fill
from sovereign.index.embedded import EmbeddedVectors
from sovereign.models import Embedder, embedder
from sovereign.records import Document, Paper, Query, Section, Sentence
from sovereign.sources import Library
from sovereign.sources.index import Cache
from sovereign.sources.passages import find_passages
from sovereign.sources.semantic import Semantic

ABSTRACTS = 7_000
LEXICAL_SECONDS = 60.0
EMBEDDED = 400  # abstracts, of the 7,000, that are embedded for the figure
EMBEDDED_PER_SECOND = 40.0  # passages; an abstract has two
PASSAGES = 100_000
PER_DOCUMENT = 40
QUERY_SECONDS = 0.150
QUERIES = (
    "inference latency of low-rank adapters",
    "routing collapse in mixture of experts",
    "full fine-tuning memory",
    "what does quantization cost in accuracy on small models",
    "serving many adapters on one base model",
)


def findings() -> list[str]:
    """The findings of the starter library."""
    notes = resources.files("sovereign") / "data" / "starter_library"
    return [
        line[2:].split(" [")[0]
        for note in sorted(notes.iterdir(), key=lambda note: note.name)
        for line in note.read_text("utf-8").splitlines()
        if line.startswith("- ") and "{seen" in line
    ]


def abstracts() -> list[tuple[str, str]]:
    """(title, abstract) pairs, real if there are any."""
    named = os.environ.get("SOVEREIGN_BENCH_ABSTRACTS")
    if named:
        opener = gzip.open if named.endswith(".gz") else open
        with opener(named, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in itertools.islice(lines, ABSTRACTS)]
        return [(row["title"], row["abstract"]) for row in rows]
    known, rng = findings(), random.Random(0)
    return [
        (f"Study {i}: {' '.join(rng.choice(known).split()[:6])}", " ".join(rng.sample(known, 7)))
        for i in range(ABSTRACTS)
    ]


def make_library(root: Path) -> None:
    """Write the abstracts below ``root``, one file each."""
    for i, (title, abstract) in enumerate(abstracts()):
        (root / f"{i:05}.md").write_text(
            f"---\ntitle: {json.dumps(title)}\n---\n\n## Abstract\n\n{abstract}\n", encoding="utf-8"
        )


def lexical(root: Path, cache: Path) -> bool:
    """Read and index the folder, ask it, and open it again; whether the limit was missed."""
    start = time.perf_counter()
    library = Library([root], cache)
    report = library.refresh()
    first = time.perf_counter() - start
    query = timed(lambda: library.search([Query(text=QUERIES[0], facet_ids=())], 20))
    library.close()
    start = time.perf_counter()
    again = Library([root], cache).refresh()
    second = time.perf_counter() - start
    assert report.read + len(report.failures) >= ABSTRACTS - len(report.merged), report
    assert again.read == 0, f"the second run read {again.read} files again"
    print(f"{report.read} abstracts:")
    print(f"  read and index by words  {first:7.2f} s   (limit {LEXICAL_SECONDS:g} s)")
    print(f"  one query by words       {query * 1000:7.1f} ms")
    print(f"  unchanged folder         {second:7.2f} s   (reads no file again)")
    return first > LEXICAL_SECONDS


def embedding(cache: Path, model: Embedder) -> bool:
    """Embed the first abstracts as the index does; whether the limit was missed."""
    index, store = Cache(cache), EmbeddedVectors(None)
    papers = list(dict.fromkeys(place.paper for place in index.places(index.keys())))[:EMBEDDED]
    wanted = {place.key for place in index.places(index.keys()) if place.paper in set(papers)}
    some = [passage for passage in index.passages() if passage.key in wanted]
    start = time.perf_counter()
    fill(store, model, some, threads=os.cpu_count() or 1)
    seconds = time.perf_counter() - start
    rate = len(some) / seconds
    print(
        f"  embed                    {rate:7.1f} passages a second   (limit {EMBEDDED_PER_SECOND:g}); "
        f"{len(papers) / seconds:.1f} abstracts a second"
    )
    index.close()
    return rate < EMBEDDED_PER_SECOND


def large(folder: Path, model: Embedder) -> bool:
    """A query at 100,000 passages, and the memory it takes; whether the limit was missed."""
    known, rng = findings(), random.Random(1)

    def load(key: str) -> Document:
        parts, sentences, at = [], [], 0
        for _ in range(5 * PER_DOCUMENT):
            parts.append(f"{rng.choice(known).rstrip('.')}, {rng.random():.6f}.")
            sentences.append(Sentence(start=at, end=at + len(parts[-1]), section=0))
            at += len(parts[-1]) + 1
        text = " ".join(parts)
        paper, section = Paper(id=key, title=f"Work {key}", location=key), Section(title="", level=0, start=0, end=at)
        return Document.model_construct(
            paper=paper, text=text, text_hash="", depth="full_text", sections=(section,), sentences=tuple(sentences)
        )

    index = Cache(folder / "large.db")
    wanted = {f"e{n}": (f"d{n}", Paper(id=f"d{n}", title=f"Work d{n}")) for n in range(PASSAGES // PER_DOCUMENT)}

    def kept(key: str) -> Document:
        document = load(key)
        index.store(key, document.model_dump_json().encode(), "{}")
        return document

    with index.transaction():
        index.sync("large", wanted, kept)
    keys, store = index.keys(), EmbeddedVectors(folder / "large-vectors.db")
    store.require(model)
    draw = np.random.default_rng(0)
    for first in range(0, len(keys), 5_000):
        some = keys[first : first + 5_000]
        vectors = draw.standard_normal((len(some), model.dimension), dtype=np.float32)
        store.put(some, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    store.collect("large", keys)
    before = peak()
    semantic = Semantic(model, store)
    assert semantic.use("large")
    start = time.perf_counter()
    find_passages(index, semantic, QUERIES[0], 10)
    cold = time.perf_counter() - start
    seconds = [timed(lambda text=text: find_passages(index, semantic, text, 10)) for text in QUERIES]
    meaning = statistics.median(timed(lambda text=text: semantic.nearest(text)) for text in QUERIES)
    print(f"{len(keys)} passages:")
    print(
        f"  one query by both        {statistics.median(seconds) * 1000:7.1f} ms, the slowest {max(seconds) * 1000:.1f} ms   "
        f"(limit {QUERY_SECONDS * 1000:g} ms)"
    )
    print(
        f"    of that by meaning     {meaning * 1000:7.1f} ms; the first, which loads the vectors, {cold * 1000:.0f} ms"
    )
    print(
        f"  memory for it            {peak() - before:7.0f} MB, of which vectors {4 * model.dimension * len(keys) / 1e6:.0f} MB"
    )
    return statistics.median(seconds) > QUERY_SECONDS


def timed(work: Callable[[], object]) -> float:
    """Seconds, the median of five."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def peak() -> float:
    """Most memory that this process has taken, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print the figures; exit code 1 when a limit is missed."""
    model = embedder("minilm")
    assert model
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root, cache = folder / "abstracts", folder / "index.db"
        root.mkdir()
        make_library(root)
        missed = [lexical(root, cache), embedding(cache, model), large(folder, model)]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
