"""Results of the benches as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Column, Table

from sovereign.evals.key_tables import heads_of, rows_of
from sovereign.evals.version_tables import HEADS
from sovereign.evals.version_tables import rows_of as version_rows

from .output import clean, out

# Figures that a person reads first, with their headings; the JSON has them all.
_FIGURES = {
    "macro_f1": "macro F1",
    "accuracy": "accuracy",
    "support_recall": "SUPPORT found",
    "contradict_called_support": "CONTRADICT called SUPPORT",
    "contradict_recall": "CONTRADICT found",
    "support_called_contradict": "SUPPORT called CONTRADICT",
    "contradict_recall_at_10": "CONTRADICT found at 10 % of these",
    "rationale_f1": "rationale F1",
    "nearest_f1": "nearest F1",
    "false_support_rate": "false support",
    "lost_support_rate": "lost support",
    "coverage": "coverage",
}


_PARTS = {
    "new_claims": "Claims that stand beside no document of another fold",
    "balanced": "As many conclusions that deny as conclusions that affirm",
    "questions": "The questions, as statements: yes, no, maybe",
}


def show_bench(result: dict[str, Any]) -> None:
    """The figures of one bench that a person reads first."""
    if result["bench"] == "scholarqa":
        return _show_coverage(result)
    if result["bench"] == "injection":
        return _show_injection(result)
    if result["bench"] == "disagreements":
        return _show_disagreements(result)
    if result["bench"] == "scitldr":
        return _show_ranking(result, "abstracts")
    if result["bench"] == "qasper":
        _show_ranking(result["evidence"] | {"bench": "qasper, paragraphs that annotators chose"}, "texts")
        return _show_ranking(result["full_text"] | {"bench": "qasper, whole papers"}, "texts")
    if result["bench"] in ("tdms", "scirex"):
        return _show_keys(result)
    if result["bench"] == "versions":
        return _show_versions(result)
    if result["bench"] == "tribunal":
        _show_tribunal(result)
        if "with_model" in result:
            _show_tribunal(result["with_model"])
        return
    what = f"{result['twins']} twins" if result["bench"] == "tamper" else f"{result['n']} pairs"
    out.print(f"[bold]{result['bench']}[/]: {what}, 95 % intervals by document")
    out.print(_figures({"our checks": result, **result["baselines"]}))
    if "tables" in result:
        _show_tables(result["tables"])
    for name, part in result.get("parts", {}).items():
        out.print(f"\n{_PARTS[name]} ({part['n']} pairs):")
        out.print(_figures({"our checks" if k == "rules" else k: row for k, row in part["checkers"].items()}))
    if len(result.get("sets", {})) > 1:
        out.print("\nOur checks by set (coverage above is that of the first):")
        out.print(_figures({f"{name}, {row['pairs']} pairs": row for name, row in result["sets"].items()}))
    if "kinds" in result:
        out.print()
        out.print(_kinds(result))
        same = result["same_string"]
        if same["twins"]:
            out.print(
                f"Not counted, as claim and evidence are one string: {same['twins']}, {same['called_support']} called SUPPORT"
            )


_TABLE_FIGURES = {
    "decided_accuracy": "right, of supports and refutes decided",
    "coverage": "supports and refutes decided",
    "open_decided": "not enough info, decided all the same",
    "swapped_decided": "decided by another paper's table",
    "macro_f1": "macro F1, three labels",
}


def _show_tables(result: dict[str, Any]) -> None:
    """The check of the table itself, on all papers and each half; then the baselines, and what each operation decided."""
    rows = {"all papers": result, **{name.replace("_", " "): part for name, part in result["parts"].items()}}
    table = Table("claims against their tables", *rows, box=None)
    for key, heading in _TABLE_FIGURES.items():
        table.add_row(heading, *(_cell(row[key], row["intervals"][key]) for row in rows.values()))
    out.print()
    out.print(table)
    others = Table("beside it", *result["baselines"], box=None)
    for key in ("decided_accuracy", "coverage", "open_decided", "macro_f1"):
        others.add_row(_TABLE_FIGURES[key], *(_cell(row[key], None) for row in result["baselines"].values()))
    out.print(others)
    operations = Table("decided by", "half", "right", "of", "without enough information", box=None)
    for half, named in result["operations"].items():
        for name, row in named.items():
            operations.add_row(name, half.replace("_", " "), str(row["right"]), str(row["decided"]), str(row["open"]))
    out.print(operations)


def _show_ranking(result: dict[str, Any], what: str) -> None:
    """Every figure of a bench that ranks parts of texts: ours, ours on the half that was only measured, and the baselines."""
    out.print(f"[bold]{result['bench']}[/]: {result['documents']} {what}, 95 % intervals by document")
    rows = {"ours": result, "held out": result["halves"]["held_out"], **result["baselines"]}
    table = Table("", *(clean(name.replace("_", " ")) for name in rows), box=None)
    for key in result["intervals"]:
        cells = (_cell(row.get(key), row["intervals"].get(key) if row is result else None) for row in rows.values())
        table.add_row(key.replace("_", " "), *cells)
    out.print(table)


def _show_tribunal(result: dict[str, Any]) -> None:
    """A row for each kind, then the good records that were objected to; what was missed is in the JSON."""
    who = f"with {clean(result['model'])}" if "model" in result else "checks alone"
    out.print(
        f"[bold]tribunal[/], {who}: {result['plants']} planted defects in {result['clean_records']} good records, 95 % intervals by record"
    )
    kinds = Column("kind", no_wrap=True)  # a name that is cut is no name
    table = Table(kinds, "plants", "records", "found", "rate", "held out", "alarms", box=None)
    for kind, row in result["kinds"].items():
        counts = (str(row["n"]), str(row["records"]), str(row["detected"]), _cell(row["rate"], None))
        table.add_row(kind, *counts, _cell(row["held_out"]["rate"], None), _cell(row["false_alarm_rate"], None))
    found = sum(row["detected"] for row in result["kinds"].values())
    counts = (str(result["plants"]), str(result["clean_records"]), str(found), _cell(result["detection_rate"], None))
    table.add_row("all", *counts, _cell(result["held_out_rate"], None), _cell(result["false_alarm_rate"], None))
    out.print(table)
    both = ("detection_rate", "false_alarm_rate")
    out.print("; ".join(f"{key.replace('_', ' ')} {_cell(result[key], result['intervals'][key])}" for key in both))
    for kind in result["fewer_than_wanted"]:
        out.print(f"{kind}: only {result['kinds'][kind]['n']} plants; these records have no place for more.")


def _figures(rows: dict[str, dict[str, Any]]) -> Table:
    """One column a checker: figures have long names, checkers short ones."""
    table = Table("", *rows, box=None)
    for key, heading in _FIGURES.items():
        if any(row.get(key) is not None for row in rows.values()):
            table.add_row(heading, *(_cell(row[key], row["intervals"][key]) for row in rows.values()))
    return table


def _kinds(result: dict[str, Any]) -> Table:
    table = Table("kind", "must", "wrong", "of", "made", "pairs", "rate", box=None)
    for kind, row in result["kinds"].items():
        must = "stay" if row["expected"] == "support" else "fall"
        rate = _cell(row["rate"], row["interval"])
        table.add_row(clean(kind), must, str(row["wrong"]), str(row["n"]), str(row["made"]), str(row["pairs"]), rate)
    return table


def _cell(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")


def _show_coverage(result: dict[str, Any]) -> None:
    out.print(
        f"[bold]{result['bench']}[/]: {result['questions']} questions over {clean(result['library'])}, "
        f"{result['assessed']} of {result['criteria']} criteria assessed, 95 % intervals by question"
    )
    rows = {
        "our answers": result["ours"],
        "answers to others": result["chance"],
        "annotators' passages": result["ceiling"],
    }
    table = Table("covered", *rows, box=None)
    for key, heading in (("must_have", "must have"), ("nice_to_have", "nice to have"), ("weighted", "by weight")):
        table.add_row(heading, *(_cell(row[key], row["intervals"][key]) for row in rows.values()))
    out.print(table)


def _show_keys(result: dict[str, Any]) -> None:
    """Results found with their names: a row a figure, all and both halves, then the baselines."""
    what = "table cells" if result["bench"] == "tdms" else "sentences"
    out.print(
        f"[bold]{result['bench']}[/]: {result['n']} results in {what} of {result['documents']} papers, 95 % intervals by paper"
    )
    table = Table("right", *heads_of(result), box=None)
    for words, cells in rows_of(result["bench"], result):
        table.add_row(words, *(_cell(value, around) for value, around in cells))
    out.print(table)
    counts = result.get("tuples") or result["counts"]
    out.print("; ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))


def _show_versions(result: dict[str, Any]) -> None:
    out.print(
        f"[bold]versions[/]: {result['pairs']} pairs read by hand among {result['n']} records, {result['edited']} abstracts "
        f"edited, 95 % intervals by record"
    )
    table = Table(*HEADS, box=None)
    for row in version_rows(result):
        table.add_row(*map(clean, row))
    out.print(table)


def _show_injection(result: dict[str, Any]) -> None:
    out.print(f"[bold]injection[/]: {result['passages']} passages, {result['outcomes_changed']} outcomes changed")
    table = Table("carrier", "passages", "changed", box=None)
    for carrier, row in result["by_carrier"].items():
        table.add_row(clean(carrier), str(row["passages"]), str(row["changed"]))
    out.print(table)
    for entry in result["changed"]:
        out.print(clean(f"{entry['id']} changed {', '.join(entry['changed'])}"))


def _show_disagreements(result: dict[str, Any]) -> None:
    """Recall over the sets, precision of the reports, types; then each set with the rank at which it is found."""
    out.print(
        f"[bold]disagreements[/]: {result['n']} sets that were there to be read, {result['reported']} of {result['ranked']} "
        f"disagreements reported"
    )
    table = Table("", "recall", "precision", "typed rightly", "reason named", box=None)
    cells = (_cell(result[k], result["intervals"][k]) for k in ("recall", "precision", "typed_right", "reason_named"))
    table.add_row("ours", *cells)
    for name, row in result["baselines"].items():
        table.add_row(name.replace("_", " "), _cell(row["recall"], None), _cell(row["precision"], None), "", "")
    out.print(table)
    sets = Table("set", "rank", "type said", "right", box=None)
    for row in result["by_set"]:
        at = str(row["ranks"][0]) if row["ranks"] else "–"
        sets.add_row(
            clean(row["subject"]), at, row["type"] or "–", {True: "yes", False: "no"}.get(row["typed_right"], "–")
        )
    out.print(sets)
    hand = result["by_hand"]
    out.print(
        f"Of the {hand['rest']} other reports {hand['real']} are real to a reader: precision {_cell(hand['precision'], None)}"
    )
