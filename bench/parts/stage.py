"""A stage for the unlock: settings, people and cards in a folder of its own, and the server's processes on one core."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from anahtar_server.rehearsal import folder as rehearsal
from bench.parts import machine

FRESH = "fresh_minutes = 600\n"
LIMITS = "\n[limits]\nunlocks_per_card_a_day = 1000\n"
"""A bench opens the same card's unlock more often than any holder; everything else is as it comes."""
READY_WITHIN = 20.0
SQLITE = 'kind = "sqlite"\npath = "anahtar.sqlite3"'


class Stage:
    """A folder with settings and seats; its processes run while `running` is open."""

    def __init__(self, folder: Path, *, keys: rehearsal.Keys, database: str, seats: int) -> None:
        self.folder = folder
        self.port = free_ports(4)
        self.keys = keys
        self.pids: dict[str, int] = {}
        settings = rehearsal.make(folder, keys=keys, readers="direct", database=database, first_port=self.port)
        text = settings.read_text(encoding="utf-8").replace("[signin]\n", f"[signin]\n{FRESH}")
        before, gate, after = text.partition("[gate]")
        settings.write_text(before + LIMITS + "\n" + gate + after, encoding="utf-8")
        self._python("bench.parts.prepare", str(folder), str(seats))
        self.provider = Provider(self.port + 1, json.loads((folder / "provider-keys.json").read_text(encoding="utf-8")))

    @property
    def address(self) -> str:
        """Where the portal and the API answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the server's processes."""
        settings = {"DJANGO_SETTINGS_MODULE": "anahtar_server.django_settings"}
        return {**settings, **server_environment(self.folder / "anahtar.toml")}

    def errors(self) -> str:
        """Return the kinds of errors in the processes' logs, with how often each was logged."""
        text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.folder.glob("*.log"))
        counts = Counter(re.findall(r"error=(\w+)", text))
        return ", ".join(f"{kind} {count} times" for kind, count in counts.most_common()) or "nothing"

    @contextmanager
    def running(self, *parts: str, **environment: str) -> Iterator[None]:
        """Run `serve`, `keyservice` and whatever else is named on the server's core, with more environment."""
        self.provider.start()
        processes = {part: self._start(part, environment) for part in ("keyservice", "serve", *parts)}
        self.pids = {part: process.pid for part, process in processes.items()}
        try:
            self._await(list(processes.values()))
            yield
        finally:
            stop(list(processes.values()))
            self.provider.stop()

    def _start(self, part: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        command = machine.on_core(machine.SERVER, [str(Path(sys.executable).parent / "anahtar"), part])
        with (self.folder / f"{part}.log").open("ab") as log:
            return subprocess.Popen(
                command, env={**self.environment, **environment}, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def _await(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not (listens(self.port) and (self.folder / "keyservice.sock").exists()):
            if time.monotonic() > deadline or any(process.poll() is not None for process in processes):
                raise RuntimeError(f"the stage did not come up; see {self.folder}/*.log")
            time.sleep(0.05)

    def _python(self, module: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-m", module, *arguments], env=self.environment, check=True)


class Provider:
    """The provider's published addresses and keys: all that the key service asks of it, once in five minutes."""

    def __init__(self, port: int, keys: dict[str, Any]) -> None:
        issuer = f"http://localhost:{port}"
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks.json"}
        metadata = {"issuer": issuer, **{name: issuer + path for name, path in places.items()}}
        self._port = port
        self._said = {"/jwks.json": keys, "/.well-known/openid-configuration": metadata}
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Answer in a thread."""
        said = self._said

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(said.get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


@contextmanager
def stage(*, keys: rehearsal.Keys, database: str = SQLITE, seats: int) -> Iterator[Stage]:
    """Yield a stage that is thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="anahtar-bench-", dir="/tmp"))
    try:
        yield Stage(folder, keys=keys, database=database, seats=seats)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_environment(settings: Path) -> dict[str, str]:
    """Return the environment of processes that read these settings."""
    return {**os.environ, "ANAHTAR_CONFIG": str(settings)}


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End processes that were started here."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row that nobody listens on, below those that the kernel gives out."""
    for first in range(21400, 32000, count):
        if not any(listens(port) for port in range(first, first + count)):
            return first
    raise RuntimeError("no free ports")


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of this computer."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
