"""The status services, whatever server runs them. Nothing is signed here, and nothing that comes from outside makes
them fail: rubbish gets a standard error of RFC 6960, or a plain refusal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from anahtar_server.certificates.der import Malformed
from anahtar_server.certificates.ocsp import requests
from anahtar_server.certificates.ocsp.failures import Failure
from anahtar_server.certificates.responder.http import (
    CERTIFICATE,
    CRL,
    LONGEST_PATH,
    OCSP_REQUEST,
    OCSP_RESPONSE,
    TEXT,
    Header,
    Incoming,
    Reply,
    date,
    from_path,
    refused,
)
from anahtar_server.certificates.responder.store import NotNow, Served, Store, asked

Live = Callable[[bytes], bytes]
"""Signs an answer to a whole request that no answer made before fits (several certificates, one that we did not issue,
a nonce where those are answered); raises NotNow."""
Found = TypeVar("Found")

_FAILED: list[Header] = [("content-type", OCSP_RESPONSE), ("cache-control", "no-store")]
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

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock())

    def at_once(self, asked: Incoming) -> Reply | None:
        """Return what a plain status request by POST gets that can be answered from memory; None: ask `reply`."""
        if asked.method != "POST" or asked.path != "/ocsp" or asked.header("content-type") != OCSP_REQUEST:
            return None
        certid = requests.plain(asked.whole)
        served = None if certid is None else self._store.remembered(certid)
        return None if served is None else self._served(served)

    async def reply(self, asked: Incoming) -> Reply:
        """Return what one request gets."""
        path = asked.path
        if path == "/ocsp" or path.startswith("/ocsp/"):
            return await self._ocsp(asked)
        if asked.method not in ("GET", "HEAD"):
            return refused(405, ("allow", "GET, HEAD"))
        if path.startswith("/crl/") and path.endswith(".crl"):
            return _unless_known(await self._list(path[5:-4]), asked)
        if path.startswith("/ca/") and path.endswith(".cer"):
            return await self._issuer(path[4:-4])
        if path == "/metrics" and self._metrics is not None:
            return await self._measured(self._metrics)
        return Reply(200, _HOME, [("content-type", TEXT)]) if path == "/" else refused(404)

    # --- status answers -----------------------------------------------------------------------------------------------

    async def _ocsp(self, asked: Incoming) -> Reply:
        if asked.method == "POST":
            if asked.path.rstrip("/") != "/ocsp":
                return refused(404)
            if asked.header("content-type").partition(";")[0].strip().lower() != OCSP_REQUEST:
                return refused(415)
            body = await asked.body()
            return refused(413) if body is None else await self.answer(body)
        if asked.method not in ("GET", "HEAD"):
            return refused(405, ("allow", "GET, HEAD, POST"))
        if len(asked.path) > LONGEST_PATH:
            return refused(414)
        request = from_path(asked.path[6:])
        return _unless_known(await self.answer(request), asked) if request else _failed(Failure.MALFORMED_REQUEST)

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

    async def _list(self, name: str) -> Reply:
        if not _is_name(name):
            return refused(404)
        try:
            served = await self._ask(lambda: self._store.crl(name))
        except NotNow:
            return refused(503, ("retry-after", "5"))
        if served is None:
            return refused(404)
        return Reply(200, served.der, self._headers(CRL, served, self._clock()))

    async def _issuer(self, name: str) -> Reply:
        if not _is_name(name):
            return refused(404)
        try:
            der = await self._ask(lambda: self._store.issuer(name))
        except NotNow:
            return refused(503, ("retry-after", "5"))
        if der is None:
            return refused(404)
        return Reply(200, der, [("content-type", CERTIFICATE), ("cache-control", "public, max-age=86400")])

    async def _measured(self, metrics: Callable[[], str]) -> Reply:
        """For the house's own monitoring; a reverse proxy passes it to nobody outside."""
        try:
            text = await self._ask(lambda: asked(metrics))
        except NotNow:
            return refused(503, ("retry-after", "5"))
        return Reply(200, text.encode(), [("content-type", TEXT), ("cache-control", "no-store")])

    def _headers(self, kind: str, served: Served, now: float) -> list[Header]:
        """Return what caches need (RFC 5019 section 6.2): an answer is never kept beyond its end, nor for long."""
        age = max(0, min(self._cache, int(served.until - now)))
        return [
            ("content-type", kind),
            ("last-modified", served.modified),
            ("expires", date(int(now) + age)),
            ("etag", served.tag),
            ("cache-control", f"max-age={age}, public, no-transform, must-revalidate"),
        ]

    async def _ask(self, question: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)


def _is_name(name: str) -> bool:
    """Whether an authority or a list could be called so; what no database may be asked is no name."""
    return len(name) <= 64 and name.isascii() and name.isprintable()


def _failed(failure: Failure) -> Reply:
    return Reply(200, failure.answer, _FAILED)


def _unless_known(reply: Reply, asked: Incoming) -> Reply:
    """Say 304 to who has these bytes already."""
    known = asked.header("if-none-match")
    if known and ("etag", known) in reply.headers:
        return Reply(304, b"", [one for one in reply.headers if one[0] != "content-type"])
    return reply
