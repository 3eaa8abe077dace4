"""A small proxy between program and server: it can be gone, slow, or answer rubbish, and keeps what went through."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from anahtar_wire.proof import HEADER

_KEPT = ("Content-Type", "Accept", "Accept-Language")


@dataclass(frozen=True)
class Answer:
    """What the server said, or what the proxy says in its place."""

    status: int
    body: bytes
    kind: str = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request on its way, with its proof; `send` hands it to the server, or another body and proof in its place."""

    method: str
    path: str
    body: bytes
    proof: str
    send: Callable[[bytes, str], Answer]

    def pass_on(self) -> Answer:
        """Send it to the server as it came and return the answer."""
        return self.send(self.body, self.proof)

    @property
    def act(self) -> str:
        """The last part of the address: claim, confirmation, answer, grant, consent, report…"""
        return self.path.rsplit("/", 1)[-1]


Trouble = Callable[[Asked], Answer | None]
"""What happens to a request: an answer, or None for a connection that is closed without one."""


def no_trouble(asked: Asked) -> Answer | None:
    """Everything goes through."""
    return asked.pass_on()


def at(act: str, trouble: Trouble, passing: int = 1) -> Trouble:
    """Return the trouble for the `passing`-th request of one act only; all others go through."""
    count = 0

    def happen(asked: Asked) -> Answer | None:
        nonlocal count
        count += asked.act == act
        return trouble(asked) if asked.act == act and count == passing else asked.pass_on()

    return happen


@dataclass
class Proxy:
    """Listens on a loopback port of the system's choice while it is entered; `kept` are bodies, both ways."""

    upstream: str
    trouble: Trouble = no_trouble
    kept: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def use_tls(self, context: ssl.SSLContext) -> None:
        """Speak TLS from the next connection on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def address(self) -> str:
        """Where the program finds it."""
        return f"http://localhost:{self._server.server_address[1]}"


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is what this proxy is for."""


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in _KEPT if name in self.headers}

            def send(body: bytes, proof: str) -> Answer:
                whole = {**headers, HEADER: proof} if proof else headers
                return _send(proxy.upstream, self.command, self.path, body, whole)

            asked = Asked(self.command, self.path, body, self.headers.get(HEADER, ""), send)
            answer = proxy.trouble(asked)
            proxy.kept.append((self.path, body, answer.body if answer else b""))
            self.close_connection = True
            if answer is not None:
                self._answer(answer)

        def _answer(self, answer: Answer) -> None:
            with suppress(OSError):  # the program may have given up
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def _send(upstream: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    parts = urlsplit(upstream)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        return Answer(reply.status, reply.read(), reply.headers.get("Content-Type", ""))
    finally:
        connection.close()
