"""Registering on Windows: a URL protocol under HKEY_CURRENT_USER, as Microsoft documents it ("Registering an
Application to a URI Scheme"). UNTESTED: written to the documented interface, and run by nobody here yet."""

from __future__ import annotations

import importlib
import subprocess
from collections.abc import Sequence
from typing import Any

KEY = r"Software\Classes\eimza"


def register(command: Sequence[str]) -> str:
    """Write the keys and return their place; raises OSError."""
    registry = _registry()
    line = f'{subprocess.list2cmdline(command)} open "%1"'
    values = (
        (KEY, "", "URL:E-İmza Uygulaması"),
        (KEY, "URL Protocol", ""),
        (KEY + r"\shell\open\command", "", line),
    )
    for key, name, value in values:
        with registry.CreateKey(registry.HKEY_CURRENT_USER, key) as handle:
            registry.SetValueEx(handle, name, 0, registry.REG_SZ, value)
    return f"HKCU\\{KEY}"


def unregister() -> str:
    """Take the keys away, the innermost first; raises OSError."""
    registry = _registry()
    for below in (r"\shell\open\command", r"\shell\open", r"\shell", ""):
        try:
            registry.DeleteKey(registry.HKEY_CURRENT_USER, KEY + below)
        except FileNotFoundError:
            continue
    return f"HKCU\\{KEY}"


def _registry() -> Any:
    return importlib.import_module("winreg")
