"""``sovereign serve``: the site, on this machine unless another host is named."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext, suppress
from typing import Annotated

import typer

from sovereign.errors import InputError
from sovereign.settings import load

from .output import clean, err, guarded, out, progress_line
from .records import Json

_NEEDED = 'Install the extra site: pip install "sovereign-research[site]".'


@guarded
def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at. The default is for this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="Port; 0 takes one that is free.")] = 8000,
    base_url: Annotated[
        str, typer.Option("--base-url", help="Public address of the site, such as https://records.example.")
    ] = "",
    drafts: Annotated[
        bool | None,
        typer.Option(
            "--drafts/--no-drafts",
            help="Show records that neither the policy nor the owner approved. Without it, they are shown to this machine alone.",
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Show records made from the starter library, in a home of their own; yours is not touched."
        ),
    ] = False,
    proxy: Annotated[
        str,
        typer.Option(
            "--proxy",
            help="Address of a server in front of this one; what it says of who asks is believed. Without it, nobody's word is.",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Serve the records as a web site with a JSON interface, until it is stopped with Ctrl-C."""
    try:
        from sovereign.site.context import Options, public_address
        from sovereign.site.demo import QUESTIONS, demo_home, making
        from sovereign.site.owner.token import read_token
        from sovereign.site.serving import address_of, bound, is_loopback, opened
        from sovereign.site.serving import serve as run
    except ImportError as error:
        raise InputError(f"The site needs a library that is not installed: {error.name}.", _NEEDED) from error
    shown = is_loopback(host) if drafts is None else drafts
    public = public_address(base_url, below=False)
    place = bound(host, port)
    address = address_of(place)

    def ready() -> None:
        if as_json:
            # One line, at once, so that a program which started the server can read it while it runs.
            sys.stdout.write(json.dumps({"address": address}) + "\n")
            sys.stdout.flush()
            return
        out.print(f"The site is at {address}")
        if not is_loopback(host):
            err.print(
                f"[yellow]Whoever can reach {clean(host)} can read it.[/] Drafts are {'shown' if shown else 'hidden'}."
            )
        if options.token:
            err.print(f"The owner signs in at {address}owner")
            if options.reachable and not public.startswith("https:"):
                err.print("[yellow]Without https, whoever listens on the way can read the owner's token.[/]")
        err.print("Stop it with Ctrl-C.")

    settings = load()
    home, url = (demo_home(), "") if demo else (settings.home, settings.store_url)
    options = Options(
        public,
        shown,
        expected=len(QUESTIONS) if demo else 0,
        token=read_token(),
        reachable=not is_loopback(host),
    )
    with (
        making(home) if demo else nullcontext(),
        progress_line(not as_json) as progress,
        opened(home, options, lambda n, of: progress("catalogue", f"{n} of {of} records"), url) as site,
        # To be stopped is how a server ends.
        suppress(KeyboardInterrupt),
    ):
        run(site, place, ready, proxy)
