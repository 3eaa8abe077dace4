"""A network of a bench's own, with nothing in it but the loopback: for peers that listen on every interface."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_HOLD = """
import fcntl, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1 | 64))  # SIOCSIFFLAGS: up, running (netdevice(7))
print("up", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Network:
    """The network that the process `pid` holds open."""

    pid: int
    own_user: bool

    def inside(self, command: list[str]) -> list[str]:
        """Return the command that runs `command` there."""
        who = ["--user", "--preserve-credentials"] if self.own_user else []
        return ["nsenter", "--target", str(self.pid), "--net", *who, "--", *command]

    def listen(self, *ports: int) -> bool:
        """Tell whether somebody listens on each of these ports."""
        # Read, not tried: openssl's responder takes one connection at a time, and a probe may leave it waiting.
        rows = [row.split() for name in ("tcp", "tcp6") for row in _table(self.pid, name)]
        listening = {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTEN}
        return listening.issuperset(ports)


_LISTEN = "0A"  # TCP_LISTEN in the kernel's tables (proc_net_tcp.txt)


def _table(pid: int, name: str) -> list[str]:
    return Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]


@contextmanager
def network() -> Iterator[Network]:
    """Hold a network of one's own while the block runs; raises RuntimeError where that is not allowed."""
    own_user = os.geteuid() != 0
    command = ["unshare", *(["--map-root-user"] if own_user else []), "--net", sys.executable, "-c", _HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != "up\n":
            raise RuntimeError("no network of our own can be made here")
        yield Network(holder.pid, own_user)
