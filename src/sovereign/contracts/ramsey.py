"""Two results of mathematics, computed here: R(3, 3) = 6, and the false statement that R(3, 3) is at most 5, with its counterexample.

They are the examples of ``math-result``. The Ramsey number R(3, 3) is the least n such that every colouring of the edges of the complete
graph K_n in two colours has a triangle in one colour (Greenwood and Gleason 1955).
"""

from __future__ import annotations

import inspect
from itertools import combinations

from ..records import sha256_hex
from .envelope import envelope
from .math_result import (
    LIMITATIONS,
    Checker,
    Coverage,
    KnownCase,
    MathResult,
    MathStatement,
    MathVerification,
    state_facts,
)

_SOURCE = "R. E. Greenwood and A. M. Gleason, Combinatorial relations and chromatic graphs, 1955"


def has_triangle_in_one_colour(colours: list[int], n: int) -> bool:
    """Whether a colouring of K_n has one. ``colours`` are 0 or 1, one for each edge, in the order of combinations(range(n), 2)."""
    if len(colours) != n * (n - 1) // 2 or not set(colours) <= {0, 1}:
        raise ValueError("one colour, 0 or 1, for each edge")
    of = dict(zip(combinations(range(n), 2), colours, strict=True))
    return any(of[a, b] == of[a, c] == of[b, c] for a, b, c in combinations(range(n), 3))


def without_triangle(n: int) -> tuple[list[int] | None, int]:
    """The first colouring of K_n without such a triangle, None if every one has one; and how many were looked at."""
    edges = n * (n - 1) // 2
    for number in range(2**edges):
        colours = [number >> bit & 1 for bit in range(edges)]
        if not has_triangle_in_one_colour(colours, n):
            return colours, number + 1
    return None, 2**edges


def pentagon() -> list[int]:
    """The colouring of K_5 by its two five-cycles: an edge is 0 where its ends are neighbours on the circle."""
    return [0 if (b - a) % 5 in (1, 4) else 1 for a, b in combinations(range(5), 2)]


def examples() -> tuple[MathResult, ...]:
    """The true result and the false one, computed now."""
    return _six(), _at_most_five()


def _six() -> MathResult:
    witness = pentagon()
    found, looked_at = without_triangle(6)
    if has_triangle_in_one_colour(witness, 5) or found is not None:
        raise ArithmeticError("the computation does not give R(3, 3) = 6")
    return MathResult(
        **envelope("math-result", "exhaustive search by the checker that the result carries", *LIMITATIONS),
        result=MathStatement(
            id="ramsey-3-3",
            problem_name="R(3, 3) = 6",
            domain="Ramsey",
            statement="There is a colouring of the edges of K_5 in two colours with no triangle in one colour, and every colouring of the edges of K_6 in two colours has one.",
        ),
        verification=MathVerification(
            **state_facts("COMPUTATIONAL_EVIDENCE"),
            method="python_computation",
            result="no_counterexample",
            n_cases=looked_at,
            counterexample_available=False,
            counterexample=None,
            witness={"n": 5, "colours": witness},
            coverage=Coverage(
                space="colourings of the 15 edges of K_6 in two colours",
                checked=looked_at,
                total=2**15,
                exhaustive=True,
            ),
            known_cases=known_cases(),
            checker=_checker(),
            cpu_seconds=None,
            lean4_source_public=False,
        ),
        artifact_set=(),
        interpretation="The space is finite and was searched whole, so the evidence is as strong as the checker; it is not a formal proof.",
    )


def _at_most_five() -> MathResult:
    found, looked_at = without_triangle(5)
    if found is None:
        raise ArithmeticError("the computation gives no counterexample in K_5")
    return MathResult(
        **envelope("math-result", "search by the checker that the result carries", *LIMITATIONS),
        result=MathStatement(
            id="ramsey-3-3-at-most-5",
            problem_name="R(3, 3) <= 5",
            domain="Ramsey",
            statement="Every colouring of the edges of K_5 in two colours has a triangle in one colour.",
        ),
        verification=MathVerification(
            **state_facts("FALSIFIED"),
            method="python_computation",
            result="falsified",
            n_cases=looked_at,
            counterexample_available=True,
            counterexample={"n": 5, "colours": found},
            witness=None,
            coverage=Coverage(
                space="colourings of the 10 edges of K_5 in two colours, until one without such a triangle",
                checked=looked_at,
                total=2**10,
                exhaustive=looked_at == 2**10,
            ),
            known_cases=known_cases(),
            checker=_checker(),
            cpu_seconds=None,
            lean4_source_public=False,
        ),
        artifact_set=(),
        interpretation="One counterexample refutes a statement on all colourings; the checker confirms it in ten comparisons.",
    )


def known_cases() -> tuple[KnownCase, ...]:
    """Cases that the checker must get right: a triangle of one colour, one of two, and the pentagon."""
    rows = (
        ("K_3, all edges of colour 0", "true", [0, 0, 0], 3),
        ("K_3, two colours", "false", [0, 0, 1], 3),
        ("K_5 coloured by its two five-cycles", "false", pentagon(), 5),
    )
    return tuple(
        KnownCase(case=case, known=known, source=_SOURCE, found=(said := _told(colours, n)), agrees=said == known)
        for case, known, colours, n in rows
    )


def _told(colours: list[int], n: int) -> str:
    return "true" if has_triangle_in_one_colour(colours, n) else "false"


def _checker() -> Checker:
    source = f"from itertools import combinations\n\n\n{inspect.getsource(has_triangle_in_one_colour)}"
    return Checker(
        language="python",
        source=source,
        entry="has_triangle_in_one_colour",
        sha256=sha256_hex(source.encode()),
    )
