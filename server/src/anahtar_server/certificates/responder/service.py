"""The status services as an ASGI application, whatever server runs it. Nothing is signed here, and nothing that comes
from outside makes it fail: rubbish gets a standard error of RFC 6960, or a plain refusal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from email.utils import formatdate
from typing import Any, TypeVar

from anahtar_server.certificates.der import Malformed
from anahtar_server.certificates.ocsp import requests
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.responder.http import (
    CERTIFICATE,
    CRL,
    LONGEST_BODY,
    LONGEST_PATH,
    OCSP_REQUEST,
    OCSP_RESPONSE,
    TEXT,
    Header,
    Reply,
    from_path,
    header,
    refused,
)
from anahtar_server.certificates.responder.store import NotNow, Served, Store, asked

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Live = Callable[[bytes], bytes]
"""Signs an answer to a whole request that no answer made before fits (several certificates, one that we did not issue,
a nonce where those are answered); raises NotNow."""
Found = TypeVar("Found")

_CHUNK = 256 * 1024
_FAILED: list[Header] = [(b"content-type", OCSP_RESPONSE), (b"cache-control", b"no-store")]
_HOME = b"Anahtar: /ocsp, /crl/, /ca/\n"


class StatusService:
    """Answers OCSP by POST and GET, and gives lists and authorities' certificates. `cache_seconds`: how long others may
    keep what they got; `live` signs what could not be signed before, without it such requests are UNAUTHORIZED;
    `nonces`: requests with a nonce go there too; `metrics` tells how late publishing is;
    `threads` ask the database."""

    def __init__(
        self,
        store: Store,
        *,
        cache_seconds: int,
        clock: Callable[[], float] = time.time,
        live: Live | None = None,
        nonces: bool = False,
        metrics: Callable[[], str] | None = None,
        threads: Executor | None = None,
    ) -> None:
        self._store, self._cache, self._clock, self._live = store, cache_seconds, clock, live
        self._nonces = nonces and live is not None
        self._metrics = metrics
        self._threads = threads or ThreadPoolExecutor(4, thread_name_prefix="status")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0, HTTP only)."""
        if scope["type"] != "http":
            return
        reply = await self._reply(scope, receive)
        headers = list(reply.headers)
        if reply.status != 304:
            headers.append((b"content-length", b"%d" % len(reply.body)))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else reply.body
        if len(body) <= _CHUNK:
            await send({"type": "http.response.body", "body": body})
            return
        for at in range(0, len(body), _CHUNK):
            more = at + _CHUNK < len(body)
            await send({"type": "http.response.body", "body": body[at : at + _CHUNK], "more_body": more})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        path: bytes = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        method: str = scope["method"]
        if path == b"/ocsp" or path.startswith(b"/ocsp/"):
            return await self._ocsp(method, path, scope, receive)
        if method not in ("GET", "HEAD"):
            return refused(405, (b"allow", b"GET, HEAD"))
        if path.startswith(b"/crl/") and path.endswith(b".crl"):
            return await self._list(path[5:-4], scope)
        if path.startswith(b"/ca/") and path.endswith(b".cer"):
            return await self._issuer(path[4:-4])
        if path == b"/metrics" and self._metrics is not None:
            return await self._measured(self._metrics)
        return Reply(200, _HOME, [(b"content-type", TEXT)]) if path == b"/" else refused(404)

    # --- status answers -----------------------------------------------------------------------------------------------

    async def _ocsp(self, method: str, path: bytes, scope: Scope, receive: Receive) -> Reply:
        if method == "POST":
            if path.rstrip(b"/") != b"/ocsp":
                return refused(404)
            if header(scope["headers"], b"content-type").partition(b";")[0].strip().lower() != OCSP_REQUEST:
                return refused(415)
            body = await _body(scope, receive)
            return refused(413) if body is None else await self.answer(body)
        if method not in ("GET", "HEAD"):
            return refused(405, (b"allow", b"GET, HEAD, POST"))
        if len(path) > LONGEST_PATH:
            return refused(414)
        asked = from_path(path[6:])
        if not asked:
            return _failed(Failure.MALFORMED_REQUEST)
        return _unless_known(await self.answer(asked), scope)

    async def answer(self, asked: bytes) -> Reply:
        """Answer a status request (DER)."""
        try:
            request = requests.read(asked)
        except Malformed:
            return _failed(Failure.MALFORMED_REQUEST)
        if request.strange:  # critical, and nobody knows what it asks
            return _failed(Failure.UNAUTHORIZED)
        single = len(request.certids) == 1
        try:
            if self._nonces and request.nonce is not None:
                with suppress(NotNow):  # a nonce may be ignored; silence would be worse
                    return await self._answer_live(asked)
            served = await self._find(request.certids[0]) if single else None
            return self._served(served) if served is not None else await self._answer_live(asked)
        except NotNow:
            return _failed(Failure.TRY_LATER)

    async def _find(self, certid: bytes) -> Served | None:
        return self._store.remembered(certid) or await self._ask(lambda: self._store.look(certid))

    async def _answer_live(self, asked: bytes) -> Reply:
        if self._live is None:  # such cannot be answered by what was signed before (RFC 5019 section 2.2.3)
            return _failed(Failure.UNAUTHORIZED)
        live = self._live
        return Reply(200, await self._ask(lambda: live(asked)), _FAILED)

    def _served(self, served: Served) -> Reply:
        now = self._clock()
        if now >= served.until:
            return _failed(Failure.TRY_LATER)
        return Reply(200, served.der, self._headers(OCSP_RESPONSE, served, now))

    # --- lists and certificates ---------------------------------------------------------------------------------------

    async def _list(self, name: bytes, scope: Scope) -> Reply:
        if len(name) > 64 or not name.isascii():
            return refused(404)
        try:
            served = await self._ask(lambda: self._store.crl(name.decode()))
        except NotNow:
            return refused(503, (b"retry-after", b"5"))
        if served is None:
            return refused(404)
        return _unless_known(Reply(200, served.der, self._headers(CRL, served, self._clock())), scope)

    async def _issuer(self, name: bytes) -> Reply:
        if len(name) > 40 or not name.isascii():
            return refused(404)
        try:
            der = await self._ask(lambda: self._store.issuer(name.decode()))
        except NotNow:
            return refused(503, (b"retry-after", b"5"))
        if der is None:
            return refused(404)
        return Reply(200, der, [(b"content-type", CERTIFICATE), (b"cache-control", b"public, max-age=86400")])

    async def _measured(self, metrics: Callable[[], str]) -> Reply:
        """For the house's own monitoring; a reverse proxy passes it to nobody outside."""
        try:
            text = await self._ask(lambda: asked(metrics))
        except NotNow:
            return refused(503, (b"retry-after", b"5"))
        return Reply(200, text.encode(), [(b"content-type", TEXT), (b"cache-control", b"no-store")])

    def _headers(self, kind: bytes, served: Served, now: float) -> list[Header]:
        """Return what caches need (RFC 5019 section 6.2): an answer is never kept beyond its end, nor for long."""
        age = max(0, min(self._cache, int(served.until - now)))
        return [
            (b"content-type", kind),
            (b"last-modified", served.modified),
            (b"expires", formatdate(now + age, usegmt=True).encode()),
            (b"etag", served.tag),
            (b"cache-control", b"max-age=%d, public, no-transform, must-revalidate" % age),
        ]

    async def _ask(self, question: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)


def _failed(failure: Failure) -> Reply:
    return Reply(200, failure.answer, _FAILED)


def _unless_known(reply: Reply, scope: Scope) -> Reply:
    """Say 304 to who has these bytes already."""
    known = header(scope["headers"], b"if-none-match")
    if known and (b"etag", known) in reply.headers:
        return Reply(304, b"", [one for one in reply.headers if one[0] != b"content-type"])
    return reply


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body, None when it is longer than any request."""
    stated = header(scope["headers"], b"content-length")
    if stated.isdigit() and int(stated[:12]) > LONGEST_BODY:
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body  # the other side went away: nobody reads the answer
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > LONGEST_BODY:
            return None
        if not message.get("more_body"):
            return body
