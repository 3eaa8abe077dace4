"""Making a token of SoftHSM: for rehearsals and tests. An authority's token comes from its own ceremony."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from anahtar_server.custody.errors import CustodyGone

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
"""Where distributions put the library."""

CONFIGURATION = "softhsm2.conf"


def module() -> str | None:
    """Return the path of SoftHSM's library, None where it is not installed."""
    return next((path for path in MODULES if Path(path).exists()), None)


def available() -> bool:
    """Say whether SoftHSM is installed."""
    return module() is not None


def make_token(folder: Path, *, label: str, pin: str, so_pin: str) -> Path:
    """Make a token named `label` in `folder` and return the configuration that names it (for SOFTHSM2_CONF).

    A process of its own does it (initialising a token ends all sessions of a process); the PINs go to it through a
    pipe, so that no list of processes shows them. Raises CustodyGone if SoftHSM is absent or fails.
    """
    library = module()
    if library is None:
        raise CustodyGone("SoftHSM is not installed")
    configuration = _configure(folder.absolute())
    done = subprocess.run(  # noqa: S603  # our own module, in our own interpreter
        [sys.executable, "-m", "anahtar_server.custody.token_making", library, label],
        input=f"{so_pin}\n{pin}\n".encode(),
        env={**os.environ, "SOFTHSM2_CONF": str(configuration)},
        capture_output=True,
        timeout=30,
        check=False,
    )
    if done.returncode != 0:
        raise CustodyGone(f"the token could not be made: {done.stderr.decode().strip().splitlines()[-1:]}")
    return configuration


def _configure(folder: Path) -> Path:
    tokens = folder / "tokens"
    tokens.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration = folder / CONFIGURATION
    configuration.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
        encoding="utf-8",
    )
    return configuration
