#!/usr/bin/env python3
"""Checks the hashes and the ledger of an exported record with Python alone: python tools/verify_record.py x.zip [head.json]

A second implementation, on purpose: it shares no line with the package. It does not read what the record says; for quotes,
contracts, levels and signatures use `sovereign verify-record`. Exit code 0: no problem, 1: problems, 2: not readable.
"""

import hashlib
import json
import re
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

BESIDE = {"manifest.json", "manifest.sig.json", "ledger.json", "SHA256SUMS"}


def read(place):
    if place.is_dir():
        return {p.relative_to(place).as_posix(): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(place) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > 1_000_000_000:
            raise ValueError("it unpacks to more than a gigabyte")
        return {name: archive.read(name) for name in archive.namelist()}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def number(value):  # as ECMAScript writes it, which RFC 8785 asks for
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value or 0)), "f").removesuffix(".0")
    return re.sub(r"e([+-])0*", r"e\1", repr(value))


def canonical(value):
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return number(value) if type(value) is float else json.dumps(value, ensure_ascii=False)


def fold(low, high, known, nodes):  # RFC 9162, 2.1: root over the leaves low to high - 1
    if not any(low <= index < high for index in known):
        return bytes.fromhex(next(nodes))
    if high - low == 1:
        return hashlib.sha256(b"\0" + bytes.fromhex(known[low])).digest()
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    left, right = ({i: h for i, h in known.items() if (i < middle) == side} for side in (True, False))
    return hashlib.sha256(b"\1" + fold(low, middle, left, nodes) + fold(middle, high, right, nodes)).digest()


def problems(files, anchor):
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    listed = {a["path"]: a["sha256"] for a in json.loads(files["manifest.json"])["artifact_set"]}
    named = {path: path[10:] for path in files if path.startswith("artifacts/")}
    for by, hashes, left_out in (("SHA256SUMS", sums, {"SHA256SUMS"}), ("manifest.json", listed, BESIDE)):
        for path in sorted({*files, *hashes} - left_out):
            if path not in files or hashes.get(path) != sha(files[path]):
                yield f"{path}: missing, or not as {by} says"
    yield from (f"{path}: not named by its hash" for path in named if named[path] != sha(files[path]))
    ledger, last, told = json.loads(files["ledger.json"]), {"seq": 0, "hash": "0" * 64}, set()
    head, events = ledger["head"], ledger["events"]
    for event in events:
        if sha(canonical({k: v for k, v in event.items() if k != "hash"}).encode()) != event["hash"]:
            yield f"ledger.json: event {event['seq']} was changed"
        if event["seq"] <= last["seq"] or (event["seq"] == last["seq"] + 1 and event["prev_hash"] != last["hash"]):
            yield f"ledger.json: event {event['seq']} does not follow the one before"
        told |= {(event["kind"], event["payload"].get(name)) for name in ("artifact", "manifest_sha256")}
        last = event
    known = {event["seq"] - 1: event["hash"] for event in events}
    fits = known.setdefault(head["count"] - 1, head["hash"]) == head["hash"] and max(known) < head["count"]
    nodes = iter(ledger["nodes"])
    if not fits or fold(0, head["count"], known, nodes).hex() != head["root"] or next(nodes, None) is not None:
        yield "ledger.json: the events do not lead to the root of the head"
    for kind, path in (("record.exported", "manifest.json"), ("record.saved", "record.json")):
        if (kind, sha(files[path])) not in told:
            yield f"{path}: the ledger does not tell of it"
    if anchor not in (None, head):
        yield f"ledger.json: its head is not the one given: {head}"


if __name__ == "__main__":
    try:
        given = json.loads(Path(sys.argv[2]).read_text("utf-8")) if len(sys.argv) > 2 else None
        found = list(problems(read(Path(sys.argv[1])), given))
    except Exception as error:  # whatever a stranger's file can do
        print(f"cannot be checked: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
    print(
        "\n".join(found) or ("verified against the head given" if given else "self-consistent only: no head was given")
    )
    sys.exit(1 if found else 0)
