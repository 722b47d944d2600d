"""The server for agents, spoken to by the protocol's own client."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from sovereign.records import Record
from sovereign.settings import load
from sovereign.site.agents import make_server
from sovereign.site.context import Site
from tests.site.made_site import example_record, made_site

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def call(site: Site) -> Call:
    """Calls one tool, and gives what it answers; an error as ``{"error": …}``."""
    server = make_server(site, load({"home": str(site.store.home)}))

    def one(name: str, **given: object) -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            async with Client(server) as client:
                result = await client.call_tool(name, given)
            text = "".join(getattr(part, "text", "") for part in result.content)
            if result.is_error:
                return {"error": text}
            assert result.structured_content is not None
            return dict(result.structured_content)

        return anyio.run(ask)

    return one


def test_search_leads_to_a_record_and_its_claims(call: Call, record: Record) -> None:
    found = call("search_records")
    assert [r["id"] for r in found["records"]] == [str(record.id)] and found["more"] == 0
    said = call("get_record", record=record.short_id)
    assert said["answer_state"] == record.answer.state and said["draft"] is True
    carried = [i for s in said["answer"] for i in s["carried_by"] if i.startswith(str(record.id))]
    claim = call("get_claim", claim=carried[0])
    mine = record.claim(carried[0].rpartition(".")[2])
    assert (claim["text"], claim["verdict"], claim["quote"]) == (mine.text, mine.verdict, mine.quote.text)
    assert (claim["quote_start"], claim["quote_end"], claim["text_sha256"]) == (
        mine.quote.start,
        mine.quote.end,
        mine.quote.text_hash,
    )


def test_claims_are_found_and_the_rest_is_counted(call: Call, record: Record) -> None:
    found = call("search_claims", limit=2)
    assert len(found["claims"]) == 2 and found["more"] == len(record.claims) - 2


def test_a_claim_is_verified_against_a_text(call: Call) -> None:
    text = "We train the adapter on one card.\n\nThe adapter needs 6 GB of memory, and full fine-tuning needs 24 GB."
    right = call("verify_claim", claim="The adapter needs 6 GB of memory.", text=text)
    wrong = call("verify_claim", claim="The adapter needs 60 GB of memory.", text=text)
    assert right["verdict"] == "SUPPORT" and wrong["verdict"] == "CONTRADICT"
    assert "6 GB" in right["evidence"][0]["text"] and right["evidence"][0]["checks"]


def test_the_id_of_a_claim_may_have_a_dot(tmp_path: Path) -> None:
    made = example_record()
    first = made.claims[0]
    dotted = first.model_copy(update={"id": "C1.2"})
    record = made.model_copy(update={"claims": (*made.claims, dotted)})
    record = record.model_copy(update={"content_hash": record.computed_hash()})
    with made_site(tmp_path, [record]) as shown:
        server = make_server(shown, load({"home": str(tmp_path)}))

        async def ask() -> object:
            async with Client(server) as client:
                return (await client.call_tool("get_claim", {"claim": f"{record.id}.C1.2"})).structured_content

        said = anyio.run(ask)
    assert isinstance(said, dict) and said["id"] == f"{record.id}.C1.2"


def test_what_is_not_there_is_told_with_what_to_do(call: Call, record: Record) -> None:
    assert "no record" in call("get_record", record="SRCH:00000000")["error"].lower()
    assert "has no claim" in call("get_claim", claim=f"{record.id}.C999")["error"]
    assert "error" in call("verify_claim", claim="…", text="A text.")
    assert "error" in call("ask", question="   ")
    assert "not printed" in call("ask", question="\x1b[31mDoes LoRA save memory?")["error"]


def test_the_command_speaks_on_its_streams(made: tuple[Path, Record], site_home: Path) -> None:
    environment = {"SOVEREIGN_HOME": str(site_home), "SOVEREIGN_EMBEDDER": "none", "PATH": os.environ["PATH"]}
    if "PYTHONPATH" in os.environ:
        environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    process = StdioServerParameters(command=sys.executable, args=["-m", "sovereign.cli", "mcp"], env=environment)

    async def talk() -> tuple[set[str], dict[str, Any]]:
        async with Client(stdio_client(process)) as client:
            tools = await client.list_tools()
            answer = await client.call_tool("search_records", {})
            return {tool.name for tool in tools.tools}, json.loads(answer.content[0].text)  # type: ignore[union-attr]

    names, found = anyio.run(talk)
    assert names == {"search_records", "search_claims", "get_record", "get_claim", "verify_claim", "ask"}
    assert [r["id"] for r in found["records"]] == [str(made[1].id)]
