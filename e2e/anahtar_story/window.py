"""The real window on the demo's cards: `script/demo --window`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from anahtar_desktop.settings import VARIABLE


def open_window(folder: Path, *, screen: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start `eimza window` on the rehearsal in `folder`, on this process's card service; `screen` overrides where it
    is shown. Whoever started it waits for it or ends it."""
    program = Path(sys.executable).parent / "eimza"
    environment = {**os.environ, VARIABLE: str(folder / "eimza.toml"), **(screen or {})}
    return subprocess.Popen([program, "window"], env=environment, stdin=subprocess.DEVNULL)
