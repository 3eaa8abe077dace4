"""A PIN that cannot show itself, and the rule that a new one must meet."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from enum import StrEnum

from anahtar_card.record import record


class Pin:
    """The digits of a PIN. Neither printing, formatting, pickling nor hashing gives them away."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = bytearray(digits.encode())

    def reveal(self) -> bytes:
        """Return the digits as ASCII bytes, for the one command that carries them."""
        return bytes(self._digits)

    def wipe(self) -> None:
        """Overwrite our copy of the digits; what Python copied elsewhere is outside our reach (docs/threats)."""
        for index in range(len(self._digits)):
            self._digits[index] = 0
        self._digits.clear()

    def __len__(self) -> int:
        return len(self._digits)

    def __eq__(self, other: object) -> bool:
        from hmac import compare_digest  # brings OpenSSL, which a look at a card does without

        return isinstance(other, Pin) and compare_digest(self._digits, other._digits)

    __hash__ = None  # type: ignore[assignment]  # a hash of so few digits would be the PIN itself

    def __repr__(self) -> str:
        return "<Pin>"

    def __reduce__(self) -> str:
        raise TypeError("a PIN is never stored")


class PinFault(StrEnum):
    """What a new PIN can have against the rule; a front end shows each as a line of its own."""

    NOT_DIGITS = "not-digits"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    ONE_DIGIT = "one-digit"
    RUN = "run"
    PERSONAL = "personal"


@record
class PinRule:
    """The rule for a new PIN: lengths in digits; the card's own bounds win over ours when they are narrower."""

    shortest: int = 6
    longest: int = 8

    def within(self, shortest: int, longest: int) -> PinRule:
        """Return this rule narrowed to a card's own minimum and maximum."""
        return PinRule(max(self.shortest, shortest), min(self.longest, longest))

    def faults(self, pin: Pin, personal: Iterable[str] = ()) -> list[PinFault]:
        """Return what speaks against `pin`.

        `personal` are strings of digits that it must not be a part of: TCKN, VKN, birth date, phone.
        """
        digits = pin.reveal()
        if any(not 0x30 <= digit <= 0x39 for digit in digits):  # ASCII digits only: str.isdigit() takes others
            return [PinFault.NOT_DIGITS]
        found = []
        if len(digits) < self.shortest:
            found.append(PinFault.TOO_SHORT)
        if len(digits) > self.longest:
            found.append(PinFault.TOO_LONG)
        if len(digits) > 1:
            steps = {later - earlier for earlier, later in itertools.pairwise(digits)}
            if steps == {0}:
                found.append(PinFault.ONE_DIGIT)
            elif steps in ({1}, {-1}):
                found.append(PinFault.RUN)
        if digits and any(digits in text.encode() for text in personal):
            found.append(PinFault.PERSONAL)
        return found
