"""Validates research crates with the community's validator, offline: ``python tools/validate_crate.py FOLDER``.

It runs in an environment of its own (``make validate-crate``), for its pins are not ours. The validator asks the web for the
context of RO-Crate; here its own cache of answers is filled with the copy that the package ``rocrate`` ships, and it is told to
stay offline. What it says goes to standard output, for each profile and severity; the exit code is 1 if anything required fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.resources import files
from io import BytesIO
from pathlib import Path

CONTEXT = "https://w3id.org/ro/crate/1.3/context"
OTHER_BASE = "ro-crate-1.1_5.3"
"""The validator's Process Run Crate 0.5 stands on RO-Crate 1.1 and wants the crate to say 1.1. This one says 1.3, and is held
against 1.3 for itself. Every other check of that base is made."""
RUNS = (
    ("ro-crate-1.3", "required"),
    ("process-run-crate", "required"),
    ("ro-crate-1.3", "recommended"),
    ("process-run-crate", "recommended"),
)


def fill(cache: Path) -> None:
    """Put the context into the validator's cache, as the answer to a request for it.

    Raises:
        ValueError: if the copy is of another version.
    """
    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter
    from requests_cache import CachedSession
    from urllib3 import HTTPResponse

    body = files("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes()
    if json.loads(body).get("@id") != CONTEXT:
        raise ValueError(f"the package rocrate ships another context than {CONTEXT}")

    class Shipped(BaseAdapter):
        """Answers any request with the shipped context."""

        def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
            answer = Response()
            answer.status_code, answer.url, answer.request = 200, request.url or "", request
            answer.headers["Content-Type"] = "application/ld+json"
            answer.raw = HTTPResponse(BytesIO(body), headers=dict(answer.headers), status=200, preload_content=False)
            return answer

        def close(self) -> None:
            """Nothing is open."""

    session = CachedSession(cache_name=str(cache), backend="sqlite", expire_after=-1)
    session.mount("https://", Shipped())
    session.get(CONTEXT).raise_for_status()
    session.close()


def main(folder: Path) -> int:
    """Validate one crate. Returns 1 if a required check fails."""
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(scratch) / "cache"
        fill(cache)
        for profile, severity in RUNS:
            print(f"== {profile}, {severity}", flush=True)
            program = [str(Path(sys.executable).with_name("rocrate-validator")), "-y", "--disable-color", "validate"]
            options = [
                "--offline",
                "--cache-path",
                str(cache),
                "-np",
                "-p",
                profile,
                "-l",
                severity,
                "-v",
                "--no-paging",
            ]
            options += ["-s", OTHER_BASE] if profile == "process-run-crate" else []
            done = subprocess.run([*program, *options, str(folder)], check=False)
            failed |= done.returncode != 0 and severity == "required"
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
