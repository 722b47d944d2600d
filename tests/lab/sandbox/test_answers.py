"""What a task gives, or fails with; which code it may name; which levels a caller accepts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sovereign.errors import InputError, LabError
from sovereign.lab.sandbox import GUARANTEES, LEVELS, Level, Limits, Task, bubblewrap, run
from sovereign.lab.sandbox.answer import clean

from .conftest import HERE, Run, isolation

# The package itself loads peft and transformers, which takes seconds and has no part in this.
PROBE = """
import sys, types
from pathlib import Path

import sovereign

def loaded(given):
    package = sys.modules["sovereign.mixlora"] = types.ModuleType("sovereign.mixlora")
    package.__path__ = [str(Path(sovereign.__file__).with_name("mixlora"))]
    from sovereign.mixlora import native
    return {"name": str(native.load()._name)}
"""


def test_a_result_comes_back_as_it_was(hostile: Run) -> None:
    given = {"ratio": 1.136, "of": ["a", {"b": None}], "text": "é\n ‮", "count": 174604468224}
    assert hostile("echo", given).result == given


def test_memory_and_time_are_those_of_the_task(hostile: Run) -> None:
    lines: list[str] = []
    small, large = hostile("use", {"bytes": 1}), hostile("use", {"bytes": 300_000_000}, lines.append)
    assert lines == ["a line for you"]
    assert 290_000_000 < large.peak_bytes - small.peak_bytes < 310_000_000
    assert small.peak_bytes < 60_000_000  # not the caller's
    assert 0 < small.seconds < 20


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("raise_it", {}, r"^hostile:raise_it failed: RuntimeError: first line second line ?x+…$"),
        ("leave", {}, r"^hostile:leave failed: SystemExit: 0$"),
        ("leave_at_once", {}, r"^hostile:leave_at_once ended without a result \(exit status 0\)"),
        ("crash", {}, r"^hostile:crash crashed: Segmentation fault \(signal 11\)"),
        ("no_dict", {}, r"returned no result that can be kept: it is of type list, not dict"),
        ("no_json", {"which": "nan"}, r"no result that can be kept: Out of range float"),
        ("no_json", {"which": "huge"}, r"no result that can be kept"),
        ("no_json", {"which": "beyond"}, r"no result that can be kept"),
        ("no_json", {"which": "object"}, r"no result that can be kept: Object of type object is not JSON"),
        ("no_json", {"which": "text"}, r"no result that can be kept"),
        ("not_there", {}, r"failed: AttributeError: module 'hostile' has no attribute 'not_there'"),
        ("forge", {"text": "no JSON"}, r"no result that can be kept"),
        ("forge", {"text": "{}"}, r"no result that can be kept"),
        ("forge", {"text": "[" * 100_000}, r"no result that can be kept"),
        ("forge", {"text": '{"result": {"x": 1e999}, "peak_bytes": 1}'}, r"no result that can be kept"),
        ("forge", {"text": '{"result": {"x": ' + "9" * 5000 + '}, "peak_bytes": 1}'}, r"no result that can be kept"),
        ("forge", {"text": '{"result": {}, "peak_bytes": NaN}'}, r"no result that can be kept"),
        ("forge", {"text": '{"failed": "raised", "message": "\\u001b[31m\\u0007x"}'}, r"failed: x$"),
    ],
)
def test_what_goes_wrong_is_told(hostile: Run, name: str, given: dict[str, str], message: str) -> None:
    with pytest.raises(LabError, match=message) as caught:
        hostile(name, given)
    assert len(caught.value.message) < 600 and caught.value.message.isprintable()
    assert caught.value.advice


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "",
            "hostile",
            "hostile:",
            ":echo",
            "hostile:echo.x",
            "hostile:__class__()",
            "hostile;os:echo",
            "hostile:echo\n",
        ),
        *("../hostile:echo", "..hostile:echo", ".hostile:echo", "a/b:echo", "hostile.py:echo", "hostile.:echo"),
        *("os:system", "subprocess:run", "builtins:eval", "json:loads", "sys:exit", "os.path:join"),
        *("no_such_package:f", "sovereign.no_such_module:f", "hostile.echo:x"),
    ],
)
def test_only_functions_of_installed_packages_are_run(entry: str) -> None:
    with pytest.raises(InputError):
        run(Task(entry=entry, given={}, paths=(HERE,)))


def test_a_folder_that_is_not_named_is_not_imported_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.chdir(HERE)
    with pytest.raises(InputError, match="no module hostile among the installed packages"):
        run(Task(entry="hostile:echo", given={}))


def test_nothing_is_shadowed(level: Level, tmp_path: Path) -> None:
    for name in ("json", "pydantic", "typing", "site"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "sovereign").mkdir()
    (tmp_path / "sovereign" / "__init__.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "mine.py").write_text(
        "import json, pydantic, typing, sovereign\n"
        "def files(given): return {m.__name__: m.__file__ for m in (json, pydantic, typing, sovereign)}"
    )
    found = run(Task(entry="mine:files", given={}, paths=(tmp_path,)), least=level, most=level).result
    assert len(found) == 4
    assert [file for file in found.values() if file.startswith(str(tmp_path))] == []


def test_files_that_cannot_be_given(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for field, value, message in (
        ("reads", (tmp_path / "none",), "is not there"),
        ("reads", (Path("/"),), "cannot be given"),
        ("reads", (Path("/tmp"),), "cannot be given"),
        ("writes", tmp_path / "file", "is not a folder"),
        ("writes", Path("/proc"), "cannot be given"),
        ("writes", Path(sys.prefix).parent, "holds the code that it runs"),
        ("paths", (tmp_path / "file",), "is not a folder"),
    ):
        with pytest.raises(InputError, match=message):
            run(Task(entry="sovereign.version:x", given={}).model_copy(update={field: value}))
    with pytest.raises(InputError, match="cannot be given this"):
        run(Task(entry="sovereign.version:x", given={"x": float("nan")}))


def test_names_through_links(level: Level, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "file").write_text("text")
    link = tmp_path / "link"
    link.symlink_to(real)
    task = Task(entry="hostile:read", given={"paths": [str(link / "file")]}, paths=(HERE,), reads=(link,))
    assert run(task, least=level, most=level).result == {str(link / "file"): "text"}


def test_the_strongest_level_is_taken() -> None:
    first = next(level for level in LEVELS if not isinstance(isolation(level), str))
    found = run(Task(entry="hostile:echo", given={}, paths=(HERE,))).isolation
    assert found.level == first
    assert {*found.held, *found.missing} == set(GUARANTEES)
    assert len(found.why) == LEVELS.index(first)


def test_a_weaker_level_is_refused_or_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    task = Task(entry="hostile:echo", given={}, paths=(HERE,))
    with pytest.raises(LabError, match="cannot isolate it as asked") as caught:
        run(task, least="namespaces")
    assert "bubblewrap" in caught.value.advice
    found = run(task).isolation
    assert found.level != "namespaces" and found.missing
    assert found.why[0] == "namespaces: there is no program bwrap"


def test_a_bubblewrap_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where a kernel permits no user namespaces: the program is there, and ends with a message."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "program", lambda: str(fake))
    found = run(Task(entry="hostile:echo", given={}, paths=(HERE,))).isolation
    assert found.why[0] == "namespaces: bwrap: No permissions to create new namespace"


def test_an_empty_task_is_quick(level: Level) -> None:
    """The best of seven, since a busy machine is no failure; alone it takes less than a tenth of a second."""
    import time

    def seconds() -> float:
        started = time.perf_counter()
        run(Task(entry="hostile:echo", given={}, paths=(HERE,)), least=level, most=level)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(7)) < 0.3


def test_the_worker_loads_nothing_heavy(level: Level, tmp_path: Path) -> None:
    (tmp_path / "loaded.py").write_text("import sys\ndef names(given): return {'names': sorted(sys.modules)}")
    names = run(Task(entry="loaded:names", given={}, paths=(tmp_path,)), least=level, most=level).result["names"]
    assert not {"torch", "pydantic", "numpy", "sovereign"} & set(names)


def test_mixlora_is_compiled_or_taken_from_where_it_is_kept(
    hostile: Run, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs the lab extra")
    from sovereign.mixlora import native

    if native.load() is None:
        pytest.skip("no C compiler with OpenMP")
    (tmp_path / "probe.py").write_text(PROBE)
    task = Task(entry="probe:loaded", given={}, paths=(tmp_path,), limits=Limits(seconds=120, memory_bytes=16 << 30))
    kept = run(task, least=level, most=level).result["name"]
    assert "/.cache/sovereign/mixlora/routed-" in kept
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    assert "routed-" in run(task, least=level, most=level).result["name"]


def test_lines_are_safe_to_show() -> None:
    assert clean("a\x1b[2J\x1b]0;title\x07b\rc\x00 ‮d\ud800") == "ab c d"
    assert clean("x" * 1000) == "x" * 399 + "…"


def test_the_self_test(capsys: pytest.CaptureFixture[str]) -> None:
    from sovereign.lab.sandbox.__main__ import main

    main(["--json"])
    shown = json.loads(capsys.readouterr().out)
    assert [level["level"] for level in shown] == list(LEVELS)
    main([])
    text = capsys.readouterr().out
    assert all(name in text for name in (*LEVELS, *GUARANTEES))
