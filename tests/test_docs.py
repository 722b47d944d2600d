"""The documentation says what is there: commands, options, targets, settings, exit codes, dependencies, links."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "docs" / "_build"
PAGES = [ROOT / n for n in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted(p for p in (ROOT / "docs").rglob("*.md") if BUILT not in p.parents)


class Line(NamedTuple):
    """One command line of a page: the page's path in the repository and the words."""

    page: str
    words: tuple[str, ...]


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """Every block and inline token of a page."""
    blocks = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    return tuple(token for block in blocks for token in (block, *(block.children or ())))


@cache
def shell(page: Path) -> tuple[Line, ...]:
    """Command lines in shell blocks and in inline code, without prompt, comment and path of the program."""
    return tuple(_shell(page))


def _shell(page: Path) -> Iterator[Line]:
    for token in tokens(page):
        is_block = token.type == "fence" and token.info.strip() in ("sh", "bash", "console")
        if not is_block and token.type != "code_inline":
            continue
        for text in token.content.replace("\\\n", " ").splitlines():
            try:
                words = shlex.split(text.removeprefix("$ "), comments=True)
            except ValueError:  # inline code need not be a command
                continue
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words:
                yield Line(page.relative_to(ROOT).as_posix(), (words[0].rpartition("/")[2], *words[1:]))


def lines_of(program: str) -> list[Line]:
    """Every line on every page that runs ``program`` with something after it."""
    return [line for page in PAGES for line in shell(page) if line.words[0] == program and len(line.words) > 1]


def python_blocks() -> list[tuple[str, str]]:
    """Page and text of each Python block."""
    return [
        (page.relative_to(ROOT).as_posix(), token.content)
        for page in PAGES
        for token in tokens(page)
        if token.type == "fence" and token.info.strip() == "python"
    ]


def command_of(line: Line) -> tuple[Any, list[str]]:
    """The command that a line names, and the words after it."""
    import typer

    from sovereign.cli import app

    command: Any = typer.main.get_command(app)
    words = list(line.words[1:])
    while getattr(command, "commands", None) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"{line.page}: no command {' '.join(line.words[:2])!r}"
        command = command.commands[words.pop(0)]
    return command, words


def test_pages_are_found() -> None:
    assert len(PAGES) > 10
    assert len(lines_of("sovereign")) > 15
    assert len(lines_of("make")) > 5


@pytest.mark.parametrize("line", lines_of("sovereign"), ids=lambda line: f"{line.page}: {' '.join(line.words)}")
def test_command_lines_exist(line: Line) -> None:
    command, words = command_of(line)
    options = {name: p for p in command.params for name in (*p.opts, *p.secondary_opts) if name.startswith("-")}
    options["--help"] = None
    arguments: list[str] = []
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            arguments.append(word)
            continue
        assert word in options, f"{line.page}: {' '.join(line.words)!r} has an unknown option {word}"
        if options[word] is not None and not options[word].is_flag:
            assert words, f"{line.page}: {word} needs a value"
            words.pop(0)
    places = [p for p in command.params if p.param_type_name == "argument"]
    # A command named in running text need not have its arguments.
    assert len(arguments) <= sum(p.nargs if p.nargs > 0 else 99 for p in places), f"{line.page}: {arguments}"


def test_every_command_is_in_the_reference() -> None:
    import typer

    from sovereign.cli import app

    def walk(command: Any, path: str) -> Iterator[str]:
        children = getattr(command, "commands", None) or {}
        if not children:
            yield path
        for name, child in children.items():
            if not child.hidden:
                yield from walk(child, f"{path} {name}")

    reference = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    missing = [path for path in walk(typer.main.get_command(app), "sovereign") if path not in reference]
    assert not missing


@pytest.mark.parametrize("line", lines_of("make"), ids=lambda line: f"{line.page}: {' '.join(line.words)}")
def test_make_targets_exist(line: Line) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M)) | set(re.findall(r"\bbench-[a-z]+\b", makefile))
    unknown = [w for w in line.words[1:] if not w.startswith("-") and "=" not in w and w not in targets]
    assert not unknown, f"{line.page}: no such target"


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    from sovereign.settings import NAMES, Settings

    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    rows = {name: cell.strip() for name, cell in re.findall(r"^\| `([a-z_]+)` \|([^|]+)\|", page, re.M)}
    assert tuple(rows) == NAMES
    defaults = {n: Settings.model_fields[n].default for n in NAMES if not Settings.model_fields[n].default_factory}
    fixed = {name: "empty" if value == "" else f"`{value}`" for name, value in defaults.items()}
    assert {name: rows[name] for name in fixed} == fixed


def test_exit_codes_are_those_of_the_errors() -> None:
    from sovereign import errors

    classes = [
        c
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, errors.SovereignError | errors.Interrupted)
    ]
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    documented = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| `(\w+)`", page, re.M)}
    assert documented == {c.__name__: c.exit_code for c in classes}


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    names = {re.split(r"[\[=<>~ ]", d)[0] for d in wanted} - {project["name"]}
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| (?:`[\w-]+` \| )?([A-Za-z][\w.-]*) \|", page, re.M)) - {"package", "extra"}
    assert documented == names


def test_locks_hold_the_pins_and_nothing_heavy() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for file, wanted in (
        ("base.txt", project["dependencies"]),
        ("test.txt", [*project["dependencies"], *extras["test"], *extras["docs"]]),
    ):
        text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
        pins = {name.lower(): pin for name, pin in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)}
        locked = {f"{name}=={pin}" for name, pin in pins.items()}
        assert {d.partition(";")[0].strip().lower() for d in wanted} <= locked, (
            f"requirements/{file} is old: run `make lock`"
        )
        assert not {"torch", "transformers", "peft"} & set(pins)
        assert "://" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = [str(t.attrs["href"]) for t in tokens(page) if t.type == "link_open"]
    targets = {link: page.parent / link.partition("#")[0] for link in links if not link.startswith(("http", "#"))}
    assert not [link for link, target in targets.items() if not target.exists()]


@pytest.mark.parametrize(("page", "text"), python_blocks(), ids=lambda value: value[:24])
def test_python_blocks_use_what_is_there(page: str, text: str) -> None:
    import sovereign

    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    for call in calls:
        name = ast.unparse(call.func)
        if not re.fullmatch(r"sovereign\.\w+", name):
            continue
        function = getattr(sovereign, name.partition(".")[2], None)
        assert function is not None, f"{page}: there is no {name}"
        inspect.signature(function).bind(*call.args, **{str(k.arg): k.value for k in call.keywords})


def test_the_command_reference_is_what_the_commands_say() -> None:
    from sovereign.cli.reference import reference

    assert (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8") == reference()
