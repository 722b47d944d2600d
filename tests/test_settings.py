from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.settings import NAMES, Settings, description, lines, load


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: str(tmp_path / name))
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    settings = load(environ={})
    assert settings.model_dump(exclude={"origins"}) == {
        "home": tmp_path / "sovereign",
        "store_url": "",
        "owner": "ada",
        "max_papers": 19,
        "budget_seconds": 600.0,
        "seed": 0,
        "max_question_chars": 2000,
        "max_file_bytes": 50_000_000,
        "max_document_chars": 2_000_000,
        "max_pdf_pages": 500,
        "max_library_files": 20_000,
        "max_archive_bytes": 1_000_000_000,
        "max_read_seconds": 60.0,
        "max_read_megabytes": 1_500,
        "measure_seconds": 60.0,
        "embedder": "minilm",
        "embedder_url": "",
        "index_url": "",
        "verify_embedder": "none",
        "entailer": "own",
        "chat_model": "none",
        "chat_url": "",
        "judge_model": "",
        "judge_url": "",
        "model_max_tokens": 200_000,
        "model_max_cost": 0.0,
        "model_input_price": 0.0,
        "model_output_price": 0.0,
        "model_seconds": 60.0,
        "archive_url": "",
        "record_license": "cc-by-4.0",
        "record_contributor": "",
    }
    assert settings.origins == dict.fromkeys(NAMES, "default")


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert load({"home": tmp_path}, {}).owner == "owner"


def test_each_layer_wins_over_the_one_below_and_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "seed = 1\nmax_papers = 1\nmax_pdf_pages = 1\nbudget_seconds = 5\nowner = ' Ada '\n")
    environ = {
        "SOVEREIGN_HOME": str(tmp_path),
        "SOVEREIGN_MAX_PAPERS": "2",
        "SOVEREIGN_MAX_PDF_PAGES": "2",
        "OTHER": "x",
    }
    settings = load({"max_pdf_pages": 3, "max_file_bytes": None}, environ)
    found = (settings.seed, settings.max_papers, settings.max_pdf_pages, settings.max_file_bytes, settings.owner)
    assert found == (1, 2, 3, 50_000_000, "Ada")
    assert settings.budget_seconds == 5.0
    assert settings.home == tmp_path
    origins = {name: origin for name, origin in settings.origins.items() if origin != "default"}
    assert origins == {
        "home": "environment variable SOVEREIGN_HOME",
        "seed": f"settings file {path}",
        "budget_seconds": f"settings file {path}",
        "owner": f"settings file {path}",
        "max_papers": "environment variable SOVEREIGN_MAX_PAPERS",
        "max_pdf_pages": "command line",
    }


def test_the_home_of_the_command_line_says_which_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a", "seed = 1")
    write(tmp_path / "b", "seed = 2")
    settings = load({"home": str(tmp_path / "b")}, {"SOVEREIGN_HOME": str(tmp_path / "a")})
    assert (settings.seed, settings.origins["home"]) == (2, "command line")


def test_the_default_home_has_a_settings_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda _: str(tmp_path))
    write(tmp_path, "seed = 9")
    assert load(environ={}).seed == 9


def test_a_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load(environ={"SOVEREIGN_HOME": "~/x"}).home == tmp_path / "x"
    assert load({"home": Path("y")}, {}).home == tmp_path / "y"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    settings = load({"home": tmp_path}, {"SOVEREIGN_SEED": ""})
    assert (settings.seed, settings.origins["seed"]) == (0, "default")


def test_an_unknown_name_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "max_paper = 3")
    with pytest.raises(InputError) as caught:
        load({"home": tmp_path}, {})
    assert "'max_paper'" in caught.value.message
    assert str(path) in caught.value.message
    assert "'max_papers'" in caught.value.advice
    path.unlink()
    with pytest.raises(InputError, match="SOVEREIGN_MAX_PAPER"):
        load({"home": tmp_path}, {"SOVEREIGN_MAX_PAPER": "3"})
    with pytest.raises(InputError, match="command line"):
        load({"home": tmp_path, "sede": 3}, {})
    assert load({"home": tmp_path}, {"SOVEREIGN_UNRELATED": "3"}).seed == 0


