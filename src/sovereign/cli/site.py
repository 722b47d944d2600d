"""``sovereign site build``: the site as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sovereign.errors import InputError
from sovereign.settings import load

from .output import clean, err, guarded, out, print_json, progress_line
from .records import Json

site = typer.Typer(help="The web site as files.", no_args_is_help=True)


@site.callback()
def _group() -> None:
    # With one command alone, typer would drop its name.
    pass


@site.command("build")
@guarded
def build(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to write: new, empty, or one that this command wrote.")
    ],
    base_url: Annotated[
        str,
        typer.Option(
            "--base-url",
            help="Where the site will be, such as https://records.example; without it, there is no feed and no map.",
        ),
    ] = "",
    drafts: Annotated[
        bool,
        typer.Option("--drafts/--no-drafts", help="Take along records that neither the policy nor the owner approved."),
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="The records of sovereign serve --demo instead of yours.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the whole site as files, for any web server or to be opened in a browser as they are."""
    try:
        from sovereign.site.build import build as write
        from sovereign.site.context import Options, public_address
        from sovereign.site.demo import demo_home, make
        from sovereign.site.serving import opened
    except ImportError as error:
        raise InputError(
            f"The site needs a library that is not installed: {error.name}.",
            'Install the extra site: pip install "sovereign-research[site]".',
        ) from error
    public = public_address(base_url, below=True)
    settings = load()
    home, url = (demo_home(), "") if demo else (settings.home, settings.store_url)
    if demo:
        make(home)
    with (
        progress_line(not as_json) as progress,
        opened(
            home,
            Options(public, drafts),
            lambda n, of: progress("catalogue", f"{n} of {of} records"),
            url,
        ) as shown,
    ):
        built = write(shown, folder, lambda n, of: progress("pages", f"{n} of {of} known"))
    if as_json:
        return print_json(built._asdict())
    out.print(
        f"Wrote {built.files:,} files, {built.size / 1e6:,.1f} MB, {built.records:,} record(s): {clean(str(folder / 'index.html'))}"
    )
    if built.left_out:
        err.print(f"[yellow]{built.left_out:,} draft(s) were left out[/]; --drafts takes them along, marked as drafts.")
    if not public:
        err.print("Without --base-url there is no feed, no map and no address to cite.")
    for line in built.failed[:10]:
        err.print(f"[yellow]{clean(line)}[/]")
