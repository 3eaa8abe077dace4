"""Whether Qt can open a window here, found out before Qt is asked: it would end the process with words of its own."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from pathlib import Path

PLUGIN = Path("Qt") / "plugins" / "platforms" / "libqxcb.so"


def missing(environment: Mapping[str, str], system: str = sys.platform) -> str | None:
    """Return the library that a window on X11 lacks, None when nothing is known to be lacking."""
    if system != "linux" or environment.get("QT_QPA_PLATFORM") or environment.get("WAYLAND_DISPLAY"):
        return None
    import PySide6

    plugin = Path(PySide6.__file__).parent / PLUGIN
    if not plugin.exists():  # Debian's own PySide6 brings what it needs
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error).split(":")[0]
    return None
