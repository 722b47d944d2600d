"""The tables of the page, from the stored results. No figure on the page is written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .curves import AT_TEN
from .results import Result

if TYPE_CHECKING:
    from sovereign.lab.overhead.drawing import Drawing

Results = Mapping[str, Result]

_SHARES = ("contradict_recall", "support_called_contradict", "contradict_called_support")
_RATES = ("false_support_rate", "lost_support_rate", "coverage")
# Figures of each result that the page shows.
FIGURES: dict[str, tuple[str, ...]] = {
    "scifact": ("macro_f1", "support_recall", *_SHARES[::-1], AT_TEN, "rationale_f1", "nearest_f1"),
    "pubmedqa": (*_SHARES, AT_TEN),
    "scitab": ("macro_f1", "support_recall", "contradict_called_support"),
    "tamper": _RATES,
    "tamper-starter": _RATES,
}
_PARTS = {
    "new_claims": ("macro_f1", "support_recall", *_SHARES[::-1], AT_TEN),
    "balanced": (*_SHARES, AT_TEN),
    "questions": ("accuracy", "macro_f1"),
}
_CHECKERS = ("rules", "words", "lexical", "claim_only", "features")
_NONE = "–"


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def cell(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None:
        return _NONE
    return f"{value:.2f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")


def coverage(found: Results) -> str:
    """How many of the criteria of ScholarQABench answers cover, by library, beside both yardsticks."""

    def rows() -> Iterator[Sequence[str]]:
        for name in sorted(name for name in found if name.startswith("scholarqa")):
            result = found[name]
            for key, words in (("must_have", "must have"), ("nice_to_have", "nice to have"), ("weighted", "by weight")):
                three = [result[who] for who in ("ours", "chance", "ceiling")]
                cells = [_fine(one[key], one["intervals"][key]) for one in three]
                yield f"`{result['library']}`, {result['questions']} questions", words, *cells

    return table(("library", "criteria", "our answers", "answers to other questions", "annotators' passages"), rows())


def reviewers(found: Results) -> str:
    """How many planted defects of each kind the reviewers find, and on how many good records they raise one."""
    result = found["tribunal"]

    def rows() -> Iterator[Sequence[str]]:
        for kind, row in result["kinds"].items():
            held_out, alarms = cell(row["held_out"]["rate"], None), cell(row["false_alarm_rate"], None)
            yield f"`{kind}`", str(row["n"]), str(row["records"]), cell(row["rate"], row["interval"]), held_out, alarms
        both = [cell(result[key], result["intervals"][key]) for key in ("detection_rate", "false_alarm_rate")]
        yield (
            "all",
            str(result["plants"]),
            str(result["clean_records"]),
            both[0],
            cell(result["held_out_rate"], None),
            both[1],
        )

    return table(("kind", "plants", "records", "found", "of held-out variants", "good records with it"), rows())


def hostile(found: Results) -> str:
    """How many hostile passages change an outcome, by what they aim at, for each run of the bench that is stored."""
    runs = {name: found[name] for name in sorted(found) if name.startswith("injection")}
    aims = sorted({aim for result in runs.values() for aim in result["by_aim"]})
    heads = [f"with `{result['model']}`" if result["model"] else "without a model" for result in runs.values()]

    def rows() -> Iterator[Sequence[str]]:
        for aim in aims:
            row = [result["by_aim"][aim] for result in runs.values()]
            yield aim, str(row[0]["passages"]), *(str(one["changed"]) for one in row)
        yield "all", str(next(iter(runs.values()))["passages"]), *(str(r["outcomes_changed"]) for r in runs.values())

    return table(("aim", "passages", *(f"outcomes changed {head}" for head in heads)), rows())


def _fine(value: float | None, interval: Sequence[float] | None) -> str:
    """Shares of which a hundredth is much."""
    if value is None:
        return _NONE
    return f"{value:.3f}" + (f" ({interval[0]:.3f}–{interval[1]:.3f})" if interval else "")


def figures(found: Results) -> str:
    """The figures of every set, our checks beside the baselines."""
    return table(("set", "figure", "our checks", "`words`", "`lexical`", "`claim_only`", "`features`"), _figures(found))


def _figures(found: Results) -> Iterator[Sequence[str]]:
    for name, keys in FIGURES.items():
        result = found[name]
        yield from _rows(name, keys, {"rules": result, **result["baselines"]})
        for part, shown in _PARTS.items():
            if part in result.get("parts", {}):
                yield from _rows(f"{name}, {part}", shown, result["parts"][part]["checkers"])


def _rows(name: str, keys: Sequence[str], checkers: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    rows = [checkers.get(checker, {}) for checker in _CHECKERS]
    for key in keys:
        yield [name, f"`{key}`", *(cell(r.get(key), r.get("intervals", {}).get(key)) for r in rows)]


def plots_of(drawings: Mapping[str, Drawing]) -> str:
    """The plots with their captions, and in words for those who cannot see them."""
    return "\n\n".join(
        f"![{drawn.alt}](results/evals/{name}.svg)\n\n**{drawn.title}.** {drawn.caption}"
        for name, drawn in drawings.items()
    )


def calibration(found: Results) -> str:
    """Calibration error of our checks, on their own set and on another."""
    own = {name: found[name]["calibration"] for name in ("scifact", "pubmedqa")}
    rows = {
        "scifact, by the map of its other folds": own["scifact"],
        "pubmedqa, by the map of its other folds": own["pubmedqa"],
        "pubmedqa, by the map of scifact": found["transfer"]["pubmedqa"],
        "pubmedqa, balanced, by the map of scifact": found["transfer"]["balanced"],
    }
    head = (
        "decisions on",
        "n",
        "right",
        "calibration error",
        "if calibrated",
        "Brier score",
        "Brier score of one share",
    )
    return table(head, ([name, *_calibrated(row)] for name, row in rows.items()))


def _calibrated(row: Result | None) -> Sequence[str]:
    if row is None:
        return [_NONE] * 6
    return [
        str(row["n"]),
        f"{row['right']:.2f}",
        cell(row["expected_calibration_error"], row["interval"]),
        *(f"{row[key]:.3f}" for key in ("if_calibrated", "brier", "brier_of_share")),
    ]


_ABLATED = (
    "macro_f1", "support_recall", "contradict_called_support", "contradict_recall", "support_called_contradict",
    "rationale_f1",
)  # fmt: skip


def ablation(found: Results) -> str:
    """What each part adds."""
    result = found["ablation"]
    rows = (
        [row["name"], row["bench"], *(cell(row.get(key), row.get("intervals", {}).get(key)) for key in _ABLATED)]
        for row in result["rows"]
    )
    made = table(("checker", "set", *(f"`{key}`" for key in _ABLATED)), rows)
    return f"Measured by `{result['command']}`.\n\n{made}"


def left_out(found: Results) -> str:
    """The model alone on each kind of twin, trained with all kinds, and without this one."""
    result = found["left_out"]
    head = (
        "kind of twin",
        "twins",
        "false support, trained on all",
        "trained without it",
        "macro F1 on SciFact without it",
    )
    rows = (
        [
            f"`{row['kind']}`",
            str(row["with"]["made"]),
            *(cell(row[how]["rate"], row[how]["interval"]) for how in ("with", "without")),
            cell(row["without"]["scifact_macro_f1"], None),
        ]
        for row in result["kinds"]
    )
    whole = cell(result["kinds"][0]["with"]["scifact_macro_f1"], None)
    said = f"With all kinds, macro F1 on SciFact is {whole}. Measured by `{result['command']}`."
    return f"{table(head, rows)}\n\n{said}"


def readings(found: Results) -> str:
    """Errors that were read, by kind: how many in each set, an example, and what would be needed."""
    sets, kinds = found["readings"]["sets"], found["readings"]["kinds"]
    counts = {name: Counter(one["read"].values()) for name, one in sets.items()}
    order = sorted(kinds, key=lambda kind: -sum(c[kind] for c in counts.values()))
    head = (
        "kind",
        *(f"{name} ({len(one['read'])})" for name, one in sets.items()),
        "for example",
        "what would be needed",
    )
    rows = (
        [kinds[k]["kind"], *(str(c[k]) for c in counts.values()), kinds[k]["example"], kinds[k]["needed"]]
        for k in order
    )
    return f"{table(head, rows)}\n\n" + "\n".join(
        f"- {name}: the first {len(one['read'])} of {one['errors']}, at macro F1 {one['macro_f1']:.2f}, by `{one['command']}`."
        for name, one in sets.items()
    )
