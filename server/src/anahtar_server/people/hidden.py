"""Which digits must not be in a holder's PIN, told so that a claimed code shows nobody a birth date or number."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from anahtar_server.people.models import Firm, HiddenDigits, Holder
from anahtar_server.people.queries import mobiles_of
from anahtar_server.people.rules import personal_digits
from anahtar_server.prepared import Prepared

COST = 1024  # scrypt's N: some 3 ms a try, so that digits cannot be read out of a claim in passing
LENGTH = 16
_LENGTHS = range(6, 9)
_KEPT = Prepared(lambda made_of: HiddenDigits.objects.filter(made_of=made_of))


@dataclass(frozen=True, slots=True)
class Hidden:
    """A salt and, under it, the scrypt digest (N=COST, r=8, p=1, 16 bytes) of each run of 6 to 8 personal digits."""

    salt: bytes
    digests: list[bytes]


def hidden_digits(holder: Holder, firm: Firm | None) -> Hidden:
    """Return the hidden digits of who acts and of the firm; made once, and again when a number or line changes."""
    texts = _personal(holder, firm)
    made_of = hashlib.sha256("\0".join([str(holder.pk), *texts]).encode()).hexdigest()
    kept = _KEPT.first(made_of=made_of)
    if kept is None:
        salt = secrets.token_bytes(16)
        digests = b"".join(_digest(run, salt) for run in sorted({run for text in texts for run in _runs(text)}))
        kept, _ = HiddenDigits.objects.get_or_create(
            made_of=made_of, defaults={"holder": holder, "firm": firm, "salt": salt, "digests": digests}
        )
    raw = bytes(kept.digests)
    return Hidden(bytes(kept.salt), [raw[start : start + LENGTH] for start in range(0, len(raw), LENGTH)])


def _digest(run: str, salt: bytes) -> bytes:
    return hashlib.scrypt(run.encode(), salt=salt, n=COST, r=8, p=1, dklen=LENGTH)


def _personal(holder: Holder, firm: Firm | None) -> list[str]:
    mobiles = [line.address for line in mobiles_of(holder)]
    numbers = [holder.tckn, *([firm.tax_number] if firm is not None else [])]
    return personal_digits(numbers, holder.birth_date, mobiles)


def _runs(text: str) -> set[str]:
    return {text[start : start + size] for size in _LENGTHS for start in range(len(text) - size + 1)}
