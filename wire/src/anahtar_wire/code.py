"""The verification code: twelve characters without look-alikes, `ABCD-EFGH-JKLM`.

The first group finds the unlock, the other two are the secret (40 bits).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUP = 4
GROUPS = 3
_SEPARATORS = str.maketrans("", "", " -\u2013\u2014\u2010\u2011\t\r\n\u00a0\u200b\ufeff")


class NotACode(Exception):
    """The text cannot be a verification code, whatever the server thinks: nothing needs to be asked or used up."""


class LooksLikeSmsCode(NotACode):
    """The text is the eight digits of an SMS confirmation code: it belongs into another field."""


@dataclass(frozen=True, slots=True, repr=False)
class VerificationCode:
    """A code in its two parts; it does not print itself."""

    reference: str
    secret: str

    def reveal(self) -> str:
        """Return the code in groups, for the page that shows it."""
        text = self.reference + self.secret
        return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))

    @classmethod
    def parse(cls, text: str) -> VerificationCode:
        """Read a code as typed or pasted: upper or lower case, spaces, dashes and full-width forms do not matter.

        Raises LooksLikeSmsCode, or NotACode for a wrong length or a character that no code has.
        """
        plain = unicodedata.normalize("NFKC", text[:200]).translate(_SEPARATORS)
        if len(plain) == 8 and plain.isascii() and plain.isdigit():
            raise LooksLikeSmsCode
        if not plain.isascii():
            raise NotACode
        plain = plain.upper()
        if len(plain) != GROUP * GROUPS or not set(plain) <= set(ALPHABET):
            raise NotACode
        return cls(plain[:GROUP], plain[GROUP:])

    @classmethod
    def make(cls, choose: Callable[[Sequence[str]], str]) -> VerificationCode:
        """Make a code; `choose` picks one character (`secrets.choice` in earnest)."""
        text = "".join(choose(ALPHABET) for _ in range(GROUP * GROUPS))
        return cls(text[:GROUP], text[GROUP:])
