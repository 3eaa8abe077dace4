"""The key service's process: a unix socket, one errand a line, one answer a line."""

from __future__ import annotations

import os
import signal
import socketserver
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from django.db import close_old_connections, connection
from pydantic import ValidationError

from anahtar_server.clock import system_clock
from anahtar_server.config import Config
from anahtar_server.custody.opening import open_custody
from anahtar_server.custody.seals import Seals
from anahtar_server.keyservice.face import Face
from anahtar_server.keyservice.vouching import Vouching
from anahtar_server.points import Point, reach
from anahtar_server.signin.assertion import fetch_keys
from anahtar_server.unlock.consent import LONGEST_LINE, Errand, Reply
from anahtar_wire.problems import Problem

log = structlog.get_logger("anahtar.keyservice")

_THREADS = {"postgresql": 8, "sqlite": 1}
"""The embedded database lets one write at a time: errands wait in line here, where each has its turn, and not there,
where each tries again and again and an unlucky one is late."""


class _Server(socketserver.UnixStreamServer):
    """A few threads that stay, each with a database connection of its own: a new one for each errand costs more."""

    request_queue_size = 128

    def __init__(self, path: str, face: Face) -> None:
        self.face = face
        self._threads = ThreadPoolExecutor(_THREADS[connection.vendor], thread_name_prefix="errand")
        super().__init__(path, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a connection to one of the threads."""
        self._threads.submit(self._work, request, client_address)

    def _work(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError as error:
            log.info("asker-gone", error=type(error).__name__)  # the web tier gave up waiting
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and let the errands under way end."""
        super().server_close()
        self._threads.shutdown(wait=True)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 5

    def handle(self) -> None:
        line = self.rfile.readline(LONGEST_LINE)
        if line:
            self.wfile.write(answer_line(self.server.face, line) + b"\n")


def face_of(config: Config) -> Face:
    """Return the face with the keys and rules that the settings name."""
    limits, signin = config.limits, config.signin
    return Face(
        custody=open_custody(config),
        code_key=config.keyservice.code_key_file.read(),
        seals=Seals(file.read() for file in config.keyservice.sealing_key_files),
        limits=limits,
        clock=system_clock,
        vouching=Vouching(
            issuer=signin.issuer,
            client_id=signin.client_id,
            fresh_minutes=signin.fresh_minutes,
            kept=timedelta(minutes=signin.fresh_minutes, seconds=limits.unlock_seconds),
            keys=fetch_keys,
        ),
    )


def answer_line(face: Face, line: bytes) -> bytes:
    """Return the answer to one line; whatever goes wrong inside is `internal` outside, and logged by its type only."""
    close_old_connections()
    try:
        reply = face.answer(Errand.model_validate_json(line))
    except ValidationError:
        reply = Reply(problem=Problem.MESSAGE_MALFORMED.value)
    except Exception as error:
        log.error("errand-failed", error=type(error).__name__)
        reply = Reply(problem=Problem.INTERNAL.value)
    finally:
        close_old_connections()
    reach(Point.REPLY_BEFORE_SENT)
    return reply.model_dump_json().encode()


def serve(path: Path, face: Face) -> None:
    """Answer errands on the socket at `path` until SIGTERM or SIGINT; the socket is for this account only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = _Server(str(path), face)
    finally:
        os.umask(before)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("key-service-ready")
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()
        path.unlink(missing_ok=True)
