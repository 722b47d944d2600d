"""Keys: read under the names that users have them by, and never shown."""

from __future__ import annotations

import pytest

from sovereign.errors import InputError
from sovereign.sources.keys import Keys, read_keys


@pytest.mark.parametrize(
    ("environment", "keys"),
    [
        ({}, Keys()),
        ({"S2_API_KEY": " a ", "SEMANTIC_SCHOLAR_API_KEY": "b"}, Keys(semantic_scholar="a")),
        ({"S2_API_KEY": " ", "SEMANTIC_SCHOLAR_API_KEY": "b"}, Keys(semantic_scholar="b")),
        (
            {"OPENALEX_API_KEY": "c", "CROSSREF_MAILTO": "me@zorgs.example"},
            Keys(openalex="c", contact="me@zorgs.example"),
        ),
        ({"ZOTERO_API_KEY": "z", "ZOTERO_USER_ID": "7"}, Keys(zotero="z", zotero_library="users/7")),
        ({"ZOTERO_LIBRARY_ID": "8", "ZOTERO_USER_ID": "7"}, Keys(zotero_library="users/8")),
        ({"ZOTERO_LIBRARY_ID": "8", "ZOTERO_LIBRARY_TYPE": "Group"}, Keys(zotero_library="groups/8")),
        ({"ZOTERO_USER_ID": "7", "ZOTERO_LIBRARY_TYPE": "group"}, Keys()),
    ],
)
def test_names(environment: dict[str, str], keys: Keys):
    assert read_keys(environment) == keys


def test_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENALEX_API_KEY", "from-outside")
    assert read_keys().openalex == "from-outside"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S2_API_KEY", "s3cret\r\nX-Other: 1"),
        ("SEMANTIC_SCHOLAR_API_KEY", "s3crét"),
        ("CROSSREF_MAILTO", "s3cret"),
        ("ZOTERO_USER_ID", "s3cret/../1"),
        ("ZOTERO_LIBRARY_TYPE", "s3cret"),
    ],
)
def test_a_value_that_cannot_be_sent_is_refused_and_not_shown(name: str, value: str):
    with pytest.raises(InputError, match=name) as caught:
        read_keys({name: value})
    assert "s3cr" not in caught.value.message + caught.value.advice


def test_keys_are_not_shown():
    assert repr(Keys("s3cret", "s3cret", "s3cret", "s3cret", "s3cret")) == "Keys()"
