"""The demonstration: several records that the kernel makes from the starter library, in a home of their own.

They are made one after the other by a process of its own, while the site shows those that are there. The next start finds them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from sovereign.errors import InputError, SovereignError
from sovereign.kernel import Request, run
from sovereign.kernel.correct import Change, correct
from sovereign.kernel.lock import is_locked, locked
from sovereign.kernel.publish import now
from sovereign.records import OwnerDecision, Record
from sovereign.records.seed import seed_claims
from sovereign.settings import load
from sovereign.store import Store, open_store
from sovereign.version import __version__

# A quick one first, so that there is soon something to see; the last one stands on top of the list.
_APPROVED = "How much inference latency does MixLoRA add compared with LoRA?"
_CORRECTED = "Does QLoRA lose accuracy compared with 16-bit fine-tuning?"
QUESTIONS = (
    _CORRECTED,
    "Does routing collapse harm mixture-of-experts fine-tuning?",
    "How does the throughput of MegaBlocks compare with Tutel?",
    _APPROVED,
    "What is the carbon footprint of training MixLoRA on TPUs?",
    "How does the memory use of LoRA compare with full fine-tuning?",
    seed_claims().question,
)
_OWNER = "demonstration"
_LOCK = "demo.lock"


def demo_home() -> Path:
    """Where the demonstration is kept: in the user's cache, apart for each version of this software."""
    return Path(platformdirs.user_cache_dir("sovereign")) / f"demo-{__version__}"


@contextmanager
def making(home: Path) -> Iterator[None]:
    """Make what is missing of the demonstration in the background; the process ends with this context, and can go on another time."""
    with open_store(home) as store:
        whole = _is_whole(store)
    if whole or is_locked(home / _LOCK):  # there, or being made by another server
        yield
        return
    # In a session of its own, so that Ctrl-C reaches the server alone, which then ends it.
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(home)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()


def make(home: Path, **settings: object) -> None:
    """Make what is missing: ask each question that has no record yet, then approve one and correct one, as an owner would.

    ``settings`` are those of the questions; what the environment and the user's settings say does not count here.

    Raises:
        InputError: if another process makes it.
        SovereignError: what asking and deciding raise.
    """
    home.mkdir(parents=True, exist_ok=True)
    try:
        with locked(home / _LOCK):
            _make(home, settings)
    except BlockingIOError:
        raise InputError("Another process makes the demonstration.", "Wait a minute until it is done.") from None


def _make(home: Path, settings: Mapping[str, object]) -> None:
    # A run that was ended with its server is begun anew: it takes seconds.
    shutil.rmtree(home / "runs", ignore_errors=True)
    effective = load({"home": str(home), "measure_seconds": 0, **settings}, environ={})
    with open_store(home) as store:
        for question in QUESTIONS:
            record = _asked(store, question) or run(Request(question, effective), store)
            if question == _APPROVED and not store.records.decisions(record.id):
                reason = "Figures and sources were looked at; what is not verified is said so."
                store.records.decide(
                    OwnerDecision(record_id=str(record.id), outcome="APPROVED", reason=reason, by=_OWNER, at=now())
                )
            if question == _CORRECTED and record.version == 1 and record.answer.cited():
                note = (
                    "Withdrawn to show what a correction does: the claim stays here, marked, and nothing rests on it."
                )
                correct(store, str(record.id), "CLAIM", note, _OWNER, Change(claims=(record.answer.cited()[-1],)))


def _asked(store: Store, question: str) -> Record | None:
    wanted = " ".join(question.split())
    found = next((entry for entry in store.records.newest() if entry.question == wanted), None)
    return store.records.load(found.id) if found else None


def _is_whole(store: Store) -> bool:
    entries = {entry.question: entry for entry in store.records.newest()}
    there = all(" ".join(question.split()) in entries for question in QUESTIONS)
    return there and entries[_CORRECTED].version > 1 and bool(store.records.decisions(entries[_APPROVED].id))


if __name__ == "__main__":
    try:
        make(Path(sys.argv[1]))
    except SovereignError as error:
        sys.exit(f"The demonstration could not be made whole: {error.message} {error.advice}")
