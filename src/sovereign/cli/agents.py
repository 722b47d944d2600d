"""``sovereign mcp``: the server for agents, on stdin and stdout."""

from __future__ import annotations

from typing import Annotated

import typer

from sovereign.errors import InputError
from sovereign.settings import load
from sovereign.store import open_of

from .output import guarded


@guarded
def mcp(
    drafts: Annotated[
        bool, typer.Option("--drafts/--no-drafts", help="Show records that neither the policy nor the owner approved.")
    ] = True,
) -> None:
    """Serve records to agents by the Model Context Protocol, on stdin and stdout: search, read, verify a claim, ask."""
    try:
        from sovereign.site.agents import make_server
    except ImportError as error:
        raise InputError(
            f"The server for agents needs a library that is not installed: {error.name}.",
            'Install the extra site: pip install "sovereign-research[site]".',
        ) from error
    from sovereign.site.catalog import open_catalog
    from sovereign.site.context import Options, Site

    settings = load()
    with open_of(settings) as store:
        catalog = open_catalog(settings.home, settings.store_url)
        try:
            catalog.sync(store)
            make_server(Site(store, catalog, Options(drafts=drafts)), settings).run("stdio")
        finally:
            catalog.close()
