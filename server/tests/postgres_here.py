"""A private PostgreSQL for tests: a cluster in a folder of its own, reachable by its unix socket only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def _binaries() -> Path:
    """The newest installed PostgreSQL's programs; raises FileNotFoundError, for a missing part fails loudly."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: run script/setup test")
    return found[-1].parent


class PrivatePostgresql:
    """Start and stop a cluster; as root it runs under the account `postgres`, for the server refuses root."""

    def __init__(self, _folder: Path) -> None:
        # Not below pytest's folder, which the account `postgres` may not enter.
        self.socket_folder = tempfile.mkdtemp(prefix="anahtar-pg-", dir="/tmp")
        self._data = f"{self.socket_folder}/data"
        self._as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_other:
            shutil.chown(self.socket_folder, "postgres", "postgres")

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        initdb = ["initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run([*initdb, "--locale", "C.UTF-8"])
        # No test pulls the plug of the machine: what is written survives a killed server without waiting for disks.
        settings = ("listen_addresses=", f"unix_socket_directories={self.socket_folder}", "max_connections=120",
                    "fsync=off", "synchronous_commit=off", "full_page_writes=off")  # fmt: skip
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(["pg_ctl", "-D", self._data, "-w", "-l", f"{self._data}/log", "-o", options, "start"])

    def stop(self) -> None:
        """Stop at once and delete the cluster."""
        self._run(["pg_ctl", "-D", self._data, "-m", "immediate", "stop"])
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        path = str(_binaries() / command[0])
        done = subprocess.run([*self._as_other, path, *command[1:]], capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr}")