@pytest.mark.parametrize("text", ["[seed]\nx = 1", "origins = {}", "score_threshold = 1"])
def test_names_that_are_no_settings_in_the_file(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(InputError):
        load({"home": tmp_path}, {})


def test_the_home_cannot_be_set_in_the_file_that_lies_in_it(tmp_path: Path) -> None:
    write(tmp_path, "home = '/elsewhere'")
    with pytest.raises(InputError, match="home cannot be set") as caught:
        load({"home": tmp_path}, {})
    assert "SOVEREIGN_HOME" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max_papers = 'many'", "a whole number of at least 1"),
        ("max_papers = '3'", "a whole number of at least 1"),
        ("max_papers = 0", "a whole number of at least 1"),
        ("max_papers = 2.5", "a whole number of at least 1"),
        ("max_papers = true", "a whole number of at least 1"),
        ("seed = -1", "a whole number of at least 0"),
        ("max_read_seconds = 1e10", "a number above 0 and of at most 86400"),
        ("max_read_megabytes = 10_000_000", "a whole number of at least 256 and of at most 1000000"),
        ("budget_seconds = 0", "a number above 0"),
        ("budget_seconds = inf", "a number above 0"),
        ("budget_seconds = nan", "a number above 0"),
        ("owner = 3", "a text"),
        ("owner = '  '", "a text"),
    ],
)
def test_a_value_that_cannot_be_used_in_the_file(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load({"home": tmp_path}, {})
    assert text.split(" = ")[0] in caught.value.message
    assert str(path) in caught.value.message
    assert expected in caught.value.advice


@pytest.mark.parametrize(("name", "value"), [("SEED", "x"), ("MAX_PAPERS", "0"), ("BUDGET_SECONDS", "nan")])
def test_a_value_that_cannot_be_used_in_the_environment(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        load({"home": tmp_path}, {f"SOVEREIGN_{name}": value})
    assert f"environment variable SOVEREIGN_{name}" in caught.value.message
    assert "number" in caught.value.advice


@pytest.mark.parametrize("overrides", [{"seed": True}, {"seed": 1.5}, {"home": ""}, {"home": 3}, {"seed": "x"}])
def test_a_value_that_cannot_be_used_on_the_command_line(tmp_path: Path, overrides: dict[str, object]) -> None:
    with pytest.raises(InputError, match="command line"):
        load({"home": tmp_path, **overrides}, {})


def test_texts_of_the_command_line_are_read_as_those_of_the_environment(tmp_path: Path) -> None:
    assert load({"home": tmp_path, "seed": "7", "budget_seconds": "1.5"}, {}).budget_seconds == 1.5


def test_broken_files(tmp_path: Path) -> None:
    path = write(tmp_path, "seed = 1\nmax_papers = = 2\n")
    with pytest.raises(InputError, match="line 2"):
        load({"home": tmp_path}, {})
    write(tmp_path, b"seed = 1\n\nowner = '\xff'\n")
    with pytest.raises(InputError, match=r"not UTF-8.*line 3"):
        load({"home": tmp_path}, {})
    write(tmp_path, b"\xef\xbb\xbfseed = 4\r\n")
    assert load({"home": tmp_path}, {}).seed == 4
    write(tmp_path, "seed = " + "[" * 100_000)
    with pytest.raises(InputError, match="not TOML"):
        load({"home": tmp_path}, {})
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        load({"home": tmp_path}, {})


def test_a_home_that_is_a_file_is_left_to_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert load({"home": tmp_path / "file"}, {}).home == tmp_path / "file"


def test_every_setting_has_one_line_that_describes_it(tmp_path: Path) -> None:
    shown = lines(load({"home": tmp_path, "seed": 3}, {}))
    assert tuple(line.name for line in shown) == NAMES
    assert set(NAMES) | {"origins"} == set(Settings.model_fields)
    for line in shown:
        assert line.description == description(line.name)
        assert line.description.endswith(".")
        assert "\n" not in line.description
    assert ("seed", "3", "command line") in {line[:3] for line in shown}


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load({"home": tmp_path}, {})
    with pytest.raises(ValueError, match="frozen"):
        settings.seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("postgresql://me:secret@host:5432/db?password=secret", "postgresql://host:5432/db"),
        ("postgresql://me:secret@[::1]:5432,other/db", "postgresql://[::1]:5432,other/db"),
        ("postgresql://me:sec@secret@host/db", "postgresql://host/db"),
        ("postgresql://me:sec?ret@host/db", "postgresql://…"),
        ("postgresql://host/db?user=a@secret", "postgresql://…"),
        ("postgresql://me:secret", "postgresql://…"),
        ("postgresql:///db", "postgresql:///db"),
        ("host=h password=secret", "…"),
    ],
)
def test_an_address_is_shown_without_what_lets_somebody_in(url: str, shown: str) -> None:
    settings = Settings(index_url=url, embedder_url=url)
    values = {line.name: line.value for line in lines(settings)}
    assert (values["index_url"], values["embedder_url"]) == (shown, shown)
    assert settings.index_url == url
