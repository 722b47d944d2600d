"""What each part adds: every variant is measured on both sets, and taking a part away does what its name says."""

from __future__ import annotations

import json
from pathlib import Path

from sovereign.evals import scifact
from sovereign.evals.ablation import main

from .test_transfer import both_sets


def test_every_variant_is_measured_on_both_sets(tmp_path: Path) -> None:
    out = tmp_path / "ablation.json"
    assert main(["--data", str(both_sets(tmp_path, 4)), "--out", str(out)]) == 0
    result = json.loads(out.read_text("utf-8"))
    rows = {(row["bench"], row["name"]): row for row in result["rows"]}
    assert {name for _, name in rows} == {
        "rules with model", "rules", "model alone", "rules with model, no vetoes", "rules, no vetoes",
        "one sentence decides or none",
    }  # fmt: skip
    assert {bench for bench, _ in rows} == {"scifact", "pubmedqa"} and len(rows) == 12
    for bench in ("scifact", "pubmedqa"):
        for kind in ("rules", "rules with model"):
            barred, free = rows[bench, kind], rows[bench, f"{kind}, no vetoes"]
            assert free["support_recall"] >= barred["support_recall"]
            assert free["contradict_called_support"] >= barred["contradict_called_support"]
        assert rows[bench, "one sentence decides or none"]["support_recall"] <= rows[bench, "rules"]["support_recall"]
    assert main(["--data", str(tmp_path / "nowhere"), "--out", str(out)]) == 2


def test_new_claims_are_those_of_one_fold(tmp_path: Path) -> None:
    pairs = scifact.load(both_sets(tmp_path, 12) / "scifact")
    twice = [*pairs, *(type(p)(pairs[0].claim, p.title, p.sentences, p.label, p.group) for p in pairs[1:])]
    assert scifact.new_claims(pairs) == pairs
    assert pairs[0] not in scifact.new_claims(twice) and set(pairs[1:]) == set(scifact.new_claims(twice))
