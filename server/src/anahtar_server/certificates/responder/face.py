"""The status services as granian asks for them (RSGI 1.5): one call hands over a request, one call its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]  # granian names no exports

from anahtar_server.certificates.responder.http import LONGEST_BODY, Header, Reply
from anahtar_server.certificates.responder.service import StatusService

_CHUNK = 256 * 1024
"""A longer body leaves piece by piece: a list may be large, and who reads it slow."""


class Headers(Protocol):
    """The headers of a request."""

    def get(self, key: str) -> str | None:
        """Return a header's value."""


class Scope(Protocol):
    """A request's head; `path` comes with its percent signs read."""

    proto: str
    method: str
    path: str
    headers: Headers


class Outlet(Protocol):
    """Where a long body goes."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a piece and wait until there is room for the next."""


class Line(Protocol):
    """A request's body, and where its answer goes."""

    def __call__(self) -> Awaitable[bytes]:
        """Return the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the body piece by piece."""

    def response_bytes(self, status: int, headers: list[Header], body: bytes) -> None:
        """Answer at once."""

    def response_stream(self, status: int, headers: list[Header]) -> Outlet:
        """Begin a long answer."""


class Asked:
    """A request (`http.Incoming`)."""

    def __init__(self, scope: Scope, line: Line) -> None:
        self.method, self.path, self._headers, self._line = scope.method, scope.path, scope.headers, line

    def header(self, name: str) -> str:
        """See `http.Incoming`."""
        return self._headers.get(name) or ""

    async def body(self) -> bytes | None:
        """See `http.Incoming`; a body is read whole only where its head says how short it is."""
        stated = self.header("content-length")
        if stated.isascii() and stated.isdigit() and int(stated[:12]) > LONGEST_BODY:
            return None
        try:
            return await self._line() if stated else await self._read()
        except (ProtocolClosed, ProtocolError):
            return b""  # cut off: no request at all

    async def _read(self) -> bytes | None:
        body = b""
        async for piece in self._line:
            body += piece
            if len(body) > LONGEST_BODY:
                return None
        return body


class Face:
    """The application that granian calls for each request, and once at its end."""

    def __init__(self, service: StatusService, at_end: Callable[[], None]) -> None:
        self._service, self._at_end = service, at_end

    async def __rsgi__(self, scope: Scope, line: Line) -> None:
        """Answer one request."""
        if scope.proto != "http":
            return
        with suppress(ProtocolClosed):  # the other side went away
            await _send(await self._service.reply(Asked(scope, line)), line)

    def __rsgi_del__(self, _loop: object) -> None:
        """Come to the end."""
        self._at_end()


async def _send(reply: Reply, line: Line) -> None:
    if len(reply.body) <= _CHUNK:
        line.response_bytes(reply.status, reply.headers, reply.body)
        return
    outlet = line.response_stream(reply.status, [*reply.headers, ("content-length", str(len(reply.body)))])
    for at in range(0, len(reply.body), _CHUNK):
        await outlet.send_bytes(reply.body[at : at + _CHUNK])
