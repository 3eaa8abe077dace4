"""How a process of the server begins."""

from __future__ import annotations

import gc

import django


def set_up() -> None:
    """Make Django ready. What a start makes stays until the end, so garbage is not looked for among it: not meanwhile,
    not later, not at the end (`gc.freeze`). That is a quarter of the start of a process."""
    gc.disable()
    try:
        django.setup()
        gc.freeze()
    finally:
        gc.enable()
