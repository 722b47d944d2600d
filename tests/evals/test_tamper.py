"""Twins: each generator on claims that fit and claims that do not, and the rates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.evals import scifact
from sovereign.evals.pairs import Checker, Found, Pair, rules
from sovereign.evals.tamper import KINDS, Source, load_twins, measure, sources_of, starter, twins_of

from .data import SHARED, lines, needs_data

# Kind, claim, the twins that it must give.
MADE = [
    ("negation_in", "Rapamycin delays aging in flies.", {"Rapamycin does not delay aging in flies.", "Rapamycin fails to delay aging in flies."}),
    ("negation_in", "The drug is safe.", {"The drug is not safe.", "It is not the case that the drug is safe."}),
    ("negation_in", "Osteocytes have a role in it.", {"Osteocytes do not have a role in it."}),
    ("negation_out", "Screening does not lead to improved vision.", {"Screening does lead to improved vision."}),
    ("negation_out", "The program has no effect on diet.", {"The program has an effect on diet."}),
    ("direction", "Activation of PPM1D suppresses p53.", {"Activation of PPM1D stimulates p53."}),
    ("direction", "Higher doses lead to lower pain.", {"Lower doses lead to lower pain.", "Higher doses lead to higher pain."}),
    ("number_digit", "It saves 45% of memory.", {"It saves 75% of memory.", "It saves 40% of memory."}),
    ("number_tenfold", "It needs 250 patients.", {"It needs 2500 patients.", "It needs 25 patients."}),
    ("unit", "It takes 12 GB of memory.", {"It takes 12 MB of memory."}),
    ("unit", "It lasts 18 months.", {"It lasts 18 years."}),
    ("percent_points", "It cuts latency by 12%.", {"It cuts latency by 12 percentage points."}),
    ("range_end", "It affects 20-30 patients.", {"It affects 20-36 patients.", "It affects 14-30 patients."}),
    ("percent_points", "It gives an improvement of up to 12%.", {"It gives an improvement of up to 12 percentage points."}),
    ("range_end", "It saves 20% to 40%.", {"It saves 20% to 50%.", "It saves 10% to 40%."}),
    ("range_end", "It ran in 2010-2014.", {"It ran in 2010-2017.", "It ran in 2007-2014."}),
    ("comparator", "Screening is more sensitive than cytology.", {"Cytology is more sensitive than screening."}),
    ("comparator", "Zelora also outperforms strong baselines on GLUE.", {"Strong baselines also outperform Zelora on GLUE."}),
    ("comparator", "Zelora reduces memory compared with Mervada in training.", {"Mervada reduces memory compared with Zelora in training."}),
    ("subject", "DUSP4 increases apoptosis.", {"Apoptosis increases DUSP4.", "Charcoal increases apoptosis."}),
    ("quantifier", "Some tumours express it.", {"All tumours express it."}),
    ("quantifier", "Osteocytes are often mobile.", {"Osteocytes are always mobile."}),
    ("quantifier", "Osteocytes are mobile.", {"Osteocytes are always mobile.", "All osteocytes are mobile."}),
    ("scope", "It reduces fever in women.", {"It reduces fever in men."}),
    ("scope", "On LLaMA 7B it needs less memory.", {"On LLaMA 70B it needs less memory.", "On LLaMA 13B it needs less memory."}),
    ("hedge_removed", "Aspirin may reduce fever.", {"Aspirin will reduce fever."}),
    ("causal", "Age was an independent predictor of asthma.", {"Age was an independent cause of asthma."}),
    ("causal", "Birth weight is associated with asthma.", {"Birth weight causes asthma.", "Birth weight is the cause of asthma."}),
    ("reordered", "Aspirin reduces fever during surgery.", {"During surgery, aspirin reduces fever.", "Fever is reduced by aspirin during surgery."}),
    ("reordered", "It is a marker of proliferation and survival.", {"It is a marker of survival and proliferation."}),
    ("number_format", "It needs 40% of the memory.", {"It needs 40 percent of the memory.", "It needs two fifths of the memory."}),
    ("number_format", "It has 12,400 genes.", {"It has 12400 genes."}),
    ("number_format", "It lasts 6 months.", {"It lasts six months."}),
    ("abbreviation", "The stem cell factor (SCF) binds it.", {"The stem cell factor binds it."}),
    ("padded", "Aspirin reduces fever.", set()),
]  # fmt: skip
# Kind, claim: no twin, because a change would leave it true, or make no sentence.
NOT_MADE = [
    ("negation_in", "Aspirin does not reduce fever."),
    ("negation_in", "Some drugs are safe."),
    ("negation_in", "Aspirin may reduce fever."),
    ("negation_out", "It is not only safe but cheap."),
    ("direction", "Patients with lower limb pain were seen."),
    ("direction", "Smoking is a cause of it."),
    ("number_digit", "It lasts up to 18 months."),
    ("number_digit", "CD4 and type 2 cells were seen in 1 case."),
    ("number_tenfold", "More than 90 patients came."),
    ("number_tenfold", "The ratio is 1/2000."),
    ("range_end", "It affects 7 and 9 patients."),
    ("comparator", "It is more common than expected."),
    ("comparator", "Fever is more common in mice than rats."),
    ("comparator", "We showed that fever is higher than pain."),
    ("comparator", "Zelora outperforms Mervada with less memory."),
    ("percent_points", "It rose by 2.5 percentage."),
    ("reordered", "It was done 8 weeks after surgery."),
    ("hedge_removed", "It can potentially be seen."),
    ("hedge_removed", "It finds potentially hazardous rocks."),
    ("abbreviation", "The use of acetylcholine (ACh) helps."),
    ("quantifier", "The most common drugs do this."),
    ("scope", "LoRA with 80.0M is used."),
    ("causal", "Smoking is associated with cancer because it causes inflammation."),
    ("causal", "It is unclear how age is associated with asthma."),
    ("causal", "Age is not associated with asthma."),
    ("number_format", "Aspirin reduces fever on an RTX 3090."),
    ("abbreviation", "Aspirin reduces fever."),
]  # fmt: skip
OTHER = Source("Charcoal increases survival.", ("Charcoal increases survival in rats.",), "", "other")
EVIDENCE = "This may hold of aspirin, osteocytes, rapamycin and screening."


def source(claim: str, evidence: str = EVIDENCE, group: str = "own") -> Source:
    return Source(claim, (evidence,), "", group)


@pytest.mark.parametrize(("kind", "claim", "wanted"), MADE, ids=lambda x: x if isinstance(x, str) else "")
def test_twins_are_made(kind: str, claim: str, wanted: set[str]) -> None:
    own = source(claim)
    made = set(KINDS[kind][1](own, [own, OTHER]))
    assert made and wanted <= made, made
    assert claim not in made


@pytest.mark.parametrize(("kind", "claim"), NOT_MADE)
def test_no_twin_where_it_would_be_none(kind: str, claim: str) -> None:
    own = source(claim)
    assert not set(KINDS[kind][1](own, [own, OTHER]))


def test_every_kind_has_an_example() -> None:
    assert {kind for kind, *_ in MADE} == set(KINDS)


def test_what_the_evidence_says_is_no_tampering() -> None:
    assert not list(KINDS["scope"][1](source("It helps women.", "It helps women and men."), []))
    assert not list(KINDS["hedge_removed"][1](source("Aspirin may help.", "Aspirin helps."), []))
    assert "It saves 75% of memory." not in set(
        KINDS["number_digit"][1](source("It saves 45% of memory.", "45 or 75 %"), [])
    )


def answering(says: bool) -> Checker:
    return lambda pairs: [Found("SUPPORT" if says else "NOT_ENOUGH_INFO") for _ in pairs]


def only(claims: Sequence[str]) -> Checker:
    """Supports these claims and no others."""
    return lambda pairs: [Found("SUPPORT" if p.claim in claims else "NOT_ENOUGH_INFO") for p in pairs]


SOURCES = [
    source("Rapamycin delays aging in flies.", "It does so."),
    source("Aspirin reduces fever.", "It helps.", "b"),
]


def test_a_checker_that_supports_everything() -> None:
    result = measure(twins_of(SOURCES), answering(True), SOURCES)
    assert (result["false_support_rate"], result["lost_support_rate"], result["coverage"]) == (1.0, 0.0, 1.0)
    assert all(k["rate"] == (k["expected"] == "not_support") for k in result["kinds"].values())


def test_a_checker_that_supports_nothing_has_no_rate() -> None:
    result = measure(twins_of(SOURCES), answering(False), SOURCES)
    assert (result["false_support_rate"], result["lost_support_rate"], result["coverage"]) == (None, None, 0.0)
    assert all(k["rate"] is None and k["n"] == 0 and k["made"] > 0 for k in result["kinds"].values())


def test_rates_are_over_supported_pairs_only() -> None:
    result = measure(
        twins_of(SOURCES), only(["Aspirin reduces fever.", "Rapamycin does not delay aging in flies."]), SOURCES
    )
    assert result["coverage"] == 0.5
    assert result["false_support_rate"] == 0.0
    assert result["kinds"]["negation_in"]["wrong_of_all_made"] == 1


def test_pairs_without_twins_count_for_coverage() -> None:
    silent = source("Yes.", "No.", "c")
    assert measure(twins_of(SOURCES), only([s.claim for s in SOURCES]), [*SOURCES, silent])["coverage"] == 2 / 3


def test_one_string_is_reported_apart(tmp_path: Path) -> None:
    copied = source("Aspirin reduces fever.", "Aspirin reduces fever")
    assert twins_of([copied]) == []
    rows = [
        {"claim": "Aspirin raises fever.", "original": "Aspirin reduces fever.", "evidence": "Aspirin reduces fever.", "kind": "direction", "expected": "not_support"},
        {"claim": "Aspirin raises pain.", "original": "Aspirin reduces pain.", "evidence": "Pain is reduced by aspirin.", "kind": "direction", "expected": "not_support"},
    ]  # fmt: skip
    result = measure(load_twins(lines(tmp_path / "t.jsonl", rows)), answering(True))
    assert result["same_string"] == {"twins": 1, "called_support": 1}
    assert (result["twins"], result["kinds"]["direction"]["n"]) == (1, 1)


def test_given_twins(tmp_path: Path) -> None:
    rows = [
        {"claim": "A is safe.", "evidence": "We saw that A is safe. It is.", "kind": "original", "expected": "SUPPORT"},
        {
            "claim": "A is not safe.",
            "evidence": "We saw that A is safe. It is.",
            "kind": "mine",
            "expected": "CONTRADICT",
        },
        {"claim": "We think A is safe.", "evidence": ["We saw that A is safe."], "kind": "other", "expected": True},
    ]
    first, second = load_twins(lines(tmp_path / "t.jsonl", rows))
    assert (first.kind, first.expected, first.source.claim) == ("mine", "not_support", "A is safe.")
    assert first.source.evidence == ("We saw that A is safe.", "It is.")
    assert (second.kind, second.expected, second.source.claim) == ("other", "support", "")
    result = measure([first, second], only(["A is safe."]))
    # The second's unaltered claim is not known: it is scored as it is.
    assert (result["coverage"], result["false_support_rate"], result["lost_support_rate"]) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"claim": "A.", "evidence": "B.", "kind": "x", "expected": "perhaps"}, "perhaps"),
        ({"claim": "A.", "evidence": "B.", "expected": "support"}, "kind"),
        ({"claim": "", "evidence": "B.", "kind": "x", "expected": "support"}, "claim"),
    ],
)
def test_given_twins_of_another_form(tmp_path: Path, row: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        load_twins(lines(tmp_path / "t.jsonl", [row]))
    with pytest.raises(InputError, match="no file"):
        load_twins(tmp_path / "none.jsonl")


GOOD = '{"claim": "A is safe.", "evidence": "We saw it.", "kind": "x", "expected": "support"}'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no record"),
        (f"{GOOD}\n{GOOD[:30]}\n", "line 2"),
        (f"{GOOD}\n[1, 2]\n", "line 2"),
        (f"{GOOD}\n{GOOD}{GOOD}\n", "line 2"),
        (GOOD.replace('"kind"', '"claim"'), "line 1.*'claim' occurs twice"),
        (GOOD.replace("A is safe.", "  "), "line 1: claim"),
        (GOOD.replace('"We saw it."', "[1]"), "line 1: evidence"),
        (GOOD.replace("A is safe.", r"A \ud800"), "line 1: claim"),
        ("[" * 100_000, "line 1.*deep"),
    ],
)
def test_broken_files_of_twins(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=word):
        load_twins(path)


def test_a_huge_line_is_scored(tmp_path: Path) -> None:
    text = "We saw that A is not dear. " * 40_000 + "We saw that A is safe."
    path = lines(tmp_path / "t.jsonl", [{"claim": "A is safe.", "evidence": text, "kind": "x", "expected": "support"}])
    (twin,) = load_twins(path)
    assert len(twin.source.evidence) > 40_000
    result = measure([twin], rules)
    assert (result["n"], result["kinds"]["x"]["made"]) == (1, 1)


def test_the_nearest_original_of_the_same_evidence(tmp_path: Path) -> None:
    said = {"evidence": "A is safe. B is dear.", "expected": "support"}
    rows = [
        said | {"claim": "A is safe.", "kind": "original"},
        said | {"claim": "B is dear.", "kind": "original"},
        said | {"claim": "B is very dear.", "kind": "x"},
        said | {"claim": "A is quite safe.", "kind": "x", "original": None},
    ]
    assert [t.source.claim for t in load_twins(lines(tmp_path / "t.jsonl", rows))] == ["B is dear.", "A is safe."]


def test_the_starter_library_gives_true_pairs() -> None:
    sources = starter.sources()
    assert len(sources) > 80
    assert all(s.claim != s.text and "  " not in s.claim for s in sources)
    # Nothing is added: every word of a claim is a word of its sentence.
    words = [
        (set(s.claim.lower().rstrip(".").split()), {w.rstrip(",;.") for w in s.text.lower().split()}) for s in sources
    ]
    assert all({w.rstrip(",;.") for w in mine} <= theirs for mine, theirs in words)


@needs_data
def test_twins_of_real_pairs() -> None:
    sources = sources_of(scifact.load(SHARED))
    twins = twins_of(sources)
    made = {kind: [t for t in twins if t.kind == kind] for kind in KINDS}
    for kind in ("negation_in", "subject", "padded"):
        assert len(made[kind]) >= 200 and len({t.source for t in made[kind]}) >= 100, kind
    assert twins == twins_of(sources)
    assert all(t.claim.strip() and t.claim != t.source.claim and "  not" not in t.claim for t in twins)


def test_pairs_carry_the_title_and_document() -> None:
    seen: list[Pair] = []

    def look(pairs: Sequence[Pair]) -> list[Found]:
        seen.extend(pairs)
        return answering(True)(pairs)

    measure(twins_of(SOURCES), look, SOURCES)
    assert {p.group for p in seen} == {"own", "b"}
    assert {p.sentences for p in seen} == {("It does so.",), ("It helps.",)}
