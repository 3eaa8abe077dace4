"""The custody of keys. It knows keys, never sessions."""

from __future__ import annotations

from anahtar_server.custody.errors import CustodyError, CustodyGone, KeyMissing, KeyThere, RehearsalOnly
from anahtar_server.custody.opening import open_custody
from anahtar_server.custody.port import Curve, Custody

__all__ = [
    "Curve",
    "Custody",
    "CustodyError",
    "CustodyGone",
    "KeyMissing",
    "KeyThere",
    "RehearsalOnly",
    "open_custody",
]
