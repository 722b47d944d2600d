from __future__ import annotations

import pytest

from sovereign.language.comparisons import parse


@pytest.mark.parametrize(
    ("sentence", "batch", "sequence"),
    [
        ("At batch size 8 and sequence length 1,024, Alpha takes 4 s.", 8, 1024),
        ("Alpha takes 4 s with a batch size of 16.", 16, None),
        ("Alpha takes 4 s at batch size 1 and 9 s at batch size 8.", None, None),
        ("Alpha is trained with a context of 32k tokens.", None, None),
        ("Alpha is trained with a context of 2048 tokens.", None, 2048),
    ],
)
def test_keyed_numbers(sentence: str, batch: int | None, sequence: int | None):
    setting = parse(sentence).setting
    assert (setting.batch_size, setting.sequence_length) == (batch, sequence)


@pytest.mark.parametrize(
    ("sentence", "model", "scale"),
    [
        ("On Model-2 7B, Alpha takes 4 s.", "Model-2 7B", 7e9),
        ("Alpha-base takes 4 s.", "Alpha-base", None),
        ("At 11B, the system takes 4 s.", None, 11e9),
        ("A 1.5B model takes 4 s.", None, 1.5e9),
        ("With small data, the system takes 4 s.", None, None),
    ],
)
def test_model_and_scale(sentence: str, model: str | None, scale: float | None):
    setting = parse(sentence).setting
    assert (setting.model, setting.scale and setting.scale.value) == (model, scale)


def test_phase_of_the_opening_comes_first():
    assert parse("At inference, the trained Alpha takes 4 s.").setting.phase == "inference"
    assert parse("During training, Alpha takes 4 s.").setting.phase == "training"
    assert parse("Alpha takes 4 s.").setting.phase is None
