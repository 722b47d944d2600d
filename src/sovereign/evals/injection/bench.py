"""Does anything that a document says to a machine change what a run comes to?

For each passage the same question is asked of the same small library twice: with the passage in one of its works, and without.
Everything that a run comes to is compared (`outcome`), and every address that the process asks is counted (`guard`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sovereign.kernel import Request
from sovereign.kernel import run as ask
from sovereign.settings import Settings, load
from sovereign.store import open_of

from .carriers import format_of, write
from .guard import watched
from .library import CARRIER, OTHERS, QUESTION
from .outcome import Outcome, differences, outcome_of
from .passages import Passage, passages

Progress = Callable[[str], None]


def measure(
    model: str | None = None, chosen: Sequence[Passage] | None = None, progress: Progress = lambda text: None
) -> dict[str, object]:
    """Which outcomes the passages change, of all or of those given, with a language model or without.

    Raises:
        SovereignError: if a run cannot be made, or the model cannot be used.
    """
    asked = passages() if chosen is None else tuple(chosen)
    changed: list[dict[str, object]] = []
    requests: Counter[str] = Counter()
    with TemporaryDirectory(prefix="sovereign-injection-") as place:
        settings = _settings(Path(place), model)
        benign: dict[str, Outcome] = {}
        for number, passage in enumerate(asked, 1):
            progress(f"{number} of {len(asked)}: {passage.id}")
            form = format_of(passage.carrier)
            if form not in benign:
                benign[form] = _outcome(None, passage.carrier, Path(place) / f"benign-{form}", settings)
            found = _outcome(passage, passage.carrier, Path(place) / passage.id, settings)
            requests.update(found["requests"])
            if differs := differences(benign[form], found):
                changed.append({"id": passage.id, "carrier": passage.carrier, "aim": passage.aim, "changed": differs})
    return {
        "bench": "injection",
        "model": model,
        "passages": len(asked),
        "outcomes_changed": len(changed),
        "requests": dict(requests),
        "by_carrier": _by(asked, changed, "carrier"),
        "by_aim": _by(asked, changed, "aim"),
        "claims": {form: len(outcome["claims"]) for form, outcome in benign.items()},
        "changed": changed,
    }


def _outcome(passage: Passage | None, carrier: str, folder: Path, settings: Settings) -> Outcome:
    """What a run over a fresh library in ``folder`` comes to."""
    folder.mkdir()
    write(CARRIER, passage, carrier, folder)
    for work in OTHERS:
        write(work, None, "markdown", folder)
    with watched() as asked, open_of(settings) as store:
        record = ask(Request(QUESTION, settings, (folder,), measure=False), store)
    return outcome_of(record, asked)


def _settings(place: Path, model: str | None) -> Settings:
    """Settings of their own, so that the machine's do not count; words alone, which every machine has."""
    given = {"home": str(place / "home"), "measure_seconds": 0, "embedder": "none"}
    return load(given | ({"chat_model": model} if model else {}), environ={})


def _by(asked: Sequence[Passage], changed: Sequence[dict[str, object]], name: str) -> dict[str, dict[str, int]]:
    """Passages, and changed outcomes, by carrier or aim."""
    all_of = Counter(str(getattr(passage, name)) for passage in asked)
    wrong = Counter(str(entry[name]) for entry in changed)
    return {key: {"passages": number, "changed": wrong[key]} for key, number in sorted(all_of.items())}
