"""Numbers and names as the registers keep them."""

from __future__ import annotations

import unicodedata
from datetime import date

import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.tr import tckimlik, vkn

_TURKISH = str.maketrans({"İ": "i", "I": "ı"})


def fold(text: str) -> str:
    """Fold Turkish text for searching: İ→i, I→ı, then case-folded, NFC."""
    return unicodedata.normalize("NFC", text.translate(_TURKISH).casefold())


def checked_tckn(text: str) -> str:
    """Return the TCKN if its check digits are right; raises ValueError."""
    if len(text) != 11 or not text.isascii():
        raise ValueError("a TCKN has eleven digits")
    try:
        return str(tckimlik.validate(text))
    except ValidationError:
        raise ValueError("this is no TCKN") from None


def checked_tax_number(text: str) -> str:
    """Return a VKN, or the TCKN of a sole trader, if its check digits are right; raises ValueError."""
    if len(text) == 11:
        return checked_tckn(text)
    if not text.isascii():
        raise ValueError("a VKN has ten digits")
    try:
        return str(vkn.validate(text))
    except ValidationError:
        raise ValueError("this is no VKN") from None


def checked_mobile(text: str) -> str:
    """Return a telephone number of any country in E.164; numbers without a country are Turkish. Raises ValueError."""
    try:
        number = phonenumbers.parse(text, "TR")
    except phonenumbers.NumberParseException:
        raise ValueError("this is no telephone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError("this is no telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked_mobile(e164: str) -> str:
    """Show the country code's head and the last two digits only: +90 *** *** ** 67."""
    return f"{e164[:3]} *** *** ** {e164[-2:]}"


def masked_email(address: str) -> str:
    """Show the first letter and the domain only."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def masked_line(channel: str, address: str) -> str:
    """Show a line of either channel so that its owner knows it and nobody else learns it."""
    return masked_email(address) if channel == "email" else masked_mobile(address)


def masked_name(name: str) -> str:
    """Show the first letter of each part of a name: A*** Y***."""
    return " ".join(f"{part[:1]}***" for part in name.split())


def masked_number(number: str) -> str:
    """Show the first and the last two digits of a TCKN or VKN."""
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def personal_digits(tax_numbers: list[str], birth: date | None, mobiles: list[str]) -> list[str]:
    """Return the digit strings that a PIN must not be part of."""
    dates = [birth.strftime(form) for form in ("%d%m%Y", "%Y%m%d", "%d%m%y", "%y%m%d")] if birth else []
    return [*tax_numbers, *dates, *(mobile.lstrip("+") for mobile in mobiles)]
