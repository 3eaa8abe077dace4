"""The responder as a test's own process, on the test's database."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings as django_settings
from nginx_here import free_port


@dataclass
class Process:
    """A responder that listens."""

    port: int

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        """Ask and return status and body."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.request(method, path, body or None, {"content-type": kind} if kind else {})
        reply = link.getresponse()
        status, whole = reply.status, reply.read()
        link.close()
        return status, whole

    def raw(self, data: bytes, *, waits: bool = False, pause: int = 0) -> bytes:
        """Send bytes that need be no HTTP at all; return what comes back until the other side closes. `waits`: and say
        not that this is all. `pause`: let a moment pass after so many bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(data[:pause])
            time.sleep(0.2 if pause else 0)
            link.sendall(data[pause:])
            if not waits:
                link.shutdown(socket.SHUT_WR)
            whole = b""
            while part := link.recv(65536):
                whole += part
        return whole


@contextmanager
def running(folder: Path, more: str = "") -> Iterator[Process]:
    """Run it until the end of the block, with `more` in the table [certificates]."""
    port = free_port()
    common = Path(os.environ["ANAHTAR_CONFIG"])
    own = common.with_name(f"responder-{port}.toml")  # beside the secrets that it names
    own.write_text(_on_this_database(common.read_text(encoding="utf-8")) + f"[certificates]\nport = {port}\n{more}")
    with (folder / "responder.log").open("wb") as log:
        responder = subprocess.Popen(
            [str(Path(sys.executable).parent / "anahtar"), "responder"],
            env={**os.environ, "ANAHTAR_CONFIG": str(own)}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert responder.poll() is None and time.monotonic() < deadline, (folder / "responder.log").read_text()
            time.sleep(0.05)
        yield Process(port)
    finally:
        responder.terminate()
        responder.wait(10)
        own.unlink()
    assert "Traceback" not in (folder / "responder.log").read_text()


def _on_this_database(settings: str) -> str:
    name = str(django_settings.DATABASES["default"]["NAME"])
    return settings.replace('path = "anahtar.sqlite3"', f'path = "{name}"').replace(
        'name = "postgres"', f'name = "{name}"'
    )
