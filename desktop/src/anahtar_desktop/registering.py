"""`eimza register`: links `eimza://…` open this program, for this user only and without administrator rights."""

from __future__ import annotations

import sys

from anahtar_desktop.texts import Text, say


def program() -> list[str]:
    """Return the command that starts this program: the built one, or Python with our module."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "anahtar_desktop.cli"]


def register_here(language: str, *, remove: bool) -> int:
    """Register or unregister on this system, say what was done, and return the exit status."""
    if sys.platform == "win32":
        from anahtar_desktop.register_windows import register, unregister
    elif sys.platform == "darwin":
        from anahtar_desktop.register_macos import register, unregister
    else:
        from anahtar_desktop.register_linux import register, unregister
    try:
        where = unregister() if remove else register(program())
    except OSError as error:
        print(say(Text.REGISTER_FAILED, language, reason=error.strerror or type(error).__name__), file=sys.stderr)
        return 1
    print(say(Text.UNREGISTERED if remove else Text.REGISTERED, language, where=where))
    return 0
