"""The write side: for the owner alone, and only where it was switched on."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from sovereign.errors import InputError
from sovereign.records import OwnerDecision, Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.site.http import limits
from sovereign.site.owner import actions, questions, sessions
from sovereign.site.owner.questions import QuestionIn, Questions
from sovereign.site.owner.token import read_token
from sovereign.store import open_store

TOKEN = "a-token-of-these-tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}
HERE = {"origin": "http://127.0.0.1"}


@pytest.fixture
def owned(site_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site of its own, of which the token is set."""
    monkeypatch.setenv("SOVEREIGN_HOME", str(site_home))
    monkeypatch.setenv("SOVEREIGN_OWNER", "Ada")
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "none")
    with open_store(site_home) as store:
        catalog = open_catalog(site_home)
        catalog.sync(store)
        yield Site(store, catalog, Options(token=TOKEN))
        catalog.close()


@pytest.fixture
def asking(owned: Site) -> TestClient:
    """Asks that site, from a browser that knows nothing yet."""
    return TestClient(make_app(owned), base_url="http://127.0.0.1")


def form_of(page: str) -> str:
    """What stands in the forms of a page."""
    return re.findall(r'name="form" value="([^"]+)"', page)[0]


def sign_in(client: TestClient) -> str:
    """Sign in; gives what the forms of this session hold."""
    answer = client.post("/owner/sign-in", data={"token": TOKEN}, headers=HERE)
    assert answer.status_code == 200 and answer.history[0].status_code == 303
    return form_of(answer.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/owner", 404),
        ("POST", "/owner/sign-in", 404),
        ("GET", "/api/v1/questions", 403),
        ("POST", "/api/v1/records/x/decisions", 403),
    ],
)
def test_without_a_token_nobody_writes(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, headers=BEARER | HERE, json={"outcome": "APPROVED", "reason": "x"})
    assert answer.status_code == status and "SOVEREIGN_SITE_TOKEN" in answer.text


def test_the_token_is_read_and_never_shown(tmp_path: Path) -> None:
    assert read_token({}) == ""
    assert read_token({"SOVEREIGN_SITE_TOKEN": f" {TOKEN} "}) == TOKEN
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    assert read_token({"SOVEREIGN_SITE_TOKEN_FILE": str(file)}) == TOKEN
    file.write_text("")
    for given in ("short", "with a space in between", "x" * 15, "ä" * 20):
        file.write_text(given)
        for environment in ({"SOVEREIGN_SITE_TOKEN": given}, {"SOVEREIGN_SITE_TOKEN_FILE": str(file)}):
            with pytest.raises(InputError) as caught:
                read_token(environment)
            assert given not in caught.value.message + caught.value.advice
    with pytest.raises(InputError):
        read_token({"SOVEREIGN_SITE_TOKEN_FILE": str(tmp_path / "nowhere")})
    assert TOKEN not in repr(Options(token=TOKEN))


def test_only_the_right_token_is_let_in(asking: TestClient) -> None:
    assert asking.get("/api/v1/questions").status_code == 401
    for wrong in (TOKEN + "x", TOKEN[:-1], "", "ä"):
        answer = asking.get("/api/v1/questions", headers={b"authorization": f"Bearer {wrong}".encode("latin-1")})  # type: ignore[dict-item]
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    right = asking.get("/api/v1/questions", headers=BEARER)
    assert (right.status_code, right.json()) == (200, [])
    assert right.headers["cache-control"] == "no-store" and "access-control-allow-origin" not in right.headers
    # What the owner was told is not kept for the next one.
    assert asking.get("/api/v1/questions").status_code == 401


