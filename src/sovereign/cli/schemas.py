"""``sovereign schemas``: the public contracts, their schemas and examples."""

from __future__ import annotations

from typing import Annotated

import typer

from sovereign.errors import InputError

from .output import guarded, out, print_json


@guarded
def schemas(
    name: Annotated[
        str | None,
        typer.Argument(help="The contract, such as claim-record; all are listed if left out.", metavar="NAME"),
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print the contract's example, not its schema.")] = False,
) -> None:
    """List the public contracts, or print the JSON Schema of one, or an example of its documents."""
    from sovereign.contracts.public import CONTRACTS
    from sovereign.contracts.schema import SCHEMA_FILE, schema_file, shipped_example, shipped_schema

    by_name = {c.name: c for c in CONTRACTS}
    if name is None:
        if example:
            raise InputError("--example needs the name of a contract.", "List them: sovereign schemas")
        for one in CONTRACTS:
            out.print(f"{one.name} {one.version}  {one.about}", highlight=False, soft_wrap=True)
        out.print("record 1.0  The record itself.", highlight=False)
        return
    if name == "record" and not example:
        return print_json(shipped_schema(SCHEMA_FILE))
    if name not in by_name:
        known = ", ".join((*by_name, "record"))
        raise InputError(
            f"There is no {'example' if name == 'record' else 'contract'} {name!r}.", f"There are: {known}."
        )
    print_json(shipped_example(name) if example else shipped_schema(schema_file(by_name[name])))
