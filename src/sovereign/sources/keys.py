"""Keys and contact of the providers, from the environment, under the names that users have them by."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sovereign.errors import InputError

_LIBRARY_TYPES = {"": "users", "user": "users", "users": "users", "group": "groups", "groups": "groups"}


@dataclass(frozen=True)
class Keys:
    """What the providers know a user by, empty where there is nothing. None of it is ever shown or written to a record.

    ``contact`` is an e-mail address; ``zotero_library`` is ``users/<number>`` or ``groups/<number>``.
    """

    semantic_scholar: str = field(default="", repr=False)
    openalex: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    zotero: str = field(default="", repr=False)
    zotero_library: str = field(default="", repr=False)


def read_keys(environment: Mapping[str, str] | None = None) -> Keys:
    """The keys in ``environment`` (that of the process if None).

    Raises:
        InputError: if a value cannot be sent. The message names the variable and never its value.
    """
    given = os.environ if environment is None else environment

    def first(
        *names: str, form: str = r"[!-~]*", wanted: str = "letters, figures and signs of ASCII, no blanks"
    ) -> str:
        name = next((name for name in names if given.get(name, "").strip()), names[0])
        value = given.get(name, "").strip()
        if not re.fullmatch(form, value):
            raise InputError(f"the value of {name} cannot be used", f"It has to be: {wanted}. Correct it, or unset it.")
        return value

    contact = first("CROSSREF_MAILTO", form=r"(?:[!-~]+@[!-~]+)?", wanted="an e-mail address")
    own = first("ZOTERO_USER_ID", form=r"[0-9]*", wanted="a number")
    library = first("ZOTERO_LIBRARY_ID", form=r"[0-9]*", wanted="a number")
    kind = first("ZOTERO_LIBRARY_TYPE", form=r"(?i:users?|groups?)?", wanted="user or group").lower()
    number = library or ("" if _LIBRARY_TYPES[kind] == "groups" else own)
    return Keys(
        semantic_scholar=first("S2_API_KEY", "SEMANTIC_SCHOLAR_API_KEY"),
        openalex=first("OPENALEX_API_KEY"),
        contact=contact,
        zotero=first("ZOTERO_API_KEY"),
        zotero_library=f"{_LIBRARY_TYPES[kind]}/{number}" if number else "",
    )