def test_the_token_is_compared_in_constant_time(asking: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    asking.get("/api/v1/questions", headers={"authorization": "Bearer x"})
    asking.get("/api/v1/questions", headers=BEARER)
    # Hashes of one length, whatever the length of what was given.
    assert compared == [(32, 32), (32, 32)]


def test_who_guesses_waits_and_the_owner_elsewhere_does_not(owned: Site) -> None:
    app = make_app(owned)
    guessing = TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.1", 1))
    answers = [guessing.get("/api/v1/questions", headers={"authorization": f"Bearer {n}"}) for n in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 13
    assert guessing.get("/api/v1/questions", headers=BEARER).status_code == 429
    owner = TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.2", 1))
    assert owner.get("/api/v1/questions", headers=BEARER).status_code == 200
    # The address is that of the connection: what a header says of it is not believed.
    forwarded = {"authorization": "Bearer x", "x-forwarded-for": "192.0.2.9", "forwarded": "for=192.0.2.9"}
    assert guessing.get("/api/v1/questions", headers=forwarded).status_code == 429


def test_a_decision_stands_in_the_ledger_once(asking: TestClient, owned: Site, record: Record) -> None:
    path = f"/api/v1/records/{record.short_id}/decisions"
    before = owned.store.ledger.head().count
    for reason in ("", "   ", "\x1b[31m"):
        answer = asking.post(path, headers=BEARER, json={"outcome": "APPROVED", "reason": reason})
        assert answer.status_code in (400, 422)
    assert owned.store.ledger.head().count == before
    given = {"outcome": "APPROVED", "reason": "read, and <b>right</b>"}
    first, second = (asking.post(path, headers=BEARER, json=given) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201) and first.json() == second.json()
    assert first.json()["by"] == "Ada"
    events = owned.store.ledger.events(str(record.id))[before - owned.store.ledger.head().count :]
    assert [(e.kind, e.payload["outcome"]) for e in events] == [("owner.decided", "APPROVED")]
    assert asking.get("/api/v1/records").json()["items"][0]["stands"] is True
    assert asking.post(path.replace(record.short_id, "SRCH:00000000"), headers=BEARER, json=given).status_code == 404


def test_two_at_once_are_one_after_the_other(owned: Site, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    given = actions.DecisionIn(outcome="APPROVED", reason="Read.")
    asked, both = owned.store.records.decisions, Barrier(2)

    def slowly(record_id: UUID, version: int) -> tuple[OwnerDecision, ...]:
        found = tuple(asked(record_id, version))
        with suppress(BrokenBarrierError):  # the other one waits for its turn
            both.wait(0.3)
        return found

    monkeypatch.setattr(owned.store.records, "decisions", slowly)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: actions.decide(owned, record.short_id, given), range(2)))
    assert len(asked(record.id, 1)) == 1 and made[0] == made[1]


def test_a_correction_makes_a_version(asking: TestClient, owned: Site, record: Record) -> None:
    path = f"/api/v1/records/{record.id}/corrections"
    given = {"type": "CLAIM", "note": "It is not in the paper.", "claims": [record.claims[0].id], "from_version": 1}
    made = asking.post(path, headers=BEARER, json=given)
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["correction"]["by"]) == (2, "Ada")
    assert record.claims[0].id in owned.store.records.load(record.id).withdrawn.claims
    assert asking.get("/api/v1/records").json()["items"][0]["version"] == 2
    again = asking.post(path, headers=BEARER, json=given)
    assert again.status_code == 400 and "version 2" in again.json()["title"]
    assert asking.post(path, headers=BEARER, json={**given, "type": "METADATA", "from_version": 2}).status_code == 400
    assert len(owned.store.records.versions(record.id)) == 2


def test_the_pages_decide_and_correct(asking: TestClient, owned: Site, record: Record) -> None:
    form = sign_in(asking)
    assert record.short_id in asking.get("/owner").text
    cookie = asking.post("/owner/sign-in", data={"token": TOKEN}, headers=HERE, follow_redirects=False).headers["set-cookie"]  # fmt: skip
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/owner")) and "Secure" not in cookie
    form, older = form_of(asking.get("/owner").text), form
    assert form != older
    address = f"/owner/records/{record.id}"
    shown = asking.get(address)
    assert form_of(shown.text) == form and shown.headers["cache-control"] == "no-store"
    sent = {"form": form, "outcome": "HELD", "reason": "</p><script>alert(1)</script>"}
    told = asking.post(f"{address}/decisions", data=sent, headers=HERE)
    assert told.history[0].status_code == 303 and "HELD by Ada" in told.text and "<script>alert" not in told.text
    assert "HELD by Ada" not in asking.get(address).text
    claim = record.claims[0].id
    sent = {"form": form, "type": "CLAIM", "note": "not in the paper", "claim": claim, "from_version": "1"}
    assert "is now version 2" in asking.post(f"{address}/corrections", data=sent, headers=HERE).text
    assert "version 1 was looked at" in asking.post(f"{address}/corrections", data=sent, headers=HERE).text
    assert [d.outcome for d in owned.store.records.decisions(record.id, 1)] == ["HELD"]
    assert asking.post("/owner/sign-out", data={"form": form}, headers=HERE).status_code == 200
    assert asking.get(address).status_code == 403


