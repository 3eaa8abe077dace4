"""The window: one question a page. It decides nothing; `anahtar_desktop.assistant` asks, and these pages answer."""

import builtins

import PySide6  # noqa: F401  # brings the import of its own that is taken out here

# PySide6 looks at every module that is loaded for its switches of names (`from __feature__ import …`) and reads the
# module's source for it, a twentieth of the time until the first picture. We use none of them.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
