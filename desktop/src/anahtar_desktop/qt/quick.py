"""The way to the first picture, without what nobody waits for."""

from __future__ import annotations

import builtins
import gc


def begin() -> None:
    """Load PySide6 so that all that follows loads sooner; raises ImportError where it cannot be loaded.

    What a start makes stays until the end: garbage is not looked for among it. And PySide6 looks at every module that
    is loaded for its switches of names (`from __feature__ import …`), for which it reads the module's source: none of
    ours has one. Each takes a twentieth of the time until the first picture.
    """
    gc.disable()
    import PySide6  # noqa: F401  # brings an import of its own

    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def done() -> None:
    """Look for garbage again, but not among what is there now."""
    gc.freeze()
    gc.enable()
