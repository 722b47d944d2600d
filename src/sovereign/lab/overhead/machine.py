"""What the machine is and has, read without torch."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .results import Config, Environment

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
# What a figure can depend on; shown with every result.
LIBRARIES = ("sovereign-research", "torch", "transformers", "peft")


def usable() -> list[int]:
    """Numbers of the processors that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def cores() -> int:
    """How many processors this process may use."""
    return len(usable())


def processor() -> str:
    """The processor's name as the system gives it."""
    return _cpuinfo().get("model name") or platform.processor() or platform.machine()


def fast_bf16() -> bool:
    """Whether the processor multiplies bf16 numbers itself, rather than by way of fp32."""
    flags = f" {_cpuinfo().get('flags', '')} {_cpuinfo().get('Features', '')} "
    return any(f" {flag} " in flags for flag in ("avx512_bf16", "amx_bf16", "bf16"))


def memory_bytes() -> int:
    """All memory of the machine, in bytes; 0 where the system does not say."""
    try:
        return _meminfo("MemTotal") or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def free_bytes() -> int:
    """Memory that can be had without swapping, in bytes; half of all where the system does not say, as macOS."""
    return _meminfo("MemAvailable") or memory_bytes() // 2


def cache_bytes() -> int:
    """Size of the last-level cache in bytes; 0 where the system does not say."""
    sizes = [0]
    for place in CACHES.glob("index*/size"):
        with suppress(OSError, ValueError):  # some containers show the file and do not let it be read
            text = place.read_text("ascii").strip()
            unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:], 1)
            sizes.append(int(text.rstrip("KMG")) * unit)
    return max(sizes)


def environment(config: Config, device: str, native_mixlora: bool, isolation: str) -> Environment:
    """All that a reader must know of where something was measured. ``device`` is its name; ``isolation`` the sandbox's."""
    return Environment(
        device=device,
        processor=processor(),
        cores=cores(),
        threads=config.threads,
        memory_bytes=memory_bytes(),
        cache_bytes=cache_bytes(),
        dtype=config.dtype,
        fast_bf16=fast_bf16(),
        native_mixlora=native_mixlora,
        isolation=isolation,
        libraries=libraries(),
        python=platform.python_version(),
        platform=platform.platform(),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def libraries() -> dict[str, str]:
    """Versions of what a figure can depend on."""
    return {name: found for name in LIBRARIES if (found := installed(name))}


def installed(name: str) -> str | None:
    """The version of a package, or None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cpuinfo() -> dict[str, str]:
    """The first processor of /proc/cpuinfo; empty where there is none."""
    return _colons(Path("/proc/cpuinfo"))


def _meminfo(name: str) -> int:
    value = _colons(Path("/proc/meminfo")).get(name, "0 kB")
    return int(value.split()[0]) * 1024


def _colons(path: Path) -> dict[str, str]:
    """Lines "name : value", up to the first empty one."""
    try:
        text = path.read_text("utf-8", "replace").split("\n\n", 1)[0]
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}
