"""Planted defects and the rates over them: each plant is what it says, and no reviewer gets a rate that it did not earn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.evals.tribunal import bench, records
from sovereign.evals.tribunal.digits import WAYS, altered, another, figures, stands
from sovereign.evals.tribunal.every import VARIANTS
from sovereign.evals.tribunal.plant import KINDS, Json, Named, Plant, Variant, bare, plants
from sovereign.records import Finding, Record, sha256_hex

ASKED = ("overhead", "moe-speed", "perplexity", "load-balancing")
# A record cannot be loaded with a sentence that names nothing: there the defect is seen in the JSON alone.
NO_RECORD = {("uncited-sentence", name) for name in ("emptied", "added", "in-facet", "opening", "without-keys")}
FEW = max(map(len, VARIANTS.values()))  # of a kind: at least one of each variant, at most two
ALL = [v for of_kind in VARIANTS.values() for v in of_kind]


@pytest.fixture(scope="module")
def good() -> list[Named]:
    """Four records: with measured tables, with a contradicted claim, with disagreements, and without a metric."""
    chosen = {name: records.QUESTIONS[name] for name in ASKED}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "QUESTIONS", chosen)
        return records.made()


@pytest.fixture(scope="module")
def clean(good: list[Named]) -> dict[str, Json]:
    return {r.name: bare(r.data) for r in good}


def test_enough_questions_of_different_kinds() -> None:
    assert len(records.QUESTIONS) >= 8
    assert 0 < sum("parameters?" in q for q in records.QUESTIONS.values()) < len(records.QUESTIONS)


def test_good_records_are_of_different_kinds(good: list[Named]) -> None:
    by_name = {r.name: r.data for r in good}
    assert by_name["overhead"]["answer"]["measured"]
    assert any(c["verdict"] == "MIXED" for c in by_name["moe-speed"]["claims"])
    kinds = {f["kind"] for f in by_name["load-balancing"]["plan"]["facets"]}
    assert "metric" not in kinds and "scale" not in kinds


@pytest.mark.parametrize("variant", ALL, ids=lambda v: f"{v.kind}-{v.name}")
def test_a_plant_changes_what_it_says_and_nothing_else(
    variant: Variant, good: list[Named], clean: dict[str, Json]
) -> None:
    found = list(plants(good, [variant], each=4))
    assert found
    assert all(a.data != b.data for a, b in combinations(found, 2))
    for plant in found:
        numbers = {c["id"]: n for n, c in enumerate(plant.data["claims"])}
        places = [*plant.places, *(f"/claims/{numbers[i]}" for i in plant.claim_ids if i in numbers)]
        changed = list(_differences(clean[plant.record], plant.data))
        assert changed
        for path in changed:
            assert any(path == place or path.startswith(f"{place}/") for place in places), path
        assert plant.data["content_hash"] == "" and plant.data["ledger_head"] is None
        if (variant.kind, variant.name) in NO_RECORD:
            with pytest.raises(ValueError, match="must name a claim or a measurement"):
                Record.model_validate(plant.data)
        else:
            assert Record.model_validate(plant.data).model_dump(mode="json") == plant.data


def _differences(a: Any, b: Any, path: str = "") -> Iterator[str]:
    """Pointers of what two JSON values do not share, as deep as they can be named."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            if key in a and key in b:
                yield from _differences(a[key], b[key], f"{path}/{key}")
            else:
                yield f"{path}/{key}"
    elif isinstance(a, list) and isinstance(b, list):
        for n in range(max(len(a), len(b))):
            if n < len(a) and n < len(b):
                yield from _differences(a[n], b[n], f"{path}/{n}")
            else:
                yield f"{path}/{n}" if len(b) > len(a) else path
    elif a != b:
        yield path


def test_good_records_stay_as_they_are(good: list[Named]) -> None:
    before = json.dumps([r.data for r in good])
    assert sum(1 for _ in plants(good, ALL, each=1)) == len(ALL)
    assert json.dumps([r.data for r in good]) == before


def test_a_seed_gives_the_same_plants(good: list[Named]) -> None:
    def all_of(seed: int) -> list[tuple[object, ...]]:
        """Each plant, its record as a hash: hundreds of whole records would fill the memory."""
        made = plants(good, ALL, each=1, seed=seed)
        return [(p.variant, p.record, p.places, p.claim_ids, sha256_hex(json.dumps(p.data).encode())) for p in made]

    first = all_of(3)
    assert all_of(3) == first
    assert [made[-1] for made in all_of(4)] != [made[-1] for made in first]


