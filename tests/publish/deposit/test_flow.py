"""A deposit from its files to its DOI, and what stops it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from filelock import FileLock

from sovereign.errors import DepositError, InputError, StoreError
from sovereign.publish.deposit import Reply, Terms, staged
from sovereign.publish.deposit.plan import Call
from sovereign.publish.deposit.state import WRITES, folder

from .conftest import ARCHIVE, FILES, Desk
from .standin import Item

MD5S = {name: hashlib.md5(data).hexdigest() for name, data in FILES.items() if isinstance(data, bytes)}


def steps(desk: Desk) -> list[str]:
    return [line.partition(":")[0] for line in desk.said]


def test_a_draft_is_prepared_and_nothing_is_public(desk: Desk) -> None:
    state = desk.deposit()
    (draft,) = desk.archive.drafts
    assert not desk.archive.published and not desk.told()
    assert (state.prepared, state.published, state.archive_id) == (True, False, draft.id)
    assert state.doi == draft.doi == f"10.5072/zenodo.{draft.id}"
    assert draft.files == FILES and draft.committed == set(FILES)
    assert draft.metadata["version"] == "v1" and draft.metadata["publisher"] == "Zenodo"
    assert staged(desk.store, desk.record, ARCHIVE) == state
    upload = ["open", "content", "commit"]
    assert steps(desk) == ["look", "create", "record", "draft", "reserve", "files", *upload * 3, "files", "describe"]


def test_a_second_run_sends_no_file_again(desk: Desk) -> None:
    desk.deposit()
    desk.said.clear()
    desk.deposit()
    assert steps(desk) == ["record", "draft", "files", "describe"]
    assert len(desk.archive.drafts) == 1 and desk.archive.drafts[0].doi


def test_what_is_approved_is_published_once_and_told(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    state = desk.deposit(publish=True)
    (item,) = desk.archive.published
    assert not desk.archive.drafts and item.files == FILES
    (told,) = desk.told()
    assert told == {
        "archive": ARCHIVE,
        "doi": item.doi,
        "concept_doi": f"10.5072/zenodo.{item.parent}",
        "url": f"https://sandbox.zenodo.org/records/{item.id}",
        "record_id": item.id,
        "version": 1,
        "sandbox": True,
        "manifest_sha256": state.manifest_sha256,
        "files": [file.model_dump(mode="json") for file in state.files],
    }
    calls = len(desk.archive.calls)
    assert desk.deposit(publish=True) == state
    assert len(desk.archive.calls) == calls and len(desk.told()) == 1


def test_a_new_version_goes_under_the_same_concept_and_links_what_stayed(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    first = desk.deposit(publish=True)
    desk.correct()
    desk.said.clear()
    files = {**FILES, "record.json": b'{"a": 2}\n'}
    desk.deposit(files)
    assert "import" in steps(desk) and steps(desk).count("content") == 1
    with pytest.raises(DepositError, match="older version"):
        desk.deposit(publish=True)
    desk.approve()
    second = desk.deposit(publish=True)
    assert second.concept_doi == first.concept_doi and second.doi != first.doi
    assert [(i.index, i.files["record.json"]) for i in desk.archive.published] == [
        (1, b'{"a": 1}\n'),
        (2, b'{"a": 2}\n'),
    ]
    assert [told["version"] for told in desk.told()] == [1, 2]
    assert desk.archive.published[1].metadata["version"] == "v2"


def test_a_draft_of_an_older_version_is_gone_on_with(desk: Desk) -> None:
    old = desk.deposit()
    desk.correct()
    new = desk.deposit({"record.json": b"{}"})
    assert (new.version, new.archive_id, len(desk.archive.items)) == (2, old.archive_id, 1)
    assert set(desk.archive.drafts[0].files) == {"record.json"}
    desk.approve()
    assert desk.deposit(publish=True).published
    assert desk.archive.published[0].metadata["version"] == "v2"


def test_an_older_version_that_was_published_unnoticed_is_the_concept_of_the_next(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    path = folder(desk.store.home, desk.record.id, ARCHIVE) / "v1.json"
    before = path.read_bytes()
    desk.archive._publish(desk.archive.drafts[0])  # the answer and all after it was lost
    path.write_bytes(before)
    desk.correct()
    second = desk.deposit({"record.json": b"{}"})
    assert [told["version"] for told in desk.told()] == [1]
    assert second.archive_id != desk.archive.published[0].id and len(desk.archive.items) == 2


@pytest.mark.parametrize("missing", ["record", "deposit", "both", "held", "bytes", "older"])
def test_nothing_is_published_without_both_words_of_the_owner(desk: Desk, missing: str) -> None:
    desk.deposit()
    if missing == "deposit":
        desk.decide()
    elif missing != "both":
        desk.approve()
    if missing == "record":
        desk.decide("REJECTED")
    if missing == "held":
        desk.decide("HELD")
        desk.decide()  # approved again, but what is to be published was not
    if missing == "bytes":
        desk.deposit({"record.json": b"other"}, rebuild=True)
    if missing == "older":
        desk.correct()
    desk.said.clear()
    with pytest.raises(DepositError, match=r"not approved|was approved|older version|other files") as caught:
        desk.deposit(publish=True)
    assert caught.value.advice and caught.value.exit_code == 9
    assert not desk.archive.published and not desk.said


def test_publishing_what_was_never_prepared_is_refused_before_anything_is_sent(desk: Desk) -> None:
    desk.decide()
    with pytest.raises(DepositError, match="not approved"):
        desk.deposit(publish=True)
    assert not desk.archive.calls and staged(desk.store, desk.record, ARCHIVE) is None


def test_a_staged_file_that_was_changed_is_neither_sent_nor_approved(desk: Desk) -> None:
    sent: list[str] = []

    def send(call, content):  # type: ignore[no-untyped-def]
        sent.append(call.step)
        if call.step == "reserve":
            (folder(desk.store.home, desk.record.id, ARCHIVE) / "v1" / "record.json").write_bytes(b"other")
        return Desk.send(desk, call, content)

    desk.send = send  # type: ignore[method-assign]
    with pytest.raises(DepositError, match=r"record\.json was changed") as caught:
        desk.deposit()
    assert "--rebuild" in caught.value.advice and "describe" not in sent
    assert b"other" not in desk.archive.bodies
    assert desk.deposit(FILES, rebuild=True).prepared
    (folder(desk.store.home, desk.record.id, ARCHIVE) / "v1" / "record.json").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        desk.approve()


def test_wrong_and_foreign_files_in_the_draft_are_replaced(desk: Desk) -> None:
    desk.deposit()
    (draft,) = desk.archive.drafts
    draft.files |= {"record.json": b"changed there", "stray.txt": b"x", "begun.txt": None}
    draft.committed |= {"stray.txt"}
    desk.deposit()
    assert draft.files == FILES and draft.committed == set(FILES)


def test_what_is_kept_before_and_after_each_change(desk: Desk) -> None:
    kept: dict[str, tuple[str, str]] = {}
    real = desk.send

    def send(call: Call, content: bytes) -> Reply:
        state = staged(desk.store, desk.record, ARCHIVE)
        assert state
        kept.setdefault(call.step, (state.asked, state.archive_id))
        return real(call, content)

    desk.send = send  # type: ignore[method-assign]
    desk.deposit()
    (draft,) = desk.archive.drafts
    assert kept["look"] == ("", "") and kept["create"] == ("create", "")
    assert kept["record"] == ("", draft.id), "the id is kept before anything else is sent"
    assert {step: asked for step, (asked, _) in kept.items() if asked} == {
        step: step for step in kept if step in WRITES
    }


def test_published_files_that_are_not_ours_are_told(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    real = desk.archive._publish

    def publish(item: Item) -> dict[str, object]:
        shown = real(item)
        item.files["report.html"] = b"<p>y</p>"
        return shown

    desk.archive._publish = publish  # type: ignore[method-assign]
    with pytest.raises(DepositError, match=r"files are not those that were approved: report\.html"):
        desk.deposit(publish=True)
    assert not desk.told()


def test_one_process_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.publish.deposit.state._WAIT_SECONDS", 0.1)
    desk.deposit()
    calls = len(desk.archive.calls)
    with FileLock(desk.store.home / "deposits" / str(desk.record.id) / "lock"):
        for act in (desk.deposit, desk.approve):
            with pytest.raises(DepositError, match="another process"):
                act()
    assert len(desk.archive.calls) == calls and desk.deposit().prepared


def test_other_files_than_those_staged_need_to_be_said(desk: Desk) -> None:
    desk.deposit()
    with pytest.raises(DepositError, match="other files") as caught:
        desk.deposit({"record.json": b"other"})
    assert "--rebuild" in caught.value.advice
    assert desk.deposit({"record.json": b"other"}, rebuild=True).archive_id == desk.archive.drafts[0].id
    assert desk.archive.drafts[0].files == {"record.json": b"other"}


def test_a_published_version_is_not_staged_anew(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    desk.deposit(publish=True)
    for how in ("rebuild", "restart"):
        with pytest.raises(DepositError, match="published already"):
            desk.deposit(FILES, **{how: True})


def test_a_draft_that_was_discarded_in_the_archive(desk: Desk) -> None:
    desk.deposit()
    desk.archive.items.clear()
    with pytest.raises(DepositError, match="404") as caught:
        desk.deposit()
    assert "--restart" in caught.value.advice
    assert desk.deposit(FILES, restart=True).archive_id in desk.archive.items


def test_a_lost_state_finds_the_draft_and_the_publication_again(desk: Desk) -> None:
    path = folder(desk.store.home, desk.record.id, ARCHIVE) / "v1.json"
    first = desk.deposit()
    path.unlink()
    assert desk.deposit() == first
    desk.approve()
    published = desk.deposit(publish=True)
    path.unlink()
    assert desk.deposit(publish=True).doi == published.doi
    assert len(desk.archive.items) == 1


def test_two_archives_do_not_know_of_each_other(desk: Desk) -> None:
    desk.deposit()
    desk.terms = Terms("https://archive.example.org")
    other = desk.deposit(FILES)
    assert len(desk.archive.items) == 1 or other.archive_id  # one stand-in plays both
    assert folder(desk.store.home, desk.record.id, ARCHIVE) != folder(desk.store.home, desk.record.id, other.archive)


def test_a_state_that_was_damaged_is_told(desk: Desk) -> None:
    desk.deposit()
    (folder(desk.store.home, desk.record.id, ARCHIVE) / "v1.json").write_bytes(b"{")
    with pytest.raises(StoreError, match="cannot be read"):
        desk.deposit()


@pytest.mark.parametrize(
    "files",
    [{"../x": b"1"}, {"a/b": b"1"}, {"": b"1"}, {".hidden": b"1"}, {"a b": b"1"}, {f"f{n}": b"1" for n in range(101)}, {"x": Path("/nowhere/x")}],
)  # fmt: skip
def test_files_that_cannot_be_deposited(desk: Desk, files: dict[str, Path | bytes]) -> None:
    with pytest.raises(InputError):
        desk.deposit(files)
    assert not desk.archive.calls
