"""Peers that are unpacked, not installed: nothing of them starts by itself, and the machine stays as it was."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from pathlib import Path


class NotThere(Exception):
    """A peer could not be had; the text says why."""


@functools.cache
def unpacked(*packages: str) -> Path:
    """Fetch Debian packages, unpack them into one folder, and return it; raises NotThere."""
    folder = Path(tempfile.mkdtemp(prefix="anahtar-peers-"))
    folder.chmod(0o755)
    done = subprocess.run(["apt-get", "download", "-qq", *packages], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise NotThere(f"apt-get download {' '.join(packages)}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which a program of `folder` finds its own libraries."""
    libraries = sorted({str(path.parent) for path in folder.rglob("*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}
