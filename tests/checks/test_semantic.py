"""The semantic check finds passages; the checks that decide do not change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sovereign
from sovereign.checks import verify_in_document
from sovereign.checks.semantic import NEAREST, nearest
from sovereign.errors import InputError
from sovereign.evals.pairs import document_of
from sovereign.models import Embedder, embedder
from sovereign.records import Evidence, Verification

if TYPE_CHECKING:
    from sovereign.models.ports import Vectors

pytest.importorskip("numpy")
CLAIM = "Physicians prescribe fewer antibiotics."
SENTENCES = (
    "The trains were late in May.",
    "Doctors handed out less penicillin than before.",
    "Physicians were asked by letter.",
    *(f"Ward {n} was painted in colour {n}." for n in range(8)),
)


def ranked(order: Sequence[str]) -> Embedder:
    """An embedder that has texts the nearer to any claim the earlier they stand in ``order``."""

    def embed(texts: Sequence[str]) -> Vectors:
        import numpy as np

        angles = [order.index(t) + 1 if t in order else 0 if i == 0 else len(order) + 1 for i, t in enumerate(texts)]
        turned = np.array(angles) / (len(order) + 2)
        return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)

    return Embedder("ranked", 2, "", embed)


def found_by(verification: Verification, check: str) -> list[Evidence]:
    return [e for e in verification.evidence if any(c.check == check for c in e.checks)]


def test_nearest_come_first_and_say_so() -> None:
    found = nearest(ranked(SENTENCES[::-1]), CLAIM, SENTENCES)
    assert list(found) == list(range(len(SENTENCES)))[::-1][:NEAREST]
    values = [c.value or 0.0 for c in found.values()]
    assert values == sorted(values, reverse=True)
    assert not any(c.decides for c in found.values())
    assert nearest(ranked([]), CLAIM, []) == {}
    known = nearest(ranked(SENTENCES[::-1]), CLAIM, SENTENCES, range(8, 11))
    assert list(known) == [7, 6, 5, 4, 3] and "number 4 of 11" in known[7].reason


def test_a_sentence_without_a_shared_word_becomes_evidence_and_stays_undecided() -> None:
    document = document_of("Prescribing", SENTENCES)
    without = verify_in_document(CLAIM, document)
    with_it = verify_in_document(CLAIM, document, ranked([SENTENCES[1]]))
    assert SENTENCES[1] not in [e.quote.text for e in without.evidence]
    assert SENTENCES[1] in [e.quote.text for e in found_by(with_it, "semantic")]
    assert with_it.verdict == without.verdict == "NOT_ENOUGH_INFO"
    assert "semantic" not in with_it.deciding


def test_a_denial_that_it_finds_is_judged_as_without_it() -> None:
    document = document_of("Fever", ("The drug does not lower fever.", *SENTENCES))
    claim = "The drug lowers fever."
    without = verify_in_document(claim, document)
    with_it = verify_in_document(claim, document, ranked(["The drug does not lower fever."]))
    assert (with_it.verdict, with_it.deciding, with_it.reason) == (without.verdict, without.deciding, without.reason)
    assert without.verdict == "CONTRADICT"
    kept = {e.quote.text: (e.verdict, e.checks) for e in without.evidence}
    for evidence in with_it.evidence:
        if evidence.quote.text in kept:
            checks = tuple(c for c in evidence.checks if c.check != "semantic")
            assert (evidence.verdict, checks) == kept[evidence.quote.text]


def test_the_setting_switches_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = tmp_path / "paper.txt"
    paper.write_text("\n\n".join(SENTENCES), encoding="utf-8")
    assert not found_by(sovereign.verify(CLAIM, against=paper), "semantic")
    monkeypatch.setenv("SOVEREIGN_VERIFY_EMBEDDER", "fake:")
    assert found_by(sovereign.verify(CLAIM, against=paper), "semantic")
    monkeypatch.setenv("SOVEREIGN_VERIFY_EMBEDDER", "other")
    with pytest.raises(InputError, match="no embedder 'other'"):
        sovereign.verify(CLAIM, against=paper)


def test_a_long_document_is_asked_about_its_sentences_that_share_most_words() -> None:
    asked: list[int] = []
    base = ranked([])

    def embed(texts: Sequence[str]) -> Vectors:
        asked.append(len(texts))
        return base.embed(texts)

    document = document_of("Wards", [f"Ward {n} was painted." for n in range(900)] + [CLAIM])
    found = verify_in_document(CLAIM, document, Embedder("counting", 2, "", embed))
    assert asked == [1 + 500] and found.verdict == "SUPPORT"


def test_the_small_model_finds_other_words() -> None:
    document = document_of("Prescribing", SENTENCES)
    found = found_by(verify_in_document(CLAIM, document, embedder("minilm")), "semantic")
    assert SENTENCES[1] in [e.quote.text for e in found]
