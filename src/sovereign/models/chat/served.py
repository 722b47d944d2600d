"""Language models on servers, through pydantic-ai: any that speaks OpenAI's interface, Anthropic, Google.

The library translates; retries, limits, validation and recording are ours (``exchange``, ``session``). No tool is ever offered to a
model. Texts leave this machine for the server that a person named, and for no other.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping
from typing import Any

from sovereign.errors import InputError
from sovereign.models.files import library
from sovereign.models.vendors import VENDORS, Purpose, address, key
from sovereign.settings import public_address

from .backend import Backend, Failure, Message, Reply, Request
from .schema import loose

MOST_OUTPUT = 4096  # tokens of an answer; what some models think aloud counts, too
CONTEXT_SECONDS = 5.0  # that the server has to say what its model bears
_EXTRAS = {"anthropic": "anthropic", "google": "google"}


def served(name: str, url: str, purpose: Purpose, *, asks: bool = True) -> Backend:
    """The model ``vendor:model``. Nothing is sent before the first question. Without ``asks`` no library or key is needed.

    Raises:
        InputError: if the address is none, the key has signs that no key has, or the library is not installed.
    """
    kind, _, model = name.partition(":")
    place = address(kind, url, f"{purpose}_url")
    parameters: dict[str, str | int | float] = {"temperature": 0, "max_tokens": MOST_OUTPUT}
    if not asks:
        return Backend(name, parameters, MOST_OUTPUT, _nothing)
    secret = key(kind, purpose)
    if not secret and VENDORS[kind].keys and not url:
        variables = " or ".join((f"SOVEREIGN_{purpose.upper()}_KEY", *VENDORS[kind].keys))
        raise InputError(f"The model {name!r} needs a key.", f"Put it into the variable {variables}.")
    extra = _EXTRAS.get(kind, "llm")
    library("pydantic_ai", extra)
    library({"anthropic": "anthropic", "google": "google.genai"}.get(kind, "openai"), extra)
    send = functools.partial(_send, kind, model, place, secret, parameters)
    # Of the vendors' own servers it is known that their models bear what is asked here.
    if kind in _EXTRAS or (VENDORS[kind].keys and not url):
        return Backend(name, parameters, MOST_OUTPUT, send)
    return Backend(name, parameters, MOST_OUTPUT, send, functools.partial(_context, model, place, secret))


def _nothing(request: Request) -> Reply:
    raise Failure("unrecorded", "a replay sends nothing")


def _context(model: str, place: str, secret: str) -> int | None:
    """The tokens that the server says the model has room for; None if it does not say."""
    from .wire import Client, context_in

    async def asked() -> int | None:
        async with Client(secret, CONTEXT_SECONDS, foreign=True) as client, asyncio.timeout(CONTEXT_SECONDS):
            headers = {"authorization": f"Bearer {secret}"} if secret else {}
            await client.get(f"{place}/models", headers=headers)
            return context_in(client.body, model) if client.status == 200 else None

    try:
        return asyncio.run(asked())
    except Exception:  # whatever it is, the first question meets it, too, and says so
        return None


def _send(kind: str, model: str, place: str, secret: str, parameters: Mapping[str, Any], request: Request) -> Reply:
    return asyncio.run(_asked(kind, model, place, secret, parameters, request))


async def _asked(
    kind: str, model: str, place: str, secret: str, parameters: Mapping[str, Any], request: Request
) -> Reply:
    """One exchange, with a client of its own: connections belong to the loop, and so to the thread, that made them."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import TextPart
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.settings import ModelSettings

    from .wire import Client

    settings = ModelSettings(
        temperature=parameters["temperature"], max_tokens=request.most_output, timeout=request.seconds
    )
    form = ModelRequestParameters()
    if request.structured:
        schema = request.schema if request.brief else loose(request.schema)
        wanted = OutputObjectDefinition(json_schema=dict(schema), name=request.name)
        form = ModelRequestParameters(output_mode="native", output_object=wanted)
    async with Client(secret, request.seconds, foreign=kind != "openai") as client:
        try:
            async with asyncio.timeout(request.seconds):
                # A library reads the environment when its client is made; the place and the key are always ours.
                asked = _model(kind, model, place, secret or "none", client)
                reply = await model_request(
                    asked, _conversation(request.messages), model_settings=settings, model_request_parameters=form
                )
        except Exception as error:  # the libraries' errors share no class; what was seen on the wire says what happened
            raise client.failure(public_address(place), error, request.seconds) from None
    text = "".join(part.content for part in reply.parts if isinstance(part, TextPart))
    return Reply(
        text.encode("utf-8", "replace").decode(), reply.usage.input_tokens or None, reply.usage.output_tokens or None
    )


def _model(kind: str, model: str, place: str, secret: str, client: Any) -> Any:
    """The model of pydantic-ai, without retries of its own."""
    if kind == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        made = library("anthropic", "anthropic").AsyncAnthropic
        speaker = made(api_key=secret, base_url=place, http_client=client, max_retries=0)
        return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=speaker))
    if kind == "google":
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(model, provider=GoogleProvider(api_key=secret, base_url=place, http_client=client))
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    speaker = AsyncOpenAI(api_key=secret, base_url=place, http_client=client, max_retries=0)
    if place == VENDORS["openai"].url:
        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=speaker))
    # Others know neither OpenAI's newer name of the limit nor its subset of JSON Schema.
    profile = OpenAIModelProfile(
        supports_json_schema_output=True, openai_chat_supports_max_completion_tokens=False, json_schema_transformer=None
    )
    return OpenAIChatModel(model, provider=OpenAICompatibleProvider(kind, openai_client=speaker), profile=profile)


def _conversation(messages: tuple[Message, ...]) -> list[Any]:
    """The messages as pydantic-ai has them."""
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    turns: list[Any] = [ModelRequest(parts=[SystemPromptPart(messages[0].text), UserPromptPart(messages[1].text)])]
    for message in messages[2:]:
        if message.role == "assistant":
            turns.append(ModelResponse(parts=[TextPart(message.text)]))
        else:
            turns.append(ModelRequest(parts=[UserPromptPart(message.text)]))
    return turns
