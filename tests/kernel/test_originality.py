"""Near-copies: planted ones are found, sentences that say other things are not."""

from __future__ import annotations

import random
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from sovereign.kernel.originality import LEAST_WORDS, Sources, folded, likeness, near_copy, near_title, sources_of
from sovereign.reading import read_file
from sovereign.records import Record
from tests.kernel.conftest import Run

STARTER = Path(str(files("sovereign"))) / "data" / "starter_library"
WIDE = str.maketrans({"a": "ａ", "e": "ｅ", " ": "\u00a0", "-": "‐"})

EDITS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in capitals": str.upper,
    "other code points": lambda text: text.translate(WIDE),
    "a word dropped": lambda text: " ".join(w for i, w in enumerate(text.split()) if i % 9 != 4),
    "one word in five replaced": lambda text: " ".join(
        "other" if i % 5 == 4 else w for i, w in enumerate(text.split())
    ),
    "behind words of our own": lambda text: f"The works that were read say of it that {text}",
    "other punctuation": lambda text: text.replace(",", ";").replace(".", " –"),
    "halves swapped": lambda text: " ".join(
        text.split()[len(text.split()) // 2 :] + text.split()[: len(text.split()) // 2]
    ),
}


@pytest.fixture(scope="module")
def sources() -> Sources:
    return sources_of([read_file(path, path.name) for path in sorted(STARTER.glob("*.md"))[:12]])


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_copied_sentences_are_found_with_small_edits(sources: Sources, edit: str):
    drawn = random.Random(0).sample([one for one in sources.sentences if len(one[1]) >= LEAST_WORDS + 4], 30)
    for text, _ in drawn:
        assert near_copy(EDITS[edit](text), sources) is not None, EDITS[edit](text)


def test_sentences_of_other_works_are_no_copies(sources: Sources):
    held = {words for _, words in sources.sentences}
    others = sources_of([read_file(path, path.name) for path in sorted(STARTER.glob("*.md"))[20:26]])
    fresh = [text for text, words in others.sentences if words not in held]
    flagged = [text for text in fresh if near_copy(text, sources)]
    assert len(fresh) > 40
    assert len(flagged) <= 0.02 * len(fresh), flagged


def test_no_sentence_of_an_abstract_is_flagged_against_all_that_was_read(starter: Run, sources: Sources):
    record: Record = starter.record
    assert not [s.text for s in record.answer.abstract if near_copy(s.text, sources)]
    assert near_title(record.answer.title, sources) is None


def test_a_title_is_found_in_another_form():
    theirs = "MixLoRA: Enhancing Large Language Models with Mixture of Experts"
    sources = Sources(titles=((theirs, folded(theirs)),))
    assert near_title("mixlora – enhancing large language models with mixture‐of‐experts", sources) == theirs
    assert near_title("MixLoRA against LoRA: memory", sources) is None


def test_short_texts_and_empty_ones_are_like_nothing():
    assert likeness((), folded("a b c")) == likeness(("a",), ("a",)) == (0, 0.0, 0.0)
    short = "Memory is low."
    assert len(folded(short)) < LEAST_WORDS
    assert near_copy(short, Sources(sentences=((short, folded(short)),))) is None
