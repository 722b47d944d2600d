"""Each public form of one stored record: seconds to make it, bytes, and of the PDF pages.

python -m benchmarks.exports ID
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium

from sovereign.publish import FORMATS, render_bytes, write_all
from sovereign.settings import load
from sovereign.store import open_of

REPEATS = 5


def main(record_id: str) -> int:
    """Print the figures."""
    with open_of(load()) as store:
        record, artifact = store.records.load(record_id), store.artifacts.get
        for name in FORMATS:
            seconds = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                data = render_bytes(record, name, artifact=artifact)
                seconds.append(time.perf_counter() - start)
            pages = f"  {len(pdfium.PdfDocument(data))} pages" if name == "pdf" else ""
            print(f"{name:8}{median(seconds):7.3f} s {len(data):11,} bytes{pages}")
        seconds = []
        for _ in range(REPEATS):
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                write_all(record, Path(folder), artifact=artifact)
                seconds.append(time.perf_counter() - start)
        print(
            f"all     {median(seconds):7.3f} s, written to a folder, {min(seconds):.3f} to {max(seconds):.3f} of {REPEATS}"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"typesetting takes {peak:.0f} MB at its peak, in a process of its own")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
