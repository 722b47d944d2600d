"""Finished fine-tuning runs of the PEFT project's method comparison: numbers with exact keys, since each run gives its configuration.

The set is `method_comparison/MetaMathQA/results` of huggingface/peft (Apache-2.0), one JSON object a line. A run is one source; all are of
one group, so that none of them corroborates another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from sovereign.errors import InputError
from sovereign.records import Paper, ProtocolKey, Quantity, Quote, ReportedNumber, text_hash

from .files import Row, find, missing, objects, record

STEM = "metamathqa_runs.jsonl"
_AUTHORS = ("PEFT method comparison",)
_URL = "https://github.com/huggingface/peft/tree/main/method_comparison/MetaMathQA/results"
_FULL = "full fine-tuning"
# What names a run, or comes out of it (the ranks that AdaLoRA leaves), is no condition of its figures.
_NO_SETTING = frozenset(
    {
        "peft_type",
        "peft_version",
        "base_model_name_or_path",
        "task_type",
        "inference_mode",
        "model_id",
        "auto_mapping",
        "rank_pattern",
    }
)


class Measure(NamedTuple):
    """A figure of a run: the object and member that hold it, the metric that it is, its unit, split and data set."""

    part: str
    member: str
    metric: str
    unit: str
    split: str | None
    dataset: str


_MEASURES = (
    Measure("final_metrics", "test accuracy", "accuracy", "", "test", "GSM8K"),
    Measure("final_metrics", "forgetting", "forgetting loss", "", "test", "GSM8K"),
    Measure("final_metrics", "train loss", "training loss", "", "train", "GSM8K"),
    Measure("train", "accelerator_memory_max", "peak memory", "B", "train", "GSM8K"),
    Measure("train", "accelerator_memory_reserved_avg", "mean memory", "B", "train", "GSM8K"),
    Measure("train", "train_time", "training time", "s", "train", "GSM8K"),
    Measure("train", "file_size", "storage", "B", "train", "GSM8K"),
    Measure("train", "num_trainable_params", "trainable parameters", "parameters", "train", "GSM8K"),
)


class Run(Row):
    """What is needed of one run."""

    experiment: str = Field(min_length=1)
    peft_type: str | None = None
    peft_config: dict[str, Any] | None = None
    train_config: dict[str, Any]
    created_at: str = ""
    train: dict[str, Any]
    final_metrics: dict[str, Any]

    @property
    def method(self) -> str:
        return self.peft_type or _FULL


def holds(folder: Path) -> bool:
    """Whether a folder holds the runs."""
    return bool(find(folder, "peft_results", [STEM]))


def load(folder: Path) -> tuple[tuple[Paper, ...], tuple[ReportedNumber, ...]]:
    """The runs as works, and their numbers. The stored text of a run is its line, as canonical as the file has it.

    Raises:
        InputError: if the folder does not hold the runs, or a line is not one.
    """
    path = find(folder, "peft_results", [STEM]).get(STEM)
    if path is None:
        raise missing(folder, "peft_results", STEM)
    runs = [(place, record(Run, row, place), json.dumps(row, ensure_ascii=False)) for place, row in objects(path)]
    names: dict[str, set[str]] = {}
    for _, run, _ in runs:
        names.setdefault(run.method, set()).update(settings_of(run))
    if len({run.experiment for _, run, _ in runs}) < len(runs):
        raise InputError(f"{path} holds two runs of one name.", "Give the file as it was published.")
    papers = tuple(_paper(run) for _, run, _ in runs)
    numbers = (n for (_, run, text), paper in zip(runs, papers, strict=True) for n in _numbers(run, text, paper, names))
    return papers, tuple(numbers)


def settings_of(run: Run) -> dict[str, str]:
    """The conditions of a run, by name: all of its configuration that its figures can depend on, the seed included."""
    given = {
        name: value
        for name, value in {**(run.peft_config or {}), **run.train_config}.items()
        if name not in _NO_SETTING
    }
    nested = {f"{name}.{k}": v for name, value in given.items() if isinstance(value, dict) for k, v in value.items()}
    plain = {name: value for name, value in given.items() if not isinstance(value, dict)}
    return {name: _printed(value) for name, value in {**plain, **nested}.items() if value is not None}


def _printed(value: Any) -> str:
    """A value of a configuration as one text; lists that say which modules are meant have no order."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = sorted(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _paper(run: Run) -> Paper:
    year = re.match(r"(20\d\d)-", run.created_at)
    return Paper(
        id=f"title:{run.experiment}",
        title=run.experiment,
        authors=_AUTHORS,
        year=int(year[1]) if year else None,
        url=f"{_URL}/{run.experiment.replace('/', '--')}.json",
        source="peft_results",
        location=run.experiment,
    )


def _numbers(
    run: Run, text: str, paper: Paper, names: Mapping[str, Sequence[str] | set[str]]
) -> Iterator[ReportedNumber]:
    model = str(run.train_config.get("model_id") or "") or None
    size = re.search(r"(\d+(?:\.\d+)?)B\b", model or "")
    # The file leaves out what is null: what other runs of the method state and this one does not, it has not.
    own = settings_of(run)
    setting = tuple((name, own.get(name, "none")) for name in sorted(names[run.method]))
    for measure in _MEASURES:
        value = getattr(run, measure.part).get(measure.member)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        printed = json.dumps(value)
        said = f"{json.dumps(measure.member)}: {printed}"
        start = text.index(said, text.index(f'"{measure.part}": {{'))
        yield ReportedNumber(
            key=ProtocolKey(
                metric=measure.metric, method=run.method, setting=setting, unit=measure.unit or None,
                task="mathematical reasoning", dataset=measure.dataset, split=measure.split, model=model,
                size=float(size[1]) * 1e9 if size else None,
            ),
            value=Quantity(value=value, unit=measure.unit, text=printed),
            quote=Quote(
                text=said, text_hash=text_hash(text), start=start, end=start + len(said), paper_id=paper.id,
                source_id=paper.id, section=measure.part, depth="measurement",
            ),
        )  # fmt: skip