def test_a_form_from_elsewhere_does_nothing(asking: TestClient, owned: Site, record: Record) -> None:
    form = sign_in(asking)
    path, sent = f"/owner/records/{record.id}/decisions", {"outcome": "APPROVED", "reason": "x"}
    before = owned.store.ledger.head()
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site", **HERE},
        {"sec-fetch-site": "same-site"},
        {},
    ):
        assert asking.post(path, data={**sent, "form": form}, headers=headers).status_code == 403
    other = sessions.Session(0.0).form
    for data in (sent, {**sent, "form": ""}, {**sent, "form": other}):
        assert asking.post(path, data=data, headers=HERE).status_code == 403
    assert owned.store.ledger.head() == before


def test_a_session_ends() -> None:
    now = [0.0]
    kept = sessions.Sessions(lambda: now[0])
    first, second = kept.begin(), kept.begin()
    kept.end(first)
    assert kept.of(first) is None and kept.of(second) is not None and kept.of("") is None
    now[0] = sessions.SECONDS
    assert kept.of(second) is None


def test_over_https_the_cookie_is_for_https_alone(owned: Site) -> None:
    app = make_app(Site(owned.store, owned.catalog, Options(token=TOKEN, base_url="https://records.example")))
    client = TestClient(app, base_url="https://records.example")
    answer = client.post(
        "/owner/sign-in", data={"token": TOKEN}, headers={"origin": "https://records.example"}, follow_redirects=False
    )
    assert answer.status_code == 303 and "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_a_large_body_is_not_taken(asking: TestClient) -> None:
    large = b'{"question": "' + b"x" * limits.LARGEST_BODY + b'"}'

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(large), 8_000):
            yield large[start : start + 8_000]

    for body in (large, chunks()):
        assert asking.post("/api/v1/questions", headers=BEARER, content=body).status_code == 413
    assert asking.get("/api/v1/questions", headers=BEARER).json() == []


@pytest.mark.parametrize(
    "given",
    [
        {"question": ""},
        {"question": "  "},
        {"question": "a\x00b"},
        {"question": "x" * 2001},
        {"question": "x", "sources": ["nowhere"]},
        {"question": "x", "sources": ["arxiv"]},
        {"question": "x", "out": "/tmp/x"},
    ],
)
def test_what_is_no_question_is_told(asking: TestClient, given: dict[str, object]) -> None:
    assert asking.post("/api/v1/questions", headers=BEARER, json=given).status_code in (400, 422)
    assert asking.get("/api/v1/questions", headers=BEARER).json() == []


def test_a_question_is_answered_and_its_record_listed(owned: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_SITE_TOKEN", TOKEN)
    monkeypatch.setenv("SOVEREIGN_MAX_PAPERS", "2")
    question = "--no-measure is what LoRA saves?"  # no option, whatever it begins with
    with TestClient(make_app(owned), base_url="http://127.0.0.1") as client:
        form = sign_in(client)
        sent = {"form": form, "question": question}
        for _ in range(2):
            assert "is on the list" in client.post("/owner/questions", data=sent, headers=HERE).text
        assert len(client.get("/api/v1/questions", headers=BEARER).json()) == 1
        deadline = time.monotonic() + 60
        while (found := client.get("/api/v1/questions", headers=BEARER).json()[0])["state"] in ("waiting", "running"):
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        assert found["state"] == "done", found
        listed = client.get("/api/v1/records").json()["items"]
        assert [(row["id"], row["question"]) for row in listed[:1]] == [(found["record"], question)]
        assert f"/owner/records/{found['record']}" in client.get("/owner").text
    record = owned.store.records.load(found["record"])
    assert TOKEN not in record.model_dump_json() and len(record.papers) <= 2


def test_what_was_cut_short_goes_on_at_the_next_start(owned: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []

    def sleeper(todo: questions.Question, home: Path, output: object) -> object:
        begun.append([todo.asked.question, str(todo.run)])
        return real(["sleep", "60"], start_new_session=True)

    real = questions.subprocess.Popen
    monkeypatch.setattr(questions, "_begun", sleeper)
    first = Questions(owned)
    first.submit(QuestionIn(question="one"))
    first.submit(QuestionIn(question="two"))
    second = Questions(owned)
    with pytest.raises(InputError, match="Another server"):
        second.submit(QuestionIn(question="three"))
    while not begun:
        time.sleep(0.02)
    first.stop()
    assert [(one.asked.question, one.state) for one in second.all()] == [("two", "waiting"), ("one", "waiting")]
    second.resume()
    while len(begun) < 2:
        time.sleep(0.02)
    second.stop()
    assert begun == [["one", "None"]] * 2
