"""The small public face: :func:`ask`, :func:`resume` and :func:`verify`."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sovereign.records import Record, Verification


def ask(
    question: str,
    *,
    library: str | PathLike[str] | Iterable[str | PathLike[str]] = (),
    sources: str | Iterable[str] = (),
    measure: bool = True,
    record: str | PathLike[str] | None = None,
    replay: str | PathLike[str] | None = None,
    **settings: object,
) -> Record:
    """Answer a question and keep its record under ``SOVEREIGN_HOME``.

    ``library`` names a file or folder, or several; without any, the starter library is read. ``sources`` names who is asked
    (``library``, ``arxiv``, …): without any, nothing leaves this machine. ``record`` is a folder that takes every exchange
    with them, ``replay`` one that stands for them. Further keywords are settings
    (``max_papers``, ``budget_seconds``, ``home``, …).

    Raises:
        SovereignError: for anything that a person can mend; its ``advice`` says how.
    """
    from sovereign.kernel import Request, run
    from sovereign.settings import load
    from sovereign.store import open_of

    effective = load(settings)
    paths = [library] if isinstance(library, str | PathLike) else library
    with open_of(effective) as store:
        request = Request(
            question,
            effective,
            tuple(map(Path, paths)),
            (sources,) if isinstance(sources, str) else tuple(sources),
            measure,
            Path(record) if record is not None else None,
            Path(replay) if replay is not None else None,
        )
        return run(request, store)


def resume(run_id: str, **settings: object) -> Record:
    """Go on with a run that was stopped or killed, by its short id or UUID.

    Raises:
        SovereignError: for anything that a person can mend; its ``advice`` says how.
    """
    from sovereign.kernel import resume as go_on
    from sovereign.settings import load
    from sovereign.store import open_of

    with open_of(load(settings)) as store:
        return go_on(run_id, store)


def verify(claim: str, *, against: str | PathLike[str]) -> Verification:
    """Hold one claim against one document: verdict, deciding sentence, every check.

    Raises:
        SovereignError: if the claim is empty or the file cannot be read.
    """
    from sovereign.checks import verify_in_document
    from sovereign.kernel import limits_of
    from sovereign.models import embedder, entailer
    from sovereign.reading import read_file
    from sovereign.settings import load

    path, settings = Path(against), load()
    document = read_file(path, path.name, limits_of(settings))
    return verify_in_document(claim, document, embedder(settings.verify_embedder), entailer(settings.entailer))
