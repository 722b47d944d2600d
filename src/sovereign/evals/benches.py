"""The benches by name: load, check, count, and one result as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sovereign.errors import InputError
from sovereign.version import __version__

from . import baselines, pubmedqa, scifact, scitab, table_claims
from .calibration import calibration
from .curves import AT_TEN, at_ten, coverage_curve, decisions
from .files import digest
from .folds import fold_of
from .metrics import Counts, confusion, count, figures, flat, intervals
from .pairs import WORDS_ALONE, Checker, Found, Models, Pair, Progress, rules
from .tamper import abstracts, load_twins, measure, sources_of, starter, twins_of

SETS: dict[str, ModuleType] = {"scifact": scifact, "pubmedqa": pubmedqa, "scitab": scitab}
ACROSS: dict[str, str] = {
    "tdms": "sovereign.evals.tdms",
    "scirex": "sovereign.evals.scirex",
    "scitldr": "sovereign.evals.scitldr",
    "qasper": "sovereign.evals.qasper",
    "versions": "sovereign.evals.versions",
    "disagreements": "sovereign.evals.disagreements",
}
"""Benches of evidence in tables, texts and across papers: modules with ``measure(data, limit, progress)`` that gives a result."""
TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ACROSS, ("--data", "--limit")),
    **dict.fromkeys(SETS, ("--data", "--split", "--limit")),
    "tamper": ("--data", "--split", "--limit", "--twins"),
    "scholarqa": ("--data", "--limit", "--library"),
    "injection": ("--limit", "--model"),
    "tribunal": ("--records", "--model"),
}
"""The benches, each with the options that it takes."""
NAMES = tuple(TAKES)
Result = dict[str, Any]


def run(
    name: str,
    data: Path | None = None,
    split: str | None = None,
    limit: int | None = None,
    twins: Path | None = None,
    progress: Progress = lambda text: None,
    models: Models = WORDS_ALONE,
    library: Path | None = None,
    records: Path | None = None,
    model: str | None = None,
    skipped: Callable[[str], None] = lambda text: None,
) -> Result:
    """The result of one bench as plain data: the same for the same data and version.

    With models, the checks without any are among the baselines, as ``words``. ``limit`` takes the first so many claims (of pairs, before
    twins are made of them), questions or passages. ``model`` names a language model, ``skipped`` is told of files left out.

    Raises:
        InputError: for an unknown bench or split, options that do not go together, or data that cannot be used.
    """
    given = {
        "--data": data, "--split": split, "--limit": limit, "--twins": twins, "--library": library, "--records": records,
        "--model": model,
    }  # fmt: skip
    _require(name, [key for key, value in given.items() if value is not None], limit)
    if name == "tamper":
        return _tamper(data, split, limit, twins, progress, models)
    # The next three ask questions, and so load the whole kernel.
    if name == "injection":
        from .injection import measure as hostile
        from .injection import passages

        return {**hostile(model, passages()[:limit], progress), "version": __version__, "limit": limit}
    if name == "tribunal":
        from . import tribunal

        return tribunal.run(records, model, progress, skipped)
    if name in ACROSS:
        measured: Result = import_module(ACROSS[name]).measure(data, limit, progress)
        return {"bench": name, **measured, "version": __version__, "limit": limit}
    if data is None:
        raise InputError(f"{name} needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    if name == "scholarqa":
        from . import scholarqa

        return scholarqa.measure(data, library, limit, progress)
    pairs, paths = _loaded(name, data, split, limit)
    scored = _all_scores(pairs, progress, _fitted_on(name, pairs), models)
    parts: dict[str, list[Pair]] = {}
    if name == "scifact":
        parts = {"new_claims": scifact.new_claims(pairs)}
    if name == "pubmedqa":
        parts = {"balanced": pubmedqa.balanced(pairs), "questions": pubmedqa.questions(data, split)[:limit]}
    tables: Result = {}
    if name == "scitab":
        rows = {"rows_as_sentences" if key == "rules" else key: flat(one["confusion"]) for key, one in scored.items()}
        tables = {"tables": table_claims.measure(scitab.cases(data)[:limit], rows, progress)}
    return {
        "bench": name,
        **scored.pop("rules"),
        **tables,
        "parts": {
            key: {"n": len(part), "checkers": _all_scores(part, progress, _fitted_on(name, part), models)}
            for key, part in parts.items()
        },
        "baselines": scored,
        "n": len(pairs),
        "documents": len({p.group for p in pairs}),
        **_origin(paths, split, limit, models),
    }


def _require(name: str, given: Sequence[str], limit: int | None) -> None:
    """Refuse what does not go together: an option that a bench does not know is an error, not a figure without it."""
    if name not in TAKES:
        raise InputError(f"There is no bench {name!r}.", f"Choose one of {', '.join(NAMES)}.")
    for option in given:
        if option not in TAKES[name]:
            takers = [bench for bench, options in TAKES.items() if option in options]
            raise InputError(f"{option} does not go with {name}.", f"It is for {', '.join(takers)}.")
    if limit is not None and limit < 1:
        raise InputError(f"--limit is {limit}.", "Give a number of at least 1, or leave it out.")


def _loaded(name: str, data: Path, split: str | None, limit: int | None) -> tuple[list[Pair], list[Path]]:
    known = getattr(SETS[name], "SPLITS", ())
    if split is not None and split not in known:
        raise InputError(
            f"{name} has no split {split!r}.", f"Choose {' or '.join(known)}." if known else "Leave --split out."
        )
    paths = SETS[name].files(data)
    pairs = SETS[name].load(data, split)
    if not pairs:
        raise InputError(
            f"{data} holds no pair of {name}{f' of split {split}' if split else ''}.", "Try another split."
        )
    return pairs[:limit], paths


def _fitted_on(name: str, pairs: Sequence[Pair]) -> frozenset[str]:
    """The documents of a set that the checks' weights, or their entailer, were fitted on."""
    return frozenset(p.group for p in pairs) if name in ("scifact", "pubmedqa") else frozenset()


