from __future__ import annotations

import pytest

from sovereign.language.metrics import (
    comparative_words,
    mentions,
    metric_of,
    metrics,
    named,
    noun_phrase,
    phase_of,
    phased,
)


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("peak GPU memory", "memory"),
        ("fine tuning time", "training_time"),
        ("decoding speed", "latency"),
        ("trainable parameters", "trainable_parameters"),
        ("13B active parameters", "active_parameters"),
        ("number of parameters", "parameters"),
        ("the load-balancing loss", None),
        ("gradient checkpointing", None),
        ("a checkpoint", "storage"),
        ("parameter-efficient methods", None),
        ("packet loss", None),
        ("short-term memory", None),
        ("the best-performing system", None),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_named(text: str, metric: str | None):
    assert named(text) == metric


def test_the_last_name_may_be_asked_for():
    assert named("memory and latency") == "memory"
    assert named("memory and latency", last=True) == "latency"


def test_mentions_are_in_order_and_do_not_overlap():
    text = "Does it reduce peak memory, word error rate and training time?"
    found = mentions(text)
    assert [(text[a:b], metric) for a, b, metric in found] == [
        ("peak memory", "memory"),
        ("word error rate", "error_rate"),
        ("training time", "training_time"),
    ]


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("during training", "training"),
        ("the backward pass", "training"),
        ("at inference", "inference"),
        ("training and inference", None),
        ("on four cards", None),
    ],
)
def test_phase(text: str, phase: str | None):
    assert phase_of(text) == phase


@pytest.mark.parametrize(
    ("unit", "after", "before", "metric"),
    [
        ("%", " less GPU memory than B", "A takes ", "memory"),
        ("%", "", "A reduces latency by ", "latency"),
        ("%", "", "A cuts requests by ", None),
        ("%", " more time than B", "A takes ", "latency"),
        ("x", " faster than B", "A is ", "latency"),
        ("GB", "", "A takes ", "memory"),
        ("GB", " of disk space", "A takes ", "storage"),
        ("tokens/s", "", "A runs at ", "throughput"),
        ("GPU hours", "", "A takes ", "training_time"),
        ("", " BLEU", "A reaches ", "accuracy"),
        ("", "", "A is ", None),
        ("parameters", "", "A trains ", "parameters"),
    ],
)
def test_metric_of(unit: str, after: str, before: str, metric: str | None):
    assert metric_of(unit, after, before, f"{before}9{after}.") == metric


def test_noun_phrase():
    assert noun_phrase(" less GPU memory and runs") == "GPU memory"
    assert noun_phrase(" of RAM with A") == "RAM"
    assert noun_phrase(" relative improvement in recall over B") == "recall"


def test_latency_in_training_is_training_time():
    assert phased("latency", "of training", "") == "training_time"
    assert phased("latency", "", "at inference") == "latency"
    assert phased("memory", "of training", "") == "memory"


def test_comparative_words_point_to_their_metric():
    words = comparative_words()
    assert words["slower"] == ("latency", "increase")
    assert words["faster"] == ("latency", "decrease")
    assert words["better"] == ("accuracy", "increase")


def test_the_vocabulary_is_consistent():
    table = metrics()
    for metric in table.values():
        assert metric.cost in (1, -1)
        assert metric.inverse is None or table[metric.inverse].inverse == metric.id
        assert metric.turned | metric.weak <= set(metric.names)
        for name in metric.names:
            assert named(name) == metric.id, name