def test_a_third_is_held_out_and_every_kind_has_both() -> None:
    assert 3 * sum(v.held_out for v in ALL) >= len(ALL)
    for kind in KINDS:
        assert {v.held_out for v in VARIANTS[kind]} == {True, False}
        assert len({v.name for v in VARIANTS[kind]}) == len(VARIANTS[kind])


class Reviewed:
    """Bench runs over the good records with few plants, for reviewers that are written here."""

    def __init__(self, good: list[Named]) -> None:
        self.good = good

    def __call__(self, review: bench.Reviewers) -> dict[str, Any]:
        return bench.measure(self.good, review, per_kind=FEW)


@pytest.fixture(scope="module")
def reviewed(good: list[Named]) -> Reviewed:
    """Over the small records: the one with measured tables takes most of the time."""
    return Reviewed([r for r in good if r.name != "overhead"])


@pytest.fixture(scope="module")
def known(reviewed: Reviewed) -> dict[str, Plant]:
    """Plants by what they look like."""
    return {json.dumps(p.data, sort_keys=True): p for p in plants(reviewed.good, ALL, each=3)}


def _finding(code: str, at: Sequence[str], claims: Sequence[str] = (), **more: Any) -> Finding:
    return Finding.model_validate(
        {"role": "SKEPTIC", "code": code, "severity": "major", "text": "so", "at": at, "claim_ids": claims} | more
    )


def test_who_finds_nothing_gets_nothing(reviewed: Reviewed) -> None:
    result = reviewed(lambda data: ())
    assert (result["detection_rate"], result["held_out_rate"], result["false_alarm_rate"]) == (0.0, 0.0, 0.0)
    assert result["precision"] is None and result["false_alarms"] == []
    assert set(result["kinds"]) == set(KINDS) and all(row["rate"] == 0.0 for row in result["kinds"].values())
    listed = {(m["kind"], m["variant"]) for m in result["missed"]}
    assert {kind for kind, _ in listed} == set(KINDS)
    assert not listed & {(v.kind, v.name) for v in ALL if v.held_out}
    assert len(result["missed"]) + sum(result["missed_held_out"].values()) == result["plants"]
    assert result["kinds"]["uncited-sentence"]["not_plantable"] == []
    low, high = result["intervals"]["detection_rate"]
    assert low == 0.0 < high


def test_who_objects_to_everything_finds_nothing_new(reviewed: Reviewed) -> None:
    def everything(data: Json) -> list[Finding]:
        claims = [c["id"] for c in data["claims"]]
        places = [path for path in _differences({}, data)] + [f"/answer/{key}" for key in data["answer"]]
        return [_finding(kind, places, claims) for kind in KINDS]

    result = reviewed(everything)
    assert result["false_alarm_rate"] == 1.0 and result["detection_rate"] == 0.0
    assert all(row["false_alarm_rate"] == 1.0 for row in result["kinds"].values())
    assert len(result["false_alarms"]) == len(KINDS) * len(reviewed.good)


def test_a_finding_on_the_whole_record_points_at_nothing(reviewed: Reviewed) -> None:
    clean = [bare(r.data) for r in reviewed.good]
    result = reviewed(lambda data: [] if data in clean else [_finding(k, ["", "/answer", "/claims"]) for k in KINDS])
    assert result["detection_rate"] == 0.0 and result["false_alarm_rate"] == 0.0 and result["precision"] == 0.0


def test_a_note_or_what_only_a_model_says_is_no_finding(reviewed: Reviewed, known: dict[str, Plant]) -> None:
    for more in ({"severity": "note"}, {"model": "fake:"}):
        assert reviewed(_knowing(known, **more))["detection_rate"] == 0.0
    assert reviewed(_knowing(known, model="fake:", upheld=True))["detection_rate"] == 1.0


def test_who_knows_all_plants_finds_them(reviewed: Reviewed, known: dict[str, Plant]) -> None:
    result = reviewed(_knowing(known))
    assert (result["detection_rate"], result["false_alarm_rate"], result["precision"]) == (1.0, 0.0, 1.0)
    assert result["missed"] == [] and result["missed_held_out"] == {}


def test_the_wrong_kind_counts_for_any_kind_only(reviewed: Reviewed, known: dict[str, Plant]) -> None:
    after = dict(zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True))
    result = reviewed(_knowing(known, after))
    assert (result["detection_rate"], result["detection_rate_any"]) == (0.0, 1.0)


