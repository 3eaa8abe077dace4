"""The secrets inside a virtual card. Tries are taken before a comparison and given back after it, so that cutting the
power in between never gives a free guess.

The card's file holds the keys as they are, PIN and PUK as salted hashes. That keeps digits out of backups and searches;
it does not stop anyone who has the file, for PINs are few: a virtual card guards nothing (see `anahtar_card.virtual`).
"""

from __future__ import annotations

import hashlib
import hmac

from anahtar_card.families.akis import names
from anahtar_card.virtual import Memory

SALT_LENGTH = 16


class CountedSecret:
    """A PIN, PUK or key in the card's memory, kept under `name` with its tries under `name_tries`."""

    def __init__(self, memory: Memory, name: str, full: int) -> None:
        self._memory = memory
        self._name = name
        self.full = full

    @property
    def tries(self) -> int:
        """The tries left, 0 also while there is no secret."""
        tries: int = self._memory.read(f"{self._name}_tries")
        return tries

    @property
    def exists(self) -> bool:
        """Whether the secret was ever set."""
        return bool(self._memory.read(self._name))

    def take_try(self) -> None:
        """Write the try as used; call it before the comparison."""
        self._memory.write(**{f"{self._name}_tries": self.tries - 1})

    def give_back(self) -> None:
        """Write full tries; call it after the comparison, when it held."""
        self._memory.write(**{f"{self._name}_tries": self.full})

    def read(self) -> bytes:
        """Return what the memory holds: a key, or salt ‖ hash of a PIN."""
        value: bytes = self._memory.read(self._name)
        return value

    def replace(self, value: bytes) -> None:
        """Write a new secret and full tries in one step: there is no moment with one of the two."""
        self._memory.write(**{self._name: value, f"{self._name}_tries": self.full})


class CountedPin(CountedSecret):
    """A PIN or PUK: only a salted hash of its bytes is kept."""

    def matches(self, digits: bytes) -> bool:
        """Compare without telling by time where the difference lies."""
        stored = self.read()
        return hmac.compare_digest(stored, _digest(stored[:SALT_LENGTH], digits))

    def set(self, digits: bytes, salt: bytes) -> None:
        """Replace the PIN and fill its tries, in one write."""
        self.replace(_digest(salt, digits))


def _digest(salt: bytes, digits: bytes) -> bytes:
    return salt + hashlib.sha256(salt + digits).digest()


def pin_of(memory: Memory) -> CountedPin:
    """Return the holder's PIN."""
    return CountedPin(memory, "pin", names.PIN_TRIES)


def puk_of(memory: Memory) -> CountedPin:
    """Return the PUK, which the card draws for itself and tells nobody."""
    return CountedPin(memory, "puk", names.PUK_TRIES)


def reset_key_of(memory: Memory) -> CountedSecret:
    """Return AKIS-RESET, whose only right is the reset of the PIN."""
    return CountedSecret(memory, "reset_key", names.RESET_KEY_TRIES)
