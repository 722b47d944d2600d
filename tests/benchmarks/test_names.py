"""One name for all spellings, and different names for what differs."""

from __future__ import annotations

import time

import pytest

from sovereign.benchmarks.keys import language_pair, paired, said
from sovereign.benchmarks.names import Kind, canonical, find_names, folded, lower_is_better, tasks_of_datasets


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("dataset", ["CoNLL-2003", "CoNLL 2003", "CoNLL03", "conll - 2003"]),
        ("dataset", ["SQuAD 1.1", "SQuAD v1.1"]),
        ("dataset", ["CIFAR-10", "CIFAR10", "Cifar 10"]),
        ("metric", ["F1", "F1 score", "F-measure", "F1-scores", "F 1"]),
        ("metric", ["ROUGE-1", "R-1", "R - 1"]),
        ("metric", ["Hits@10", "H@10", "HITS @ 10"]),
        ("split", ["dev", "development", "validation set"]),
    ],
)
def test_spellings_of_one_name_meet(kind: Kind, names: list[str]):
    assert len({canonical(kind, name) for name in names}) == 1
    assert len({tuple(n.canonical for n in find_names(name) if n.kind == kind)[:1] for name in names}) == 1


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("dataset", "SQuAD 1.1", "SQuAD 2.0"),
        ("dataset", "SQuAD", "SQuAD 2.0"),
        ("dataset", "CoNLL 2003", "CoNLL 2000"),
        ("dataset", "CIFAR-10", "CIFAR-100"),
        ("dataset", "FB15k", "FB15k-237"),
        ("dataset", "SST-2", "SST-5"),
        ("dataset", "Penn Treebank", "Penn Treebank (Character Level)"),
        ("dataset", "MNLI-m", "MNLI-mm"),
        ("metric", "F1", "EM"),
        ("metric", "F1", "F0.5"),
        ("metric", "F1", "macro F1"),
        ("metric", "BLEU", "cased BLEU"),
        ("metric", "top-1 accuracy", "top-5 accuracy"),
        ("split", "dev", "test"),
    ],
)
def test_names_of_different_things_do_not_meet(kind: Kind, one: str, other: str):
    assert canonical(kind, one) != canonical(kind, other)
    first, second = ({n.canonical for n in find_names(name) if n.kind == kind} for name in (one, other))
    assert first and second and first.isdisjoint(second)


def test_directions_of_a_translation_are_different_data_sets():
    pairs = [language_pair(t) for t in ("English-German", "En→De", "En-Fr", "no pair")]
    assert pairs == ["En-De", "En-De", "En-Fr", None]
    assert paired("WMT 2014", "En-De") == "WMT 2014 En-De" != paired("WMT 2014", "En-Fr")
    assert paired("SQuAD", "En-De") == "SQuAD"


def test_a_word_is_no_name_within_another_word_or_where_it_means_something_else():
    assert find_names("the raced memory of a particular spider") == ()
    assert not said("CNN + LSTM with a detection head").of("dataset")
    assert not said("feature map of size 3").of("metric")
    assert [n.canonical for n in find_names("mAP")] == ["mAP"]
    assert said("pre - training on text").of("split") == ()


def test_a_name_that_is_not_known_is_tidied_and_folds_to_itself():
    assert canonical("dataset", "My  New-Set 2.1") == "My New-Set 2.1"
    assert folded("My New-Set 2.1") == folded("my newset 2.1") != folded("My New-Set 2.2")


def test_every_name_of_the_vocabulary_is_found_as_itself():
    missed = [name for name in tasks_of_datasets() if name not in {n.canonical for n in find_names(name)}]
    assert missed == []


def test_directions_of_metrics():
    assert lower_is_better("perplexity") and lower_is_better("error rate") and not lower_is_better("F1")


def test_hostile_text_costs_little():
    start = time.perf_counter()
    for text in ("F1 " * 100_000, "@" * 100_000, "A-" * 50_000, "(" * 50_000, "[1" * 50_000, "Smith et al. " * 20_000):
        said(text[:10_000])
        find_names(text)
        folded(text)
    assert time.perf_counter() - start < 2
