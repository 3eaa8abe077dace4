"""What can go wrong with keys; each error carries facts, none a secret."""

from __future__ import annotations


class CustodyError(Exception):
    """The base of all errors of the custody."""


class KeyMissing(CustodyError):
    """There is no key of the name `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no key {key}")
        self.key = key


class KeyThere(CustodyError):
    """A key of the name `key` exists already; it is never overwritten."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is a key {key} already")
        self.key = key


class CustodyGone(CustodyError):
    """The keys cannot be used now; `reason` says why in a few plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RehearsalOnly(CustodyError):
    """Software keys were asked for outside of a rehearsal."""
