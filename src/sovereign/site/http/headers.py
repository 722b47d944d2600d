"""Headers of every answer: what a page may load and do, and who may read it."""

from __future__ import annotations

from starlette.datastructures import Headers as Asked
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy of a page: no script and no style but ours, nothing from elsewhere, in no frame."""

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}
_YEAR = 31_536_000
_OPEN = (
    "/api/",
    "/paper/",
    "/claim/",
    "/schemas",
    "/feed.atom",
    "/sitemap.xml",
    "/openapi.json",
    "/audit/",
    "/benchmarks/",
)
"""What programs of other sites may read, too. None of it knows who asks."""

_OWNERS = ("/api/v1/questions",)
_PREFLIGHT = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "Accept, If-None-Match, If-Modified-Since",
    "access-control-max-age": "86400",
}


class Headers:
    """Adds the headers that a route has not set itself: it may be stricter."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self._always = _ALWAYS | ({"strict-transport-security": f"max-age={_YEAR}"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path, method = scope["path"], scope["method"]
        public = path.startswith(_OPEN) and not path.startswith(_OWNERS)
        wanted = Asked(scope=scope).get("access-control-request-method", "")
        if public and method == "OPTIONS" and wanted in ("GET", "HEAD"):
            return await Response(status_code=204, headers=_PREFLIGHT | self._always)(scope, receive, send)
        shared = public and method in ("GET", "HEAD")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("cross-origin-resource-policy", "cross-origin" if shared else "same-origin")
                if shared:
                    headers.setdefault("access-control-allow-origin", "*")
                    headers.setdefault("access-control-expose-headers", "ETag, Link")
            await send(message)

        await self.app(scope, receive, sent)
