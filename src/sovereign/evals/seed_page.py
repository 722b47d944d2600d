"""The page of the ten claims, made from its stored result: ``python -m sovereign.evals.seed_page``, in the folder of the project."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sovereign.errors import InputError

from .command import exit_code
from .results import FOLDER, Result, put, read
from .seed_claims import NAME
from .tables import table

PAGE = Path("docs/seed-claims.md")
_CHECKS = ("terms", "number", "unit", "names", "polarity", "direction", "roles", "places", "assertion")
_GATE_WORDS = {
    "passed": "verified: what it says of the code was inspected, and holds",
    "failed": "falsified",
    "proxy_consistent": "not decided: a proxy ran, and is consistent with it",
    "proxy_inconsistent": "not decided: a proxy ran, and is not consistent with it",
    "accounting_not_stated": "not decided: what the figure counts is not stated",
    "needs": "not decided: a run needs what is not here",
    "no_protocol": "not decided: no protocol tests it",
    "not_measured": "not decided: not measured",
    "error": "not decided: the run failed",
}


def page(result: Result) -> str:
    """The whole page; each cell is of the result.

    Raises:
        KeyError: if the result is not of this version.
    """
    claims, ours, original = result["claims"], result["ours"], result["original"]
    gates = Counter((c["gate"] or {}).get("status", "UNVERIFIED") for c in claims)
    texts = Counter(c["own_work"]["verdict"] for c in claims)
    verified = sum(c["verified"] for c in claims)
    undecided = sum(c["own_work"]["verdict"] == "NOT_ENOUGH_INFO" and not c["verified"] for c in claims)
    parts = [
        "# The ten claims of the first record",
        "This project began with a record that answered one question with ten sentences of one abstract. Its page says that all ten are "
        "verified. Here they go through our checks. The page is made by `python -m sovereign.evals.seed_page` from "
        f"`{FOLDER}/{NAME}.json`, which `{result['command']}` measures anew; nothing in it is typed by hand.",
        f"**In short:** there, {original['verified']} of {original['claims']} are verified. Here, {verified} are, all by the gate "
        f"({gates['VERIFIED']} by an exact protocol). By texts, {texts['SUPPORT']} are supported by the work that they were taken from, which "
        f"shows that it says so and verifies nothing, {texts['CONTRADICT'] + texts['MIXED']} are contradicted, and {texts['NOT_ENOUGH_INFO']} are "
        f"not decided. {undecided} of {len(claims)} are decided by neither.",
        "## The records",
        table(("", "the first record", "ours"), _records(original, ours)),
        f"Ours is a run over the starter library ({result['works']} works read, as notes; nothing timed anew), content hash "
        f"`{ours['content_hash'][:16]}`. Its tier: {ours['tier_basis']}.",
        "A *verified* claim of ours has support from other evidence than its own sentence, or an exact protocol that passed; there, a claim is "
        "verified if its TF-IDF cosine with the abstract that it was taken from is 0.15 or more, and that cosine is printed as *confidence*.",
        "## Claim by claim",
        table(("", "claim", "there", "texts of its own work", "other works", "gate", "verified"), _rows(claims)),
        "## Check by check",
        "Each claim against the sentence of its own work that comes nearest. SUPPORT needs every check to pass or not apply; one that does not pass leaves "
        "the claim undecided, unless it alone stands against it. `lexical` is the first record's rule, with its figure; it decides nothing here.",
        table(("", *_CHECKS, "lexical"), _outcomes(claims)),
        *(_told(c) for c in claims),
        "## Quality dimensions of our record",
        table(("dimension", "level", "score", "computed from"), _dimensions(ours)),
    ]
    return "\n\n".join(parts) + "\n"


def _records(original: Result, ours: Result) -> Iterator[Sequence[str]]:
    yield (
        "verification level",
        f"L{original['level']} {original['level_label']}",
        f"L{ours['level']} {ours['level_label']}",
    )
    yield "tier", original["tier"], ours["tier"]
    yield (
        "claims verified",
        f"{original['verified']} of {original['claims']}",
        f"{ours['verified']} of {ours['claims']}",
    )
    yield "claims supported by their source", "not told apart", f"{ours['supported']} of {ours['claims']}"
    yield "claims anchored in a stored text", "not told", f"{ours['anchored']} of {ours['claims']}"
    yield "review score", f"{original['score']:.2f}", "none" if ours["score"] is None else f"{ours['score']:.2f}"
    yield "answer", original["answer"], ours["state"]
    yield "policy", original["policy"], f"{ours['decision']} ({ours['rule']})"
    yield "provenance (a scale of its own)", original["provenance"], ours["provenance"]


def _rows(claims: Sequence[Result]) -> Iterator[Sequence[str]]:
    for c in claims:
        others = Counter(o["verdict"] for o in c["other_works"])
        yield (
            c["id"],
            _cell(c["text"]),
            f"{'verified' if c['printed_verified'] else 'not verified'}, {c['printed_cosine']:.2f}",
            _verdict(c["own_work"]),
            ", ".join(f"{n} {verdict}" for verdict, n in sorted(others.items())) or "none decides it",
            _GATE_WORDS[c["gate"]["code"]] if c["gate"] else "not decided: not run",
            "yes" if c["verified"] else "no",
        )


def _verdict(own: Result) -> str:
    if own["verdict"] in ("NOT_ENOUGH_INFO", "UNCHECKED"):
        return f"not decided ({own['verdict']})"
    return f"{own['verdict']}, from a {own['depth']}" if own["depth"] else str(own["verdict"])


def _outcomes(claims: Sequence[Result]) -> Iterator[Sequence[str]]:
    for c in claims:
        by = {check["check"]: check for check in c["own_work"]["checks"]}
        cells = [by[name]["outcome"].replace("_", " ") if name in by else "not run" for name in _CHECKS]
        lexical = by.get("lexical")
        yield c["id"], *cells, "not run" if lexical is None else f"{lexical['outcome']}, {lexical['value']:.2f}"


def _told(c: Result) -> str:
    own, gate = c["own_work"], c["gate"]
    lines = [f"**{c['id']}.** {_text(c['text'])}", ""]
    lines.append(f"- Texts of its own work: {_verdict(own)}: {_text(own['reason'])}.")
    if own["nearest"]:
        lines.append(f"- Nearest sentence: “{_text(own['nearest'])}”")
    for name in ("lexical",):
        lines += [
            f"- `{x['check']}`: {x['outcome']}, {_text(x['reason'])}" for x in own["checks"] if x["check"] == name
        ]
    if gate:
        match = f", {gate['protocol_match']}" if gate["protocol_match"] else ""
        lines.append(f"- Gate: {gate['status']} ({gate['protocol'] or 'no protocol'}{match}): {_text(gate['reason'])}.")
        if gate["untested"]:
            lines.append(f"- Not tested by it: {'; '.join(f'“{_text(part)}”' for part in gate['untested'])}.")
    same = [
        f"{x['id']} ({x['verdict']}, {'verified' if x['verified'] else 'not verified'}, from a {x['depth']}, rungs {', '.join(map(str, x['rungs']))}, "
        f"{'cited' if x['cited'] else 'not cited'} by the answer)"
        for x in c["in_our_record"]
    ]
    lines.append(f"- In our record: {'; '.join(same) or 'no claim states or denies it; our run does not decide it'}.")
    return "\n".join(lines)


def _dimensions(ours: Result) -> Iterator[Sequence[str]]:
    for name, one in ours["dimensions"].items():
        score = "–" if one["score"] is None else f"{one['score']:.2f}"
        yield name.replace("_", " "), one["level"], score, _cell(one["basis"])


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _text(text: str) -> str:
    """A sentence of a work, so that nothing in it is taken for markup."""
    one_line = " ".join(text.split()).replace("\\", "\\\\")
    for mark in "`*_<[":
        one_line = one_line.replace(mark, f"\\{mark}")
    return one_line.rstrip(".")


def renew(root: Path) -> None:
    """Write ``docs/seed-claims.md`` from its result.

    Raises:
        InputError: if the result is missing or of another version.
        OutputError: if the page cannot be written.
    """
    result = read(root / FOLDER / f"{NAME}.json")
    try:
        text = page(result)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"The result is not of this version: {error!r}.", "Measure it again: python -m sovereign.evals.seed_claims"
        ) from None
    put(text.encode(), root / PAGE)


def main(arguments: list[str] | None = None) -> int:
    """Make the page of a project's folder."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.evals.seed_page", description=main.__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the project")
    options = parser.parse_args(arguments)
    return exit_code(lambda: renew(options.root))


if __name__ == "__main__":
    raise SystemExit(main())
