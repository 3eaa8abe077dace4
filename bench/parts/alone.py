"""A network of a bench's own, with nothing in it but the loopback: for peers that listen on every interface."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_HOLD = """
import fcntl, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1 | 64))  # SIOCSIFFLAGS: up, running (netdevice(7))
print("up", flush=True)
sys.stdin.read()
"""
_ALL_LISTEN = """
import socket, sys
for port in sys.argv[1:]:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(port))):
            sys.exit(1)
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
        asked = self.inside([sys.executable, "-c", _ALL_LISTEN, *map(str, ports)])
        return subprocess.run(asked, check=False).returncode == 0


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