def _checkers(
    pairs: Sequence[Pair], progress: Progress, fitted_on: Collection[str], models: Models
) -> dict[str, Checker]:
    """All checkers; ``fitted_on`` are documents that the checks were fitted on: theirs are weights that did not see them."""

    def fold_for(pair: Pair) -> int | None:
        return fold_of(pair.group.removeprefix(abstracts.PUBMEDQA)) if pair.group in fitted_on else None

    ours: dict[str, Checker] = {"rules": lambda asked: rules(asked, progress, fold_for, models)}
    if any(models):
        ours["words"] = lambda asked: rules(asked, progress, fold_for)
    return ours | {
        "lexical": baselines.lexical,
        "claim_only": baselines.cross_fitted(pairs, blind=True),
        "features": baselines.cross_fitted(pairs),
    }


def _all_scores(
    pairs: Sequence[Pair], progress: Progress, fitted_on: Collection[str], models: Models
) -> dict[str, Result]:
    checkers = _checkers(pairs, progress, fitted_on, models)
    return {name: _scores(pairs, check, progress) for name, check in checkers.items()}


def _scores(pairs: Sequence[Pair], check: Checker, progress: Progress) -> Result:
    """Every figure of one checker on labelled pairs, with its confusion matrix."""
    progress("counting")
    groups: dict[str, Counts] = {}
    answers = check(pairs)
    for pair, found in zip(pairs, answers, strict=True):
        groups.setdefault(pair.group, Counter()).update(count(pair, found))
    whole = sum(groups.values(), Counter[str]())
    decided, (found_at_ten, around) = decisions(pairs, answers), at_ten(pairs, answers)
    return {
        **figures(whole),
        AT_TEN: found_at_ten,
        "intervals": {**intervals(groups, figures), AT_TEN: around},
        "confusion": confusion(whole),
        "curve": coverage_curve(pairs, decided),
        "calibration": calibration(decided),
    }


def answers_of(
    name: str, data: Path, split: str | None = None, models: Models = WORDS_ALONE
) -> tuple[list[Pair], list[Found]]:
    """The pairs of a set, and what the checks say of each: what :func:`run` counts.

    Raises:
        InputError: as :func:`run`.
    """
    if name not in SETS:
        raise InputError(f"There is no set {name!r}.", f"Choose one of {', '.join(SETS)}.")
    pairs, _ = _loaded(name, data, split, None)
    return pairs, _checkers(pairs, lambda text: None, _fitted_on(name, pairs), models)["rules"](pairs)


def _tamper(
    data: Path | None,
    split: str | None,
    limit: int | None,
    given: Path | None,
    progress: Progress,
    models: Models,
) -> Result:
    """Given twins as they are; twins of SciFact's pairs and, where they are too few, of the abstracts that lie beside it;
    without data, twins of the starter library's sentences.

    The weights that did not see a document are for those of SciFact and PubMedQA: no other was used to fit them.
    """
    if given is not None:
        if data is not None or split is not None:
            raise InputError("--twins does not go with --data or --split.", "Twins are scored as they are.")
        twins, sources, pairs, paths = load_twins(given)[:limit], [], list[Pair](), [given]
    elif data is not None:
        pairs, paths = _loaded("scifact", data, split, None)
        sources = sources_of(pairs, "scifact")[:limit]
        twins = twins_of(sources)
        # A split is one of SciFact's, and a limit asks for less, not for more.
        if split is None and limit is None:
            progress("reading abstracts")
            shelves, more = abstracts.shelves(data)
            twins, paths = abstracts.filled(twins, shelves), [*paths, *more]
    else:
        if split is not None:
            raise InputError("--split needs --data.", "Without data the pairs are the starter library's.")
        pairs, paths, sources = [], starter.files(), starter.sources()[:limit]
        twins = twins_of(sources)
    if not twins:
        raise InputError("There are no twins to score.", "Give more pairs or another file.")
    seen = {t.source.group for t in twins if t.source.group.startswith(abstracts.PUBMEDQA)}
    checkers = _checkers(pairs, progress, _fitted_on("scifact", pairs) | seen, models)
    if not pairs:  # nothing to fit a classifier on
        del checkers["claim_only"], checkers["features"]
    scored = {key: measure(twins, check, sources) for key, check in checkers.items()}
    origin = "given" if given else "scifact" if data else "starter_library"
    return {
        "bench": "tamper",
        "source": origin,
        **scored.pop("rules"),
        "baselines": scored,
        **_origin(paths, split, limit, models),
    }


def _origin(paths: Sequence[Path], split: str | None, limit: int | None, models: Models) -> Result:
    return {
        "version": __version__,
        "embedder": models.embedder.name if models.embedder else None,
        "entailer": models.entailer.name if models.entailer else None,
        "data_sha256": digest(paths),
        "split": split,
        "limit": limit,
    }
