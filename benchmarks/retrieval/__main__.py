"""Recall and nDCG by words, by meaning and by both; the line of the relevance gate; and what the first question keeps of 7,329 abstracts.

The first run embeds some 23,000 passages, ten minutes on two cores; they are kept in ``build/retrieval`` for the next.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from sovereign.kernel.glossary import starter_notes
from sovereign.kernel.plan import plan
from sovereign.kernel.relevance import relevance
from sovereign.kernel.retrieve import retrieve
from sovereign.models import Embedder, embedder
from sovereign.records import seed_claims
from sovereign.sources import Library

from . import gate, sets, ways

DATA = Path("../shared/data")  # beside the project
WORK = Path("build/retrieval")
KEPT = 19
LEAST_ON_SUBJECT = 14
_SUBJECTS = Path(__file__).with_name("subjects.json")


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 when a limit is missed, or no set is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help=f"the folder that holds the sets; {DATA}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    options = parser.parse_args(arguments)
    model = embedder("minilm")
    assert model
    command = ["python", "-m", "benchmarks.retrieval", *(sys.argv[1:] if arguments is None else arguments)]
    result: dict[str, Any] = {"command": shlex.join(command), "model": model.name, "weights": model.weights}
    missed = 0
    for name, at in (("scifact", 10), ("qasper", 5)):
        if sets.is_there(options.data, name):
            result[name], worse = _set(getattr(sets, name)(options.data, WORK), at, model)
            missed += worse
    for name in ("scifact", "pubmedqa"):
        if sets.is_there(options.data, name):
            result.setdefault("gate", {})[name] = _gate(options.data, name, model)
    if sets.is_there(options.data, "arxiv_ml"):
        result["first_question"], worse = _first_question(options.data, model)
        missed += worse
    if len(result) == 3:
        print(f"{options.data} holds none of the sets; name the folder with --data", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(missed > 0)


def _set(one: sets.Set, at: int, model: Embedder) -> tuple[dict[str, Any], int]:
    library = ways.opened(one.folder, WORK, model, _tell)
    found = {way: ways.figures(library.by[way], one.asked, at) for way in ways.WAYS}
    library.close()
    print(f"\n{one.name}: {len(one.asked)} queries to {len(list(one.folder.iterdir()))} documents")
    for way, figures in found.items():
        print(f"  by {way:<8} recall@{at} {figures.recall:.3f}   nDCG@{at} {figures.ndcg:.3f}")
    best = max(found["words"].recall, found["meaning"].recall)
    worse = found["both"].recall < best
    if worse:
        print("  LIMIT MISSED: both together find less than the better of the two")
    return {way: {"at": at, **_rounded(figures._asdict())} for way, figures in found.items()}, int(worse)


def _gate(data: Path, name: str, model: Embedder) -> list[dict[str, Any]]:
    found = gate.lines(gate.cases(data, name), model)
    print(f"\nrelevance gate, {name}: of works about their question lost, of works drawn at random passed")
    for line in found:
        print(f"  below {line.least:.2f}: lost {line.lost:.3f}, passed {line.passed:.3f}")
    return [_rounded(line._asdict()) for line in found]


def _first_question(data: Path, model: Embedder) -> tuple[dict[str, Any], int]:
    judged = json.loads(_SUBJECTS.read_text("utf-8"))
    kind = {arxiv_id: name for name in ("routed", "cost") for arxiv_id in judged[name]}
    folder = sets.arxiv(data, WORK)
    library = ways.opened(folder, WORK, model, _tell)
    words = Library([folder], WORK / f"{folder.name}.db")
    found: dict[str, Any] = {}
    print(f"\nthe first question to {len(list(folder.iterdir()))} abstracts, of which {len(kind)} are on its subjects")
    for notes in ((), starter_notes()):
        planned = plan(seed_claims().question, notes=notes)
        for way, source, near in (("words", words, None), ("both", library.library, relevance(planned, model))):
            kept = [c for c in retrieve(planned, [source], KEPT, (), near).candidates if c.kept]
            on = [kind.get(c.paper_id.removeprefix("arxiv:"), "off") for c in kept]
            name = f"by {way}{', with other names of its subjects' if notes else ''}"
            print(f"  {name:<48} {sum(k != 'off' for k in on)} of {len(kept)} on its subjects")
            found[name] = {"kept": [c.paper_id for c in kept], "judged": on}
    words.close()
    library.close()
    # What a run does by default.
    worse = sum(k != "off" for k in on) < LEAST_ON_SUBJECT
    if worse:
        print(f"  LIMIT MISSED: at least {LEAST_ON_SUBJECT}")
    return found, int(worse)


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
