"""The application: every page and its JSON, behind what holds for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sovereign.errors import InputError, NotFound, SovereignError
from sovereign.version import __version__

from . import assets, feeds, reference
from .context import Site
from .http.caching import Caching
from .http.failing import Failing
from .http.following import Following
from .http.headers import Headers
from .http.limits import Limits, names_of
from .http.problems import MEDIA_TYPE, READING, WRITING, Problem, describe
from .owner import api as owner_api
from .owner import pages as owner_pages
from .owner.guard import Desk, Refused
from .pages import PAGES
from .render import page

API = "/api/v1"
# A cache on the way may keep even a 404 (RFC 9111, 4.2.2), and give one reader the form that another one asked for.
_PROBLEM_HEADERS = {"Cache-Control": "no-store", "Vary": "Accept"}
_ABOUT = "Everything that the pages show, as JSON. Reading needs no key; writing is the owner's alone."


def make_app(site: Site) -> FastAPI:
    """The application that serves ``site``. Whoever made the site closes it."""
    app = FastAPI(
        title="SOVEREIGN", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None, lifespan=_running
    )
    app.state.site, app.state.desk = site, Desk(site)
    app.include_router(assets.html, include_in_schema=False)
    app.include_router(feeds.html, include_in_schema=False)
    app.include_router(reference.html, include_in_schema=False)
    for module in PAGES:
        app.include_router(module.html, include_in_schema=False)
        app.include_router(module.api, prefix=API, responses=READING)
    if not site.options.static:  # files take nothing from anybody
        app.include_router(owner_pages.html, include_in_schema=False)
        app.include_router(owner_api.api, prefix=API, responses=WRITING)
    app.add_exception_handler(SovereignError, _told)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(RequestValidationError, _not_understood)
    describe(app)
    # The last one added is the outermost.
    app.add_middleware(Failing)
    app.add_middleware(Caching, following=Following(site))
    if not site.options.static:  # who makes files of the pages asks for all of them at once
        app.add_middleware(Limits, names=names_of(site.options.base_url, not site.options.reachable))
    app.add_middleware(Headers, https=site.options.base_url.startswith("https:"))
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """What goes on as long as the site is served: the owner's questions are answered."""
    desk: Desk = app.state.desk
    if desk.site.options.token:
        await run_in_threadpool(desk.questions.resume)
    yield
    await run_in_threadpool(desk.questions.stop)


def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, SovereignError)
    status = 404 if isinstance(error, NotFound) else 400 if isinstance(error, InputError) else 503
    return _problem(request, status, error.message, error.advice)


def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    default = "Follow a link of the site, or look at /docs." if error.status_code == 404 else ""
    advice = error.advice if isinstance(error, Refused) else default
    answer = _problem(request, error.status_code, str(error.detail), advice)
    answer.headers.update(error.headers or {})
    return answer


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(str(part) for part in e['loc'][1:])}: {e['msg']}" for e in error.errors()[:5])
    return _problem(request, 422, f"the request was not understood: {wrong}", "See /docs for what may be asked.")


def _problem(request: Request, status: int, message: str, advice: str) -> Response:
    """What went wrong, as a page for people and as ``application/problem+json`` (RFC 9457) for programs."""
    site: Site = request.app.state.site
    if request.url.path.startswith(API) or "text/html" not in request.headers.get("accept", ""):
        problem = Problem(type="about:blank", title=message, status=status, detail=advice)
        return JSONResponse(problem.model_dump(), status, _PROBLEM_HEADERS, MEDIA_TYPE)
    return page(
        request, site, "problem.html.j2", title=f"{status}", status=status, headers=_PROBLEM_HEADERS, message=message, advice=advice, noindex=True
    )  # fmt: skip
