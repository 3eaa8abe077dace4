"""Which digits must not be in a holder's PIN, told so that a claimed code shows nobody a birth date or number."""

from __future__ import annotations

import hashlib
import secrets

from anahtar_server.people.models import ContactLine
from anahtar_server.people.queries import lines_of
from anahtar_server.people.rules import personal_digits
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import PersonalDigits

_COST = 1024  # scrypt's N: some 3 ms an attempt, so that digits cannot be read out of a claim in passing
_LENGTHS = range(6, 9)


def personal_digits_of(unlock: Unlock) -> PersonalDigits:
    """Return every run of 6 to 8 personal digits of who acts and of the firm, as scrypt digests under a fresh salt."""
    runs = sorted({run for text in _personal(unlock) for run in _runs(text)})
    salt = secrets.token_bytes(16)
    digests = [hashlib.scrypt(run.encode(), salt=salt, n=_COST, r=8, p=1, dklen=16) for run in runs]
    return PersonalDigits(salt=salt, cost=_COST, digests=sorted(digests))


def _personal(unlock: Unlock) -> list[str]:
    holder, firm = unlock.holder, unlock.card.firm
    mobiles = list(lines_of(holder).filter(channel=ContactLine.Channel.SMS).values_list("address", flat=True))
    numbers = [holder.tckn, *([firm.tax_number] if firm is not None else [])]
    return personal_digits(numbers, holder.birth_date, mobiles)


def _runs(text: str) -> set[str]:
    return {text[start : start + size] for size in _LENGTHS for start in range(len(text) - size + 1)}
