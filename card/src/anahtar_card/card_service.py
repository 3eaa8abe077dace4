"""A PC/SC service of our own for rehearsal and tests: pcscd with vpcd's virtual readers, beside any other pcscd.

pcscd takes a socket that was bound for it (systemd's LISTEN_FDS, sd_listen_fds(3)), so it touches neither the system's
socket nor its pid file; its folder of USB drivers is an empty one, so it never opens a reader that stands on the desk.

vpcd's ports listen on every interface: whoever reaches them can put a card into a reader. Rehearsal and tests only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from anahtar_card.errors import NoReaderService

PCSCD = Path("/usr/sbin/pcscd")
VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READERS_PER_ENTRY = 2  # vpcd listens on the port of its entry and on the next
MOST_READERS = 16  # PCSCLITE_MAX_READERS_CONTEXTS
PORTS = range(20000, 32000)  # below the ports that the kernel gives to clients by itself
LONGEST_SOCKET_PATH = 107  # sockaddr_un (unix(7)), without its closing zero
ATTEMPTS = 5
READY_WITHIN = 5.0

# The service is told its own process number and finds its socket as descriptor 3: the shell becomes the service.
BECOME_SERVICE = 'exec 3<&0 </dev/null; LISTEN_PID=$$; export LISTEN_PID; exec "$@"'


def missing() -> list[str]:
    """Return the names of the parts that a private service lacks here: Debian's packages, and pyscard from PyPI."""
    there = {
        "pcscd": PCSCD.exists(),
        "vsmartcard-vpcd": VPCD.exists(),
        "pyscard": importlib.util.find_spec("smartcard") is not None,
    }
    return [part for part, present in there.items() if not present]


class CardService:
    """A running pcscd with `readers` empty virtual readers (always an even number of them, at most 16).

    It keeps its files in `folder`, whose path must be short (a unix socket's path has at most 107 bytes). Programs
    reach it with `environment`; PC/SC's client library reads it once, so a process knows one service for its life. The
    service ends with `stop`, and with the thread that started it (prctl(2), PR_SET_PDEATHSIG). `choice` picks ports.
    """

    def __init__(
        self, folder: Path | str, readers: int = 2, name: str = "Anahtar", choice: random.Random | None = None
    ) -> None:
        self._entries = -(-readers // READERS_PER_ENTRY)
        if not 1 <= self._entries * READERS_PER_ENTRY <= MOST_READERS:
            raise ValueError(f"a service has 1 to {MOST_READERS} readers")
        self._folder = Path(folder).absolute()
        self._socket_path = self._folder / "pcscd.comm"
        if len(os.fsencode(self._socket_path)) > LONGEST_SOCKET_PATH:
            raise ValueError("the folder's path is too long for a unix socket")
        self._name = name
        self._choice = choice or random.SystemRandom()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.ports: list[int] = []

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment, before its first word with PC/SC, to find this service."""
        return {"PCSCLITE_CSOCK_NAME": str(self._socket_path)}

    @property
    def reader_names(self) -> list[str]:
        """The readers' names as PC/SC tells them, in the order of `ports`."""
        return [f"{self._entry_name(entry)} 00 {slot:02X}" for entry in range(self._entries) for slot in (0, 1)]

    def start(self) -> Self:
        """Start the service and return when its readers are there; raises NoReaderService."""
        lacking = missing()
        if lacking:
            raise NoReaderService(", ".join(lacking))
        self._bind()
        for _ in range(ATTEMPTS):  # another program may take a port between our look and vpcd's bind
            self.ports = self._free_ports()
            with contextlib.suppress(NoReaderService):
                self._launch()
                return self
        self.stop()
        raise NoReaderService("pcscd did not open its virtual readers")

    def restart(self) -> None:
        """End the service and start it again, same socket, same ports, all cards out; raises NoReaderService."""
        self._end()
        self._launch()

    def stop(self) -> None:
        """End the service; may be called twice."""
        self._end()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._socket_path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bind(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / "no-drivers").mkdir(exist_ok=True)
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(self._socket_path)) == 0:
                raise NoReaderService("another service lives in this folder")
        self._socket_path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._socket_path))
        self._socket_path.chmod(0o600)
        self._socket.listen(64)

    def _launch(self) -> None:
        self._write_configuration()
        command = ["setpriv", "--pdeathsig", "TERM", "sh", "-c", BECOME_SERVICE, "sh", str(PCSCD), "--foreground"]
        command += ["--config", str(self._folder / "readers"), *_without_polkit()]
        surroundings = {"LISTEN_FDS": "1", "PCSCLITE_HP_DROPDIR": str(self._folder / "no-drivers")}
        assert self._socket is not None
        with (self._folder / "pcscd.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # fixed words and paths of our own
                command, env=os.environ | surroundings, stdin=self._socket.fileno(), stdout=log, stderr=log
            )
        if not self._becomes_ready(self._process):
            self._end()
            raise NoReaderService("pcscd did not open its virtual readers")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until this very process listens for every reader's card; tell whether it came to that."""
        deadline = time.monotonic() + READY_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if set(self.ports) <= _listening_ports(process.pid):
                return True
            time.sleep(0.005)
        return False

    def _write_configuration(self) -> None:
        folder = self._folder / "readers"
        folder.mkdir(exist_ok=True)
        lines = []
        for entry, port in enumerate(self.ports[::READERS_PER_ENTRY]):
            driver = self._folder / f"vpcd-{entry}.so"  # two entries that share one driver file hang
            shutil.copyfile(VPCD, driver)
            lines += [
                f'FRIENDLYNAME "{self._entry_name(entry)}"',
                f"DEVICENAME /dev/null:0x{port:X}",
                f"LIBPATH {driver}",
                f"CHANNELID 0x{port:X}",
            ]
        (folder / "vpcd").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _entry_name(self, entry: int) -> str:
        return f"{self._name} {chr(ord('A') + entry)}"  # pcscd numbers readers by name: equal names would be equal

    def _free_ports(self) -> list[int]:
        ports: list[int] = []
        while len(ports) < self._entries * READERS_PER_ENTRY:
            first = self._choice.choice(PORTS[::READERS_PER_ENTRY])
            if first not in ports and _is_free(first) and _is_free(first + 1):
                ports += [first, first + 1]
        return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _listening_ports(pid: int) -> set[int]:
    """Return the TCP ports that a process listens on, as the kernel tells (proc(5)); connecting would insert a card."""
    try:
        mine = {os.readlink(handle) for handle in Path(f"/proc/{pid}/fd").iterdir()}
        rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    except OSError:  # a descriptor closed while we looked
        return set()
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine}


def _without_polkit() -> list[str]:
    """A private service answers only those who may open its socket; newer pcscds ask a desktop's polkit besides."""
    told = subprocess.run([PCSCD, "--help"], capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    return ["--disable-polkit"] if "--disable-polkit" in told.stdout + told.stderr else []
