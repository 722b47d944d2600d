"""Whatever an archive answers: it is understood, or it is refused. And what is sent about a hostile record does no harm."""

from __future__ import annotations

import json
import re
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sovereign.errors import DepositError, InputError
from sovereign.publish.deposit.answers import _ID, Unclear, absorb, explained
from sovereign.publish.deposit.metadata import body
from sovereign.publish.deposit.plan import Call, Entry, Seen, next_call
from sovereign.publish.deposit.state import HeldFile, State, Step, marker
from sovereign.records import Record
from tests.publish.example import SCRIPT

RECORD = UUID("a6718a17-5d2c-4f0e-9a52-0d6a2b4c8e11")
FILE = HeldFile(name="a", size=1, md5="0" * 32, sha256="0" * 64)
STATE = State(
    record_id=RECORD, short_id="SRCH:A6718A17", version=1, archive="https://x.org", marker=marker(RECORD, 1), body={}, files=(FILE,), archive_id="7"
)  # fmt: skip
NAMES = [
    "id", "pids", "doi", "identifier", "identifiers", "metadata", "entries", "key", "checksum", "size", "status", "hits", "parent", "links",
    "self_html", "errors", "messages", "field", "message", "is_published", "versions", "index", "created", "completed", "7", "a",
    f"md5:{'0' * 32}", "10.5072/zenodo.7", STATE.marker, "https://x.org/7",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@given(
    step=st.sampled_from(get_args(Step)),
    answer=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8).map(lambda v: json.dumps(v).encode())
    | st.binary(max_size=40),
    known=st.booleans(),
)
@example(step="files", answer=b'{"entries": [{"key": "a", "checksum": "md5:0", "size": NaN}]}', known=True)
@example(step="files", answer=b'{"entries": [{"key": "a", "size": 1e999}]}', known=True)
@example(step="look", answer=b'{"hits": {"hits": [{"metadata": {"identifiers": [{"identifier": "%s"}]}, "id": "../x"}]}}' % STATE.marker.encode(), known=False)  # fmt: skip
def test_any_answer_is_understood_or_refused(step: Step, answer: bytes, known: bool) -> None:
    state = STATE if known else STATE.model_copy(update={"archive_id": ""})
    seen = Seen(pids={}, entries={"a": Entry("", -1, False)})
    try:
        after, sight = absorb(state, seen, Call(step, "GET", "/x", body=[{"key": "a"}], file="a"), answer)
    except (Unclear, DepositError):
        return
    assert not after.archive_id or _ID.fullmatch(after.archive_id)
    assert re.fullmatch(r"(10\.\d{4,9}/[!-~]+)?", after.doi) and re.fullmatch(r"(https?://[!-~]+)?", after.url)
    call = next_call(after, sight, True)
    assert call is None or re.fullmatch(r"/[!-~]+", call.target)


@given(JSON)
@example({"message": "a\nb\x1b[2J"})
def test_what_an_archive_says_is_one_short_line(answer: Any) -> None:
    said = explained(answer if isinstance(answer, dict) else {"errors": answer})
    assert 0 < len(said) <= 300 and len(said.splitlines()) == 1 and "\x1b" not in said


def test_a_hostile_record_is_described_without_its_markup(record: Record) -> None:
    evil = record.model_copy(update={"question": f"{SCRIPT}<img onerror=x> & \u202e"})
    sent = body(evil, 1, STATE.marker, "2026-11-23", "https://zenodo.org", "cc-by-4.0")["metadata"]
    assert set(re.findall(r"<[^>]*>", sent["description"])) == {"<p>", "</p>"}
    assert "&lt;script&gt;" in sent["description"] and "\u202e" not in json.dumps(sent, ensure_ascii=False)
    assert sent["publisher"] == "Zenodo" and "contributors" not in sent
    named = {(row["scheme"], row["identifier"], row["relation_type"]["id"]) for row in sent["related_identifiers"]}
    assert ("doi", "10.48550/arXiv.2404.15159", "cites") in named and ("arxiv", "arXiv:2405.17741", "cites") in named
    assert all("javascript" not in name for _, name, _ in named)


def test_a_contributor_and_another_archive(record: Record) -> None:
    sent = body(record, 3, STATE.marker, "2026-11-23", "https://archive.example.org", "cc0-1.0", "Lovelace, Ada")[
        "metadata"
    ]
    assert sent["contributors"][0]["person_or_org"] == {
        "type": "personal",
        "family_name": "Lovelace",
        "given_name": "Ada",
    }
    assert (sent["publisher"], sent["version"], sent["rights"]) == ("archive.example.org", "v3", [{"id": "cc0-1.0"}])
    for bad in ("Ada", ",", "Lovelace,", ", Ada"):
        with pytest.raises(InputError, match="record_contributor"):
            body(record, 1, STATE.marker, "2026-11-23", "https://zenodo.org", "cc0-1.0", bad)


def test_markers_differ_by_record_and_version_and_are_the_same_everywhere() -> None:
    assert marker(RECORD, 1) == "urn:uuid:18eb5d43-9c2d-538b-967c-ebe2d3d946fe", "drafts in archives go by it"
    names = {marker(UUID(int=n), version) for n in range(5) for version in range(1, 6)}
    assert len(names) == 25 and all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", name) for name in names)
