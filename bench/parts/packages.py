"""The peers: programs of Debian's that the benches compare with; missing ones are installed where that is allowed."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path


@functools.cache
def lacking(*packages: str) -> str:
    """Install the Debian packages that are missing; return why that failed, an empty text when they are there."""
    missing = [package for package in packages if not _installed(package)]
    if not missing:
        return ""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if (root and shutil.which("sudo") is None) or shutil.which("apt-get") is None:
        return f"not installed: {' '.join(missing)}"
    print(f"Installing Debian packages: {' '.join(missing)}", flush=True)
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run([*root, "apt-get", *command], env=quietly, capture_output=True, text=True)
        if done.returncode != 0:
            return (
                f"not installed: {' '.join(missing)} ({(done.stderr.strip().splitlines() or ['apt-get failed'])[-1]})"
            )
    return ""


def _installed(package: str) -> bool:
    asked = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, text=True)
    return asked.stdout == "installed"


def postgresql(program: str) -> Path | None:
    """Return where a program of the newest installed PostgreSQL lies."""
    found = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    return max(found, key=lambda path: int(path.parts[-3]), default=None)
