"""A library in which works give figures of the same things: two disagree, two are of different data splits, one is alone."""

from __future__ import annotations

from pathlib import Path

from tests.kernel.columnar import note

QUESTION = "How does the accuracy of LoRA compare with AdaLoRA on SST-2?"
_WORKS = (
    ("lowe2021", "Low Ranks <b>Revisited</b>", "Nora Lowe", "2101.00031", "LoRA reaches 94.2% accuracy on SST-2 test."),
    ("quint2022", "Adapters Once More", "Ada Quint", "2201.00032", "LoRA reaches 89.1% accuracy on SST-2 test."),
    ("ramos2022", "Tuning All Weights", "Ines Ramos", "2202.00033", "AdaLoRA reaches 94.8% accuracy on SST-2 test."),
    ("stark2023", "What Tuning Costs", "Olaf Stark", "2301.00034", "AdaLoRA reaches 91.0% accuracy on SST-2 dev."),
    ("tanaka2023", "Prompts Before Weights", "Rei Tanaka", "2302.00035", "BitFit reaches 93.0% accuracy on SST-2 test."),
)  # fmt: skip


def write(folder: Path) -> Path:
    """The library in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, title, author, arxiv, finding in _WORKS:
        text = note(
            title,
            [(finding, "abstract", "read")],
            [author],
            arxiv,
            2000 + int(arxiv[:2]),
            ["tuning"],
            "A study of tuning.",
        )
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder
