"""One request and its whole answer, within a time and a size, by the standard library; the system's proxy and trust
store are used, redirects are not followed."""

from __future__ import annotations

import contextlib
import http.client
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from anahtar_desktop.settings import LOOPBACK
from anahtar_wire.problems import Problem, Refusal

LARGEST_ANSWER = 64 * 1024
PIECE = 8 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A request: `path` begins with a slash, `body` is None for GET."""

    address: str
    path: str
    body: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """An answer: HTTP status and body."""

    status: int
    body: bytes


class Transport:
    """Sends requests. `trust` is the TLS context; without it the system's own trust store decides."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust or ssl.create_default_context()

    def send(self, request: Request, seconds: float) -> Answer:
        """Return the answer if all of it came within `seconds`.

        Raises Refusal SERVER_GONE, SERVER_SLOW, SERVER_RUBBISH (too much, or no HTTP), SERVER_UNTRUSTED. A request that
        was given up may still have been served.
        """
        deadline = time.monotonic() + seconds
        # A socket's own timeout begins anew with each byte, so a dripping server would hold us for ever: a thread waits
        # for it, and we wait for the thread.
        outcome: queue.SimpleQueue[Answer | Refusal] = queue.SimpleQueue()
        work = threading.Thread(target=lambda: outcome.put(self._attempt(request, deadline)), daemon=True)
        work.start()
        try:
            answer = outcome.get(timeout=seconds)
        except queue.Empty:
            raise Refusal(Problem.SERVER_SLOW) from None
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def _attempt(self, request: Request, deadline: float) -> Answer | Refusal:
        try:
            return self._exchange(request, deadline)
        except Exception as error:
            return Refusal(_meaning(error))

    def _exchange(self, request: Request, deadline: float) -> Answer:
        url = request.address + request.path
        asked = urllib.request.Request(url, request.body, request.headers)  # noqa: S310  settings allow http(s) only
        opener = self._opener(request.address)
        try:
            reply = opener.open(asked, timeout=max(0.1, deadline - time.monotonic()))
        except urllib.error.HTTPError as error:
            reply = error
        with contextlib.closing(reply):
            return Answer(reply.status, _read(reply, deadline))

    def _opener(self, address: str) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=self._trust), _NoRedirect()]
        if urlsplit(address).hostname in LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))  # this computer is never behind a proxy
        return urllib.request.build_opener(*handlers)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Our server never redirects the program: a redirect comes from a captive portal or worse."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _read(reply: http.client.HTTPResponse | urllib.error.HTTPError, deadline: float) -> bytes:
    body = b""
    while piece := reply.read1(PIECE):
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise http.client.HTTPException
        if time.monotonic() > deadline:
            raise TimeoutError
    if reply.headers.get("Content-Length", str(len(body))) != str(len(body)):  # the library lets a short body pass
        raise http.client.HTTPException
    return body


MEANINGS: tuple[tuple[type[BaseException], Problem], ...] = (
    (ssl.SSLCertVerificationError, Problem.SERVER_UNTRUSTED),
    (TimeoutError, Problem.SERVER_SLOW),
    (http.client.RemoteDisconnected, Problem.SERVER_GONE),
    (http.client.HTTPException, Problem.SERVER_RUBBISH),
    (OSError, Problem.SERVER_GONE),
)
"""What a failed request means; the first that fits counts, anything else is rubbish from the server."""


def _meaning(error: BaseException) -> Problem:
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    return next((problem for kind, problem in MEANINGS if isinstance(error, kind)), Problem.SERVER_RUBBISH)
