"""What the starter library calls a thing: other names for the subjects of a question, taken from the topics of its notes.

A coined term ("X bridging") stands in few papers. The notes that carry it as a topic carry other topics too; those that most of them
share, and other notes do not, are what the literature calls it. No language model is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from sovereign.errors import SovereignError
from sovereign.language.metrics import mentions
from sovereign.language.words import content_stems
from sovereign.reading.frontmatter import split_front_matter

_SHARE = 0.5  # of the notes of a topic that must have the other
_LIFT = 2.0  # times as often as in all notes
_FEWEST = 3  # notes, or chance decides
_MOST = 2


class Note(NamedTuple):
    """What a note says of its work in short."""

    title: str
    topics: tuple[str, ...]


@cache
def starter_notes() -> tuple[Note, ...]:
    """The notes of the starter library."""
    found = []
    for path in sorted(
        resources.files("sovereign").joinpath("data", "starter_library").iterdir(), key=lambda p: p.name
    ):
        if not path.name.endswith(".md"):
            continue
        try:
            front, _ = split_front_matter(path.read_text("utf-8"), path.name)
        except SovereignError:
            continue
        topics = front.get("topics")
        if isinstance(topics, list):
            found.append(Note(str(front.get("title", "")), tuple(str(topic).replace("-", " ") for topic in topics)))
    return tuple(found)


def other_names(terms: Iterable[str], notes: Sequence[Note]) -> tuple[str, ...]:
    """The topics that most of the notes with the topic of these ``terms`` (stems) share, the commonest first.

    Metrics are left out: a question names its own.
    """
    wanted = frozenset(terms)
    about = [note for note in notes if any(content_stems(topic) == wanted for topic in note.topics)]
    if len(about) < _FEWEST:
        return ()
    everywhere = Counter(topic for note in notes for topic in note.topics)
    here = Counter(topic for note in about for topic in note.topics)
    telling = [
        topic
        for topic, count in here.items()
        if count >= _SHARE * len(about)
        and count / len(about) >= _LIFT * everywhere[topic] / len(notes)
        and content_stems(topic) != wanted
        and not mentions(topic)
    ]
    return tuple(sorted(telling, key=lambda topic: (-here[topic], topic))[:_MOST])
