"""A stand-in for an archive that speaks InvenioRDM's REST API, as its documentation says; strict with what it is sent.

What it does that a client has to live with: an update without ``pids`` gives the reserved DOI back, a second reservation and a
file begun twice are answered 400, a new version is given once until it is published, a draft is gone once it is published,
and the search sees what was done only some seconds later, by a clock that the test moves.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "secret-token-of-the-test"
_TYPES = {"publication-report", "publication-article", "dataset"}
_SCHEMES = {"doi", "arxiv", "urn", "url"}
_RELATIONS = {"cites", "references"}
_FIELDS = {
    "resource_type", "title", "publication_date", "creators", "contributors", "description", "publisher", "version", "languages",
    "rights", "identifiers", "subjects", "related_identifiers",
}  # fmt: skip
_REQUIRED = {"resource_type", "title", "publication_date", "creators", "publisher"}


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors


@dataclass
class Item:
    """One version of one work: a draft, or published."""

    id: str
    parent: str
    index: int
    created: float
    metadata: dict[str, Any]
    files: dict[str, bytes | None] = field(default_factory=dict)
    committed: set[str] = field(default_factory=set)
    doi: str = ""
    published: bool = False
    changed: float = 0.0


@dataclass
class StandIn:
    """The archive. ``lag`` is in seconds of ``now``, which the test moves; ``calls`` are method and path of each request."""

    lag: float = 0.0
    now: float = 0.0
    token: str = TOKEN
    rights: frozenset[str] = frozenset({"write", "actions"})
    items: dict[str, Item] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _index: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    _count: int = 100

    @property
    def published(self) -> list[Item]:
        return [item for item in self.items.values() if item.published]

    @property
    def drafts(self) -> list[Item]:
        return [item for item in self.items.values() if not item.published]

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body for a request."""
        with self.lock:
            parts = urlsplit(target)
            self.calls.append((method, parts.path))
            self.bodies.append(body)
            try:
                status, value = self._route(method, parts.path, parse_qs(parts.query), headers, body)
            except Refused as refused:
                said: dict[str, Any] = {"status": refused.status, "message": refused.message}
                if refused.errors:
                    said["errors"] = refused.errors
                return refused.status, json.dumps(said).encode()
            return status, b"" if value is None else json.dumps(value).encode()

    def _route(
        self, method: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "The server could not verify that you are authorized to access the URL requested.")
        if method != "GET" and "write" not in self.rights:
            raise Refused(403, "Permission denied.")
        if (method, path) == ("GET", "/api/user/records"):
            return 200, self._search(query)
        if (method, path) == ("POST", "/api/records"):
            sent = self._json(headers, body)
            item = self._made(str(self._next()), 1, self._described(sent)[0])
            return 201, self._changed(item, sent)
        found = re.fullmatch(r"/api/records/([0-9]+)(/.*)?", path)
        item = self.items.get(found[1]) if found else None
        if found is None or item is None:
            raise Refused(404, "The persistent identifier does not exist.")
        rest = found[2] or ""
        if rest == "/versions" and method == "POST":
            return 201, self._new_version(item)
        if rest in ("", "/files") and method == "GET":
            if not item.published:
                raise Refused(404, "The persistent identifier is not registered.")
            return 200, self._files(item) if rest else self._shown(item)
        if not rest.startswith("/draft"):
            raise Refused(405, "The method is not allowed for the requested URL.")
        if item.published:
            raise Refused(404, "The draft does not exist.")
        return self._draft(method, rest.removeprefix("/draft"), item, headers, body)

    def _draft(self, method: str, rest: str, item: Item, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        match method, rest:
            case "GET", "":
                return 200, self._shown(item)
            case "PUT", "":
                sent = self._json(headers, body)
                item.metadata, errors = self._described(sent)
                named = (sent.get("pids") or {}).get("doi") or {}
                if named and named.get("identifier") != item.doi:
                    raise Refused(
                        400, "A validation error occurred.", [{"field": "pids.doi", "messages": ["Not ours."]}]
                    )
                if not named:
                    item.doi = ""
                return 200, self._changed(item, sent, errors)
            case "DELETE", "":
                del self.items[item.id]
                return 204, None
            case "POST", "/pids/doi":
                if item.doi:
                    raise Refused(
                        400,
                        "A validation error occurred.",
                        [{"field": "pids.doi", "messages": ["A PID already exists."]}],
                    )
                item.doi = f"10.5072/zenodo.{item.id}"
                return 201, self._changed(item, {})
            case "GET", "/files":
                return 200, self._files(item)
            case "POST", "/files":
                names = [row["key"] for row in self._json(headers, body)]
                if any(name in item.files for name in names):
                    raise Refused(400, f"File with key {names[0]} already exists.")
                item.files |= dict.fromkeys(names)
                return 201, self._files(item)
            case "POST", "/actions/files-import":
                if item.files:
                    raise Refused(400, "Please remove all files first.")
                before = next(i for i in self.published if i.parent == item.parent and i.index == item.index - 1)
                item.files, item.committed = dict(before.files), set(before.committed)
                return 201, self._files(item)
            case "POST", "/actions/publish":
                return 202, self._publish(item)
        return self._file(method, rest, item, headers, body)

    def _file(self, method: str, rest: str, item: Item, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        found = re.fullmatch(r"/files/([^/]+)(/content|/commit)?", rest)
        name = unquote(found[1]) if found else ""
        if found is None or name not in item.files:
            raise Refused(404, "The file does not exist.")
        match method, found[2]:
            case "DELETE", None:
                del item.files[name]
                item.committed.discard(name)
                return 204, None
            case "PUT", "/content":
                if headers.get("content-type") != "application/octet-stream":
                    raise Refused(415, "Unsupported media type.")
                if name in item.committed:
                    raise Refused(403, "The file is complete.")
                item.files[name] = body
                return 200, self._entry(item, name)
            case "POST", "/commit":
                if item.files[name] is None:
                    raise Refused(400, "File upload is not complete.")
                item.committed.add(name)
                return 200, self._entry(item, name)
        raise Refused(405, "The method is not allowed for the requested URL.")

    def _publish(self, item: Item) -> dict[str, Any]:
        if "actions" not in self.rights:
            raise Refused(403, "Permission denied.")
        missing = sorted(_REQUIRED - {name for name, value in item.metadata.items() if value})
        errors = [{"field": f"metadata.{name}", "messages": ["Missing data for required field."]} for name in missing]
        if not item.files or item.committed != set(item.files):
            errors.append({"field": "files.enabled", "messages": ["Missing uploaded files."]})
        if errors:
            raise Refused(400, "A validation error occurred.", errors)
        item.doi = item.doi or f"10.5072/zenodo.{item.id}"
        item.published = True
        return self._changed(item, {})

    def _new_version(self, item: Item) -> dict[str, Any]:
        if not item.published:
            raise Refused(404, "The persistent identifier is not registered.")
        open_one = next((i for i in self.drafts if i.parent == item.parent), None)
        if open_one:
            return self._shown(open_one)
        newest = max((i for i in self.published if i.parent == item.parent), key=lambda i: i.index)
        kept = {k: v for k, v in newest.metadata.items() if k not in ("publication_date", "version")}
        return self._changed(self._made(item.parent, newest.index + 1, copy.deepcopy(kept)), {})

    def _made(self, parent: str, index: int, metadata: dict[str, Any]) -> Item:
        item = Item(str(self._next()), parent, index, self.now, metadata)
        self.items[item.id] = item
        return item

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _changed(
        self, item: Item, sent: Mapping[str, Any], errors: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        shown = self._shown(item)
        self._index.append((self.now, shown))
        return shown | ({"errors": errors} if errors else {})

    def _json(self, headers: Mapping[str, str], body: bytes) -> Any:
        if headers.get("content-type") != "application/json":
            raise Refused(415, "Unsupported media type.")
        return json.loads(body)

    def _described(self, sent: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The metadata as they are taken, and what is wrong with them. What no release knows is refused outright."""
        assert set(sent) <= {"access", "files", "metadata", "pids"}, sorted(sent)
        assert sent["files"] == {"enabled": True} and sent["access"] == {"record": "public", "files": "public"}
        metadata: dict[str, Any] = copy.deepcopy(sent["metadata"])
        assert set(metadata) <= _FIELDS, sorted(set(metadata) - _FIELDS)
        errors = []

        def must(name: str, true: object) -> None:
            if not true:
                errors.append({"field": f"metadata.{name}", "messages": ["Not a valid value."]})
                metadata.pop(name, None)

        must("title", isinstance(metadata["title"], str) and len(metadata["title"]) >= 3)
        must("resource_type", metadata["resource_type"]["id"] in _TYPES)
        must("publication_date", re.fullmatch(r"\d{4}-\d\d-\d\d", metadata["publication_date"]))
        must(
            "creators",
            all(
                c["person_or_org"]["type"] == "organizational" and c["person_or_org"]["name"]
                for c in metadata["creators"]
            ),
        )
        people = metadata.get("contributors", [])
        must(
            "contributors", all(c["person_or_org"]["family_name"] and set(c["role"]) == {"id"} for c in people)
        ) if people else None
        must("description", not re.search(r"<(?!/?p>)", metadata["description"]))
        must("rights", all(re.fullmatch(r"[a-z0-9.+-]+", right["id"]) for right in metadata["rights"]))
        must("languages", all(re.fullmatch(r"[a-z]{3}", lang["id"]) for lang in metadata["languages"]))
        must("subjects", all(set(s) == {"subject"} and s["subject"] for s in metadata["subjects"]))
        must(
            "identifiers",
            all(
                i["scheme"] in _SCHEMES and re.match(r"urn:uuid:[0-9a-f-]{36}$", i["identifier"])
                for i in metadata["identifiers"]
            ),
        )
        related = metadata["related_identifiers"]
        known = all(r["scheme"] in _SCHEMES and r["relation_type"]["id"] in _RELATIONS for r in related)
        must("related_identifiers", known and len({(r["scheme"], r["identifier"]) for r in related}) == len(related))
        return metadata, errors

    def _search(self, query: Mapping[str, list[str]]) -> dict[str, Any]:
        """What the index knows: each item as it was ``lag`` seconds ago."""
        seen: dict[str, dict[str, Any]] = {}
        for at, shown in self._index:
            if at + self.lag <= self.now:
                seen[shown["id"]] = shown
        rows = [row for name, row in seen.items() if name in self.items]
        wanted = query.get("q", [""])[0]
        if wanted:
            found = re.fullmatch(r'metadata\.identifiers\.identifier:"([^"]+)"', wanted)
            assert found, wanted
            rows = [r for r in rows if any(i["identifier"] == found[1] for i in r["metadata"].get("identifiers", []))]
        return {
            "hits": {"hits": rows[::-1][: int(query["size"][0])], "total": len(rows)},
            "sortBy": "newest",
            "links": {},
        }

    def _shown(self, item: Item) -> dict[str, Any]:
        doi = {"doi": {"identifier": item.doi, "provider": "datacite", "client": "datacite"}} if item.doi else {}
        concept = {"doi": {"identifier": f"10.5072/zenodo.{item.parent}", "provider": "datacite", "client": "datacite"}}
        where = "records" if item.published else "uploads"
        return {
            "id": item.id,
            "created": f"2026-11-23T00:{int(item.created) // 60:02}:{int(item.created) % 60:02}",
            "is_published": item.published,
            "is_draft": not item.published,
            "pids": doi,
            "parent": {"id": item.parent, "pids": concept if item.published else {}},
            "versions": {"index": item.index, "is_latest": item.published},
            "metadata": copy.deepcopy(item.metadata),
            "links": {"self_html": f"https://sandbox.zenodo.org/{where}/{item.id}"},
        }

    def _files(self, item: Item) -> dict[str, Any]:
        return {"enabled": True, "entries": [self._entry(item, name) for name in sorted(item.files)], "links": {}}

    def _entry(self, item: Item, name: str) -> dict[str, Any]:
        data, entry = item.files[name], {"key": name, "status": "completed" if name in item.committed else "pending"}
        if data is None:
            return entry
        # A size comes as a number with a point in the answer to a commit.
        return entry | {"checksum": f"md5:{hashlib.md5(data).hexdigest()}", "size": float(len(data))}


Meddle = Callable[[str, str], tuple[int, dict[str, str]] | Literal["drop"] | None]
"""By method and path, what becomes of an answer after the archive has acted: nothing, another one, or no answer at all."""


@contextmanager
def served(archive: StandIn, meddle: Meddle = lambda method, path: None) -> Iterator[str]:
    """The stand-in on a port of this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = archive.answer(self.command, self.path, headers, body)
            fields = {"content-type": "application/json", "retry-after": "60"}  # as Zenodo does, with every answer
            other = meddle(self.command, self.path)
            if other == "drop":
                self.close_connection = True
                return
            if other:
                status, said, fields = other[0], b"{}", fields | other[1]
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
