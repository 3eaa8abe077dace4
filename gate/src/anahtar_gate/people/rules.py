"""What a person's record must look like: pure checks, no framework."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stdnum.tr import tckimlik

# E.164: a plus, a country code that does not begin with 0, at most 15 digits in all (ITU-T E.164, section 6).
_E164 = re.compile(r"^\+[1-9][0-9]{7,14}$")
# Digits are ASCII only: str.isdigit() and python-stdnum both accept others.
_ELEVEN_DIGITS = re.compile(r"^[0-9]{11}$")
EARLIEST_BIRTH = date(1880, 1, 1)
SHORTEST_PASSWORD = 8


class PersonWrong(Exception):
    """A record was refused; ``field`` names what must be put right, never its value."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is not acceptable")
        self.field = field


def is_tckn(text: str) -> bool:
    """True for 11 ASCII digits, the first not 0, with both check digits right."""
    return bool(_ELEVEN_DIGITS.match(text)) and tckimlik.is_valid(text)


def is_mobile(text: str) -> bool:
    """True for a number in E.164."""
    return bool(_E164.match(text))


def last_digits(mobile: str, count: int = 2) -> str:
    """The only part of a telephone number that is shown: its last ``count`` digits."""
    return mobile[-count:]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """What the register is told about a person; checked when made, without a repr of its content."""

    tckn: str
    given_name: str
    family_name: str
    birth_date: date
    mobile: str

    def __post_init__(self) -> None:
        for field, right in (
            ("tckn", is_tckn(self.tckn)),
            ("given_name", 0 < len(self.given_name.strip()) <= 100),
            ("family_name", 0 < len(self.family_name.strip()) <= 100),
            ("birth_date", self.birth_date >= EARLIEST_BIRTH),
            ("mobile", is_mobile(self.mobile)),
        ):
            if not right:
                raise PersonWrong(field)

    def __repr__(self) -> str:
        return "PersonRecord(…)"


def check_password_shape(password: str) -> None:
    """Refuse a password that is too short to be one. Raises PersonWrong("password")."""
    if len(password) < SHORTEST_PASSWORD:
        raise PersonWrong("password")
