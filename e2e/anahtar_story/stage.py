"""The stage of a rehearsal: a folder made afresh, and the processes of the whole system on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from anahtar_card.record import replace
from anahtar_desktop.client import HttpServer
from anahtar_desktop.settings import read_file
from anahtar_desktop.transport import Transport

FIRST_PORT = 8400
_READY_WITHIN = 30.0


class StageNotReady(Exception):
    """The system did not come up; the text says which part and where its log lies."""


class Stage:
    """Makes the folder, starts the processes, stops exactly those."""

    processes = {
        "gate": ["anahtar-gate", "serve"],
        "portal": ["anahtar", "serve"],
        "keyservice": ["anahtar", "keyservice"],
        "worker": ["anahtar", "worker"],
        "publisher": ["anahtar", "publisher"],
        "responder": ["anahtar", "responder"],
        "inbox": ["anahtar", "inbox"],
    }

    def __init__(
        self,
        folder: Path,
        *,
        readers: str,
        seed: int,
        first_port: int = FIRST_PORT,
        settings: str = "",
        people: int = 2,
        database: str = "",
        representatives: int = 1,
        firms: int = 0,
    ) -> None:
        """`settings` is added to the rehearsal's settings, as text; the second of `people` represents a firm, and so
        many further `firms`. With more `representatives` the first person represents that firm too, then the third.
        `database` is the text of the table [database], the embedded one without it."""
        self.portal, self.gate, self.mail = (f"http://localhost:{first_port + offset}" for offset in range(3))
        names = ("portal", "gate", "inbox", "responder")
        self._ports = {name: first_port + offset for offset, name in enumerate(names)}
        self.folder = folder.absolute()
        self._readers = readers
        self._seed = seed
        self._settings = settings
        self._people = people
        self._database = database
        self._representatives, self._firms = representatives, firms
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.own_environment: dict[str, dict[str, str]] = {}
        """What single processes get besides, by their names."""

    def __enter__(self) -> Self:
        try:
            self._make()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the system's processes."""
        return {**os.environ, "ANAHTAR_CONFIG": str(self.folder / "anahtar.toml")}

    @property
    def people(self) -> list[dict[str, Any]]:
        """The rehearsal's persons with their secrets."""
        loaded: list[dict[str, Any]] = json.loads((self.folder / "people.json").read_text(encoding="utf-8"))
        return loaded

    def server(self, address: str = "", transport: Transport | None = None) -> HttpServer:
        """The server as this rehearsal's program reaches it, or at another address."""
        settings = read_file(self.folder / "eimza.toml")
        return HttpServer.of(replace(settings, server=address or settings.server), transport=transport)

    @property
    def inbox(self) -> Path:
        """Where SMS and e-mail arrive instead of being sent."""
        return self.folder / "inbox"

    def run(self, *command: str) -> str:
        """Run one of our commands to its end and return what it printed; raises StageNotReady when it fails."""
        done = subprocess.run(
            [_program(command[0]), *command[1:]], env=self.environment, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise StageNotReady(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _make(self) -> None:
        for name, port in self._ports.items():
            if _listens(port):
                raise StageNotReady(f"port {port} ({name}) is taken: another demo may be running")
        if (self.folder / "anahtar.toml").exists():
            shutil.rmtree(self.folder)  # an earlier rehearsal: made to be thrown away
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = ["--readers", self._readers, "--seed", str(self._seed), "--first-port", str(self._ports["portal"])]
        options += ["--people", str(self._people), *(["--database", self._database] if self._database else [])]
        options += ["--representatives", str(self._representatives), "--firms", str(self._firms)]
        self.run("anahtar", "rehearsal", str(self.folder), *options)
        with (self.folder / "anahtar.toml").open("a", encoding="utf-8") as file:
            file.write(self._settings)
        self.run("anahtar-gate", "prepare")
        self.run("anahtar-gate", "people", str(self.folder / "gate-people.json"))

    def _start(self) -> None:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        for name in self.processes:
            self._launch(name)
        self._wait_until_ready()

    def _launch(self, name: str) -> None:
        command = self.processes[name]
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [_program(command[0]), *command[1:]],
                env=self.environment | self.own_environment.get(name, {}),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the story, which then stops them in order
            )

    def restart(self, name: str) -> None:
        """Kill what is left of a process and start it anew; returns when the whole system answers."""
        self.kill(name)
        if name == "keyservice":
            (self.folder / "keyservice.sock").unlink(missing_ok=True)  # a dead one leaves it, readiness is asked by it
        self._launch(name)
        self._wait_until_ready()

    def kill(self, name: str) -> None:
        """Kill a process with all its children, as a power cut would; one that is dead already is no error."""
        process = self._running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # each leads a group of its own: no child stays behind
        process.wait()
        while name in self._ports and _listens(self._ports[name]):
            time.sleep(0.01)  # a child goes a little after it, and would be taken for the next one that is ready

    def _wait_until_ready(self) -> None:
        logs = self.folder / "logs"
        deadline = time.monotonic() + _READY_WITHIN
        while not self._ready():
            self._refuse_dead()
            if time.monotonic() > deadline:
                raise StageNotReady(f"not ready in time; see {logs}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        return all(_listens(port) for port in self._ports.values()) and (self.folder / "keyservice.sock").exists()

    def _refuse_dead(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                log = self.folder / "logs" / f"{name}.log"
                raise StageNotReady(f"{name} ended with {process.returncode}; see {log}\n{log.read_text()[-2000:]}")

    def wait(self) -> None:
        """Stay until one of the processes ends; raises StageNotReady then."""
        while True:
            self._refuse_dead()
            time.sleep(0.5)

    def stop(self) -> None:
        """End the processes that were started here, the last first."""
        for process in reversed(list(self._running.values())):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # each leads a group of its own: no child stays behind
            process.wait()
        self._running.clear()


def _program(name: str) -> str:
    """Our commands lie beside the interpreter that runs us."""
    return str(Path(sys.executable).parent / name)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
