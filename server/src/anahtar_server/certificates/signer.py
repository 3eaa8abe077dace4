"""The line between responders, which hold no key, and the process that does: one request, one answer, each a length of
four bytes and that many bytes, over a unix socket that nobody else can open."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from django.db import connection

from anahtar_server.certificates.responder.store import NotNow

LONGEST = 16 * 1024
WITHIN_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class SignerLine:
    """A responder's end: call it with a request (DER). At most `per_second` requests pass, so that a flood of them
    leaves the signer its time for what everybody waits for. Raises NotNow."""

    def __init__(self, path: Path, *, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._per_second, self._clock = str(path), per_second, clock
        self._left, self._at = float(per_second), clock()
        self._lock = threading.Lock()

    def __call__(self, asked: bytes) -> bytes:
        """Return the answer (DER)."""
        if not self._may():
            raise NotNow
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(WITHIN_SECONDS)
                line.connect(self._path)
                _send(line, asked)
                return _receive(line)
        except OSError:
            raise NotNow from None

    def _may(self) -> bool:
        with self._lock:
            now = self._clock()
            self._left = min(self._per_second, self._left + (now - self._at) * self._per_second)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class SignerServer(socketserver.ThreadingUnixStreamServer):
    """The signing end on the socket `path`, mode 0600; `answer` turns a request into an answer. An answer that fails is
    none: the asker says "later", and the log tells the error's type."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            super().__init__(str(path), _Handler)
        finally:
            os.umask(before)


class _Handler(socketserver.BaseRequestHandler):
    server: SignerServer

    def handle(self) -> None:
        line: socket.socket = self.request
        line.settimeout(WITHIN_SECONDS)
        try:
            _send(line, self.server.answer(_receive(line)))
        except OSError:
            return  # the asker gave up
        except Exception as error:
            _log.error("not signed", error=type(error).__name__)
        finally:
            connection.close()  # each request has a thread of its own


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(len(message).to_bytes(4, "big") + message)


def _receive(line: socket.socket) -> bytes:
    """Return one message; raises OSError when there is none, or one too long."""
    size = int.from_bytes(_exactly(line, 4), "big")
    if size > LONGEST:
        raise OSError("too long")
    return _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        piece = line.recv(size - len(received))
        if not piece:
            raise ConnectionError("cut off")
        received += piece
    return received
