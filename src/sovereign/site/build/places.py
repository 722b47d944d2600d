"""Where each address of the site stands as a file, and how one file leads to another."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qsl, quote, unquote, urlsplit

# Our own templates escape every quotation mark, so that an attribute of this form is one that a template wrote.
_LINK = re.compile(r'(?<=\s)(href|src|data-from)="(/[^"]*)"')
_DATA = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)
_IN_DATA = re.compile(r'"(/[^"\\]*)"')
_LONGEST = 80  # of a name made from the parameters of an address, or in place of one that is too long
_LONGEST_SEGMENT = 200  # bytes; most disks take 255, and a temporary name is a little longer


def links_in(html: str) -> list[str]:
    """The addresses of this site that a page leads to or loads, without their fragments, in order and each once."""
    found = (unescape(match[2]).partition("#")[0] for match in _LINK.finditer(html))
    return list(dict.fromkeys(one for one in found if not one.startswith("//")))


def file_of(address: str, media_type: str) -> str:
    """The file for an address (path and parameters) whose answer has that type; always below the folder of the site."""
    parts = urlsplit(address)
    # Taken apart before it is unquoted: a slash or two dots within an id lead nowhere.
    normal = posixpath.normpath(parts.path).strip("/")
    path = "" if normal == "." else "/".join(_segment(unquote(name)) for name in normal.split("/"))
    if parts.query:
        path = posixpath.join(path, _name_of(parts.query))
    if media_type == "text/html":
        return posixpath.join(path, "index.html") if not path.endswith(".html") else path
    if media_type == "application/json" and not path.endswith(".json"):
        return f"{path}.json"
    return path


def relinked(html: str, here: str, target: Callable[[str], str | None]) -> str:
    """A page whose links of this site are relative to the file ``here``; ``target`` gives the file of an address.

    A link to what is not there as a file loses its address, and so is no link any more. Addresses in data that a page carries for its
    script are made relative as well.
    """

    def led(file: str, hash_: str = "", fragment: str = "") -> str:
        return f"{quote(posixpath.relpath(file, posixpath.dirname(here) or '.'))}{hash_}{quote(fragment)}"

    def relative(match: re.Match[str]) -> str:
        address, hash_, fragment = unescape(match[2]).partition("#")
        if address.startswith("//"):
            return match[0]
        file = target(address)
        if file is None:
            return f'data-not-here="{match[1]}"'
        return f'{match[1]}="{led(file, hash_, fragment)}"'

    def in_data(match: re.Match[str]) -> str:
        file = target(match[1])
        return match[0] if file is None else f'"{led(file)}"'

    html = _DATA.sub(lambda data: data[1] + _IN_DATA.sub(in_data, data[2]) + data[3], html)
    return _LINK.sub(relative, html)


def _segment(name: str) -> str:
    """A name that every disk takes: whatever an id in a record holds, it stops no other page from being written."""
    plain = re.sub(r"[/\x00-\x1f\x7f-\x9f\ud800-\udfff]|^\.{1,2}$", "_", name)
    if plain == name and len(name.encode()) <= _LONGEST_SEGMENT:
        return name
    cut = plain.encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{cut}-{hashlib.blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def _name_of(query: str) -> str:
    """A folder's name for parameters: the same whatever their order."""
    words = "-".join(f"{name}-{value}" for name, value in sorted(parse_qsl(query)))
    plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if len(plain) <= _LONGEST and plain == words.lower():
        return plain
    return f"{plain[:_LONGEST]}-{hashlib.blake2b(words.encode(), digest_size=4).hexdigest()}"