def _knowing(known: dict[str, Plant], codes: dict[str, str] | None = None, **more: Any) -> bench.Reviewers:
    def review(data: Json) -> list[Finding]:
        plant = known.get(json.dumps(data, sort_keys=True))
        if plant is None:
            return []
        code = plant.variant.kind
        return [_finding(codes[code] if codes else code, plant.places[:1], plant.claim_ids, **more)]

    return review


def test_what_was_said_before_is_not_new(reviewed: Reviewed, known: dict[str, Plant]) -> None:
    clean = [bare(r.data) for r in reviewed.good]
    knows = _knowing(known)

    def one_note_too_many(data: Json) -> list[Finding]:
        """Finds all, in words that it has for good records too."""
        return [_finding(k, ["/short_id"]) for k in KINDS] if data in clean else list(knows(data))

    result = reviewed(one_note_too_many)
    assert result["detection_rate"] == 0.0 and result["false_alarm_rate"] == 1.0


def test_a_refused_record_is_a_missed_plant(reviewed: Reviewed) -> None:
    def refuses(data: Json) -> list[Finding]:
        raise InputError("no record")

    assert reviewed(refuses)["detection_rate"] == 0.0


@pytest.mark.parametrize("way", WAYS)
def test_another_figure_is_another(way: str) -> None:
    made = 0
    for figure in ("532.8", "2.4", "15.1", "0.53", "30", "7", "1.197"):
        for n in range(20):
            if new := another(figure, way, Random(n)):
                made += 1
                assert re.fullmatch(r"\d+(\.\d+)?", new)
                assert abs(float(new) - float(figure)) > 0.03 * float(figure)
    assert made > 20


def test_names_and_versions_are_no_figures() -> None:
    text = "With torch 2.13.0, LLaMA-2 7B and OPT 6.7B need 15.1 GB, 1.83 times the 30% of Llama 3.1 8B (Table 6)."
    assert [text[a:b] for a, b in figures(text)] == ["15.1", "1.83", "30"]


def test_a_figure_that_stands_beside_is_not_taken() -> None:
    assert stands("2.0", ["from 1 to 2"]) and not stands("2.6", ["2.4 and 26"])
    for n in range(50):
        made = altered("It takes 12 ms.", "swapped", Random(n), ["or 21 ms"])
        assert made is None


def test_records_of_a_folder(tmp_path: Path, good: list[Named]) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    data = json.dumps(good[3].data)
    (deep / "mine.json").write_text(data)
    (tmp_path / "copy.json").write_text(data)
    (tmp_path / "cut.json").write_text(data[:100])
    (tmp_path / "list.json").write_text("[1, 2]")
    (tmp_path / "other.json").write_text('{"schema_version": "1.0"}')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("nothing")
    said: list[str] = []
    (found,) = records.given(tmp_path, said.append)
    assert found.name == "a/b/mine.json" and found.data == good[3].data
    assert [Path(line.split(" is left out")[0]).name for line in said] == [
        "bytes.json", "copy.json", "cut.json", "deep.json", "list.json", "other.json",
    ]  # fmt: skip
    assert "same record as a/b/mine.json" in said[1]


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(InputError, match="holds no record"):
        records.given(tmp_path, lambda text: None)
    with pytest.raises(InputError, match="There is no folder"):
        records.given(tmp_path / "none", lambda text: None)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, good: list[Named]) -> tuple[Path, dict[str, Any]]:
    """A folder with one record, and the result over it."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "one.json").write_text(json.dumps(good[3].data))
    return folder, bench.run(folder)


def test_one_record_is_enough_and_few_plants_are_said(alone: tuple[Path, dict[str, Any]]) -> None:
    result = alone[1]
    assert result["source"] == "given" and result["clean_records"] == 1
    assert result["kinds"]["missing-scale"] | {"interval": None} == result["kinds"]["missing-scale"]
    assert result["kinds"]["missing-scale"]["n"] == 0 and result["kinds"]["missing-scale"]["rate"] is None
    assert result["kinds"]["missing-scale"]["not_plantable"] == ["one.json"]
    assert "missing-scale" in result["fewer_than_wanted"]


def test_a_model_beside_the_checks(alone: tuple[Path, dict[str, Any]]) -> None:
    folder, checked = alone
    result = bench.run(folder, "fake:")
    beside = result.pop("with_model")
    assert result == checked, "the same record gives the same result, with a model beside or not"
    assert beside["calls"] and set(beside["calls"]) <= {"answered", "unreadable"}
    assert beside["plants"] == result["plants"] and beside["detection_rate"] >= result["detection_rate"]
    with pytest.raises(InputError, match="names no model"):
        bench.run(folder, "none")
