"""Clusters: not comparable before contested, one source before agreed; and what must change nothing."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from sovereign.benchmarks import clusters_of, evidence_of, summary_of
from sovereign.records import Cluster, Paper, ReportedNumber

from .making import PAPERS, anonymous, number, paper
from .test_comparable import DIFFERENT


def only(*numbers: ReportedNumber, papers: tuple[Paper, ...] = PAPERS) -> Cluster:
    (cluster,) = clusters_of(numbers, papers)
    return cluster


def test_one_work_is_a_single_source() -> None:
    cluster = only(number("one", "86.0"), number("one", "80.0", metric="accuracy"))
    assert (cluster.status, cluster.differs) == ("single_source", ())
    assert not cluster.mixed.contested


def test_independent_works_agree_within_the_tolerance() -> None:
    cluster = only(number("one", "86.0"), number("two", "86.4"))
    (part,) = cluster.parts
    assert (cluster.status, part.groups, part.independence, part.severity) == ("agreed", 2, "known", None)
    assert (part.low, part.high, part.spread, part.unit) == (86.0, 86.4, 0.4, "%")


def test_percent_and_fraction_are_one_notation() -> None:
    assert only(number("one", "86.0", "%"), number("two", "0.86")).status == "agreed"


def test_coarse_printing_is_no_disagreement() -> None:
    assert only(number("one", "0.86"), number("two", "0.87")).status == "agreed"
    assert only(number("one", "0.86"), number("two", "87.0")).status == "contested"


@pytest.mark.parametrize(("figure", "severity"), [("87.0", "LOW"), ("91.0", "MEDIUM"), ("46.1", "HIGH")])
def test_independent_works_contest_beyond_it(figure: str, severity: str) -> None:
    cluster = only(number("one", "86.0"), number("two", figure))
    (part,) = cluster.parts
    assert (cluster.status, part.groups, part.severity) == ("contested", 2, severity)
    assert cluster.mixed.contested and "neither" not in cluster.text and "no work says model, size" in cluster.text


# Two data sets are two clusters: see the test after this one.
@pytest.mark.parametrize(("field", "one", "other"), [row for row in DIFFERENT if row[0] != "data set"])
def test_one_field_of_a_key_moves_a_pair_from_contested_to_not_comparable(
    field: str, one: dict[str, object], other: dict[str, object]
) -> None:
    pair = [(str(fields.pop("unit", "")), fields) for fields in (dict(one), dict(other))]
    same = only(number("one", "40.0", pair[0][0], **pair[0][1]), number("two", "60.0", pair[0][0], **pair[0][1]))
    assert same.status == "contested"
    apart = only(number("one", "40.0", pair[0][0], **pair[0][1]), number("two", "60.0", pair[1][0], **pair[1][1]))
    assert (apart.status, apart.differs) == ("not_comparable", (field,))
    assert field in apart.text


def test_two_data_sets_are_two_clusters() -> None:
    found = clusters_of([number("one", "86.0"), number("two", "60.0", dataset="SetTwo")], PAPERS)
    assert [(c.benchmark, c.status) for c in found] == [("SetOne", "single_source"), ("SetTwo", "single_source")]


def test_a_number_of_another_data_set_changes_no_cluster() -> None:
    given = [number("one", "86.0"), number("two", "91.0"), number("three", "91.1", split="dev")]
    before = clusters_of(given, PAPERS)
    for work in ("one", "four"):
        after = clusters_of([*given, number(work, "12.0", dataset="SetTwo")], PAPERS)
        assert [c for c in after if c.benchmark == "SetOne"] == list(before)


def test_what_one_work_alone_states_is_unknown_and_said() -> None:
    cluster = only(number("one", "86.0"), number("two", "60.0", split=None))
    assert (cluster.status, cluster.unstated) == ("unknown", ("split",))
    assert "only one of two works says split" in cluster.text


def test_a_score_on_no_named_data_set_is_unknown() -> None:
    assert only(number("one", "86.0", dataset=None), number("two", "60.0", dataset=None)).status == "unknown"


def test_the_order_of_the_numbers_changes_nothing() -> None:
    given = [
        number("one", "86.0"), number("two", "91.0"), number("three", "86.1"), number("four", "60.0", split="dev"),
        number("four", "0.9", metric="accuracy"), number("two", "88.0", credited="Ann One"), number("one", "44.0", dataset="SetTwo"),
    ]  # fmt: skip
    expected = clusters_of(given, PAPERS)
    for seed in range(20):
        shuffled = random.Random(seed).sample(given, len(given))
        assert clusters_of(shuffled, PAPERS[::-1]) == expected
    assert clusters_of(given + given, PAPERS) == expected


def test_a_retold_number_adds_no_group() -> None:
    own = number("one", "86.0")
    for credited in ("Ann One", "Somebody et al., 2019"):
        cluster = only(own, number("two", "70.0", credited=credited))
        (part,) = cluster.parts
        assert (cluster.status, part.groups, len(part.numbers)) == ("single_source", 1, 2)
        assert "told by several works" in cluster.text
    assert only(own, number("two", "70.0", credited="Ann One")).parts[0].numbers[1].group == "one"
    assert (
        only(number("one", "86.0"), number("two", "91.0"), number("three", "91.0", credited="Ann Two")).parts[0].groups
        == 2
    )


def test_works_that_share_an_author_or_a_title_are_one_group() -> None:
    shared = (paper("one", "Ann One", "Bo Both"), paper("two", "B. Both"))
    cluster = only(number("one", "86.0"), number("two", "70.0"), papers=shared)
    assert (cluster.status, cluster.parts[0].groups) == ("single_source", 1)
    versions = (paper("one", title="The title"), paper("two", title="The Title"))
    assert only(number("one", "86.0"), number("two", "70.0"), papers=versions).status == "single_source"


def test_copies_that_hold_the_same_words_are_one_group() -> None:
    row = "| Alpha | 86.0 |"
    assert only(number("one", "86.0", quote=row), number("two", "86.0", quote=row)).status == "single_source"
    assert only(number("one", "86.0", cell=True), number("two", "86.0", cell=True)).status == "agreed"


def test_without_authors_a_disagreement_stands_and_an_agreement_does_not_count() -> None:
    nobody = (anonymous("one"), anonymous("two"))
    against = only(number("one", "86.0"), number("two", "70.0"), papers=nobody)
    assert (against.status, against.parts[0].independence) == ("contested", "unknown")
    assert "authors of some works are not known" in against.text
    assert only(number("one", "86.0"), number("two", "86.0"), papers=nobody).status == "unknown"


def test_several_figures_of_one_work_under_one_key_leave_it_open() -> None:
    cluster = only(number("one", "86.0"), number("one", "80.0"), number("two", "70.0"))
    assert cluster.status == "unknown" and "several figures under this key" in cluster.text


def test_a_bound_that_is_kept_is_no_disagreement() -> None:
    assert only(number("one", "80.0", bound="at_least"), number("two", "90.0")).status == "agreed"
    assert only(number("one", "80.0", bound="at_least"), number("two", "70.0")).status == "contested"


def test_times_and_perplexities_agree_by_their_share() -> None:
    latency = {"metric": "latency", "dataset": None, "task": None}
    assert only(number("one", "1000", "ms", **latency), number("two", "1.01", "s", **latency)).status == "agreed"
    cluster = only(number("one", "45.2", metric="perplexity"), number("two", "60.0", metric="perplexity"))
    assert (cluster.status, cluster.parts[0].severity, cluster.mixed.contested) == ("contested", "HIGH", False)


def test_a_method_without_a_name_is_that_of_its_work() -> None:
    found = clusters_of([number("one", "86.0", method="Our model"), number("two", "60.0", method="our model")], PAPERS)
    assert [c.status for c in found] == ["single_source", "single_source"]
    assert clusters_of([number("one", "86.0", method=" ")], PAPERS) == ()


def test_what_cannot_be_a_score_is_in_no_cluster() -> None:
    assert [clusters_of([number("one", *figure)], PAPERS) for figure in (("267", "%"), ("-43.0",), ("96",))] == [()] * 3
    assert only(number("one", "96", "%")).status == only(number("one", "96", cell=True)).status == "single_source"
    assert only(number("one", "-4.3", comparator="Beta")).status == "single_source"


def test_groups_are_works_that_are_independent_of_all_first_ones() -> None:
    papers = (paper("a", "Ann A", "Joe Joint"), paper("b", "Joe Joint"), paper("c", "Cy C"), anonymous("d"))
    part = only(*(number(name, "86.0") for name in "abcd"), papers=papers).parts[0]
    assert {n.origin: n.group for n in part.numbers} == {"a": "a", "b": "a", "c": "c", "d": None}
    assert (part.groups, part.independence, part.status) == (2, "unknown", "agreed")


def test_the_summary_says_what_labels_alone_would_have_mixed() -> None:
    given = [
        number("one", "86.0"), number("two", "60.0", split="dev"),
        number("one", "10.0", method="Beta"), number("two", "60.0", method="Beta"),
        number("one", "10.0", method="Gamma"), number("two", "60.0", method="Gamma", metric="accuracy"),
        number("one", "10.0", method="Delta"),
    ]  # fmt: skip
    for order in list(permutations(given))[:50]:
        summary = summary_of(clusters_of(order, PAPERS))
        assert summary["by_status"] == {
            "all": 4, "single_source": 1, "agreed": 0, "contested": 1, "not_comparable": 2, "unknown": 0,
        }  # fmt: skip
        assert (summary["contested_by_label_alone"]["all"], summary["contested_by_label_alone"]["not_comparable"]) == (
            3,
            2,
        )
        assert summary["contested_by_label_and_metric"]["all"] == 2


def test_works_with_nearly_all_figures_in_common_are_copies_of_one() -> None:
    def works(shared: int) -> list[ReportedNumber]:
        table = [
            number(work, f"{50 + n}.{n % 10}", dataset=f"Set{n}") for work in ("one", "two") for n in range(shared)
        ]
        return [*table, number("one", "86.0"), number("two", "70.0")]

    def status(numbers: list[ReportedNumber]) -> str:
        return next(c.status for c in clusters_of(numbers, PAPERS) if c.benchmark == "SetOne")

    assert (status(works(19)), status(works(20))) == ("contested", "single_source")
    own = [number("two", f"9{n}.{n % 10}", dataset=f"Own{n}") for n in range(10)]
    assert (
        status([*works(20), *own, *(number("one", n.value.text, dataset="X", method=n.value.text) for n in own)])
        == "single_source"
    )
    assert (
        status([*works(20), *own, *(number("one", f"8{n}.{n}", dataset=f"Own{n}") for n in range(10))]) == "contested"
    )


def test_works_that_share_a_key_are_held_against_each_other_there_alone() -> None:
    cluster = only(number("one", "86.0"), number("two", "86.0"), number("two", "80.0", metric="recall"))
    assert (cluster.status, cluster.differs, cluster.mixed.contested) == ("agreed", (), True)
    third = number("three", "70.0", metric="precision")
    assert only(number("one", "86.0"), number("two", "86.0"), third).differs == ("metric",)


def test_thousands_of_figures_and_keys_take_no_time_and_what_is_left_out_is_said() -> None:
    same = [number(work, f"{first + n / 100:.2f}") for work, first in (("one", 2), ("two", 50)) for n in range(3000)]
    assert only(*same).status == "unknown"
    keys = [number(work, "86.0", setting=(("column", f"{work} {n}"),)) for work in ("one", "two") for n in range(300)]
    cluster = only(*keys)
    assert cluster.status == "not_comparable" and "of 600 typed keys the first 400" in cluster.text


def test_a_credit_names_a_work_by_author_and_year_and_a_number_names_a_place_in_one_list() -> None:
    papers = (paper("one", year=2020), paper("two"), paper("three"))
    credits = ("Ann One, 2020", "One et al., 2015", "[12]")
    told = [number("two", f"7{n}.0", credited=credited) for n, credited in enumerate(credits)]
    told.append(number("three", "70.0", credited="[12]"))
    cluster = only(number("one", "86.0"), *told, papers=papers)
    assert sorted({n.origin for n in cluster.numbers}) == [
        "credited: [12] in three", "credited: [12] in two", "credited: one et al., 2015", "one",
    ]  # fmt: skip


def test_two_metrics_may_have_two_units_and_are_said_to_be_two_metrics() -> None:
    cluster = only(number("one", "86.0"), number("two", "4", "ms", metric="latency"))
    assert (cluster.status, cluster.differs) == ("not_comparable", ("metric",))


def test_versions_are_counted() -> None:
    versions = (paper("one", title="The title"), paper("two", title="The Title"))
    cluster = only(number("one", "86.0"), number("two", "70.0", split="dev"), papers=versions)
    assert (cluster.status, cluster.works, cluster.versions) == ("single_source", ("one", "two"), 1)
    assert evidence_of(cluster, {p.id: p for p in versions}).source_count == 1
