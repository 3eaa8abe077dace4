"""Whose card it is: the name and number in the subject of its certificate (RFC 5280 section 4.1.2.6).

Read with a few lines of our own, for a look at the readers shall not cost the loading of an X.509 library. Nothing is
verified here; it only helps a person to tell cards apart.
"""

from __future__ import annotations

from anahtar_card.errors import MalformedResponse
from anahtar_card.record import record
from anahtar_card.tlv import decode, find

SEQUENCE, OBJECT_IDENTIFIER = 0x30, 0x06
SUBJECT = 3
"""Which of the sequences in a certificate's body it is: algorithm, issuer, validity, subject."""
COMMON_NAME, SERIAL_NUMBER = b"\x55\x04\x03", b"\x55\x04\x05"
ENCODINGS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x1E: "utf-16-be"}
"""UTF8String, PrintableString, IA5String, BMPString."""
LENGTH_OF_TCKN = 11


@record
class Holder:
    """A certificate's subject: `name`, and `number`, a TCKN or VKN, empty where it has none."""

    name: str
    number: str = ""

    @property
    def shown_number(self) -> str:
        """The number as people see it: a firm's whole, a person's last four digits."""
        return f"*******{self.number[-4:]}" if len(self.number) == LENGTH_OF_TCKN else self.number


def holder_in(certificate: bytes) -> Holder | None:
    """Return whose certificate (DER) it is; None for bytes that name nobody."""
    try:
        names = _names(certificate)
    except (MalformedResponse, ValueError, LookupError):
        return None
    return Holder(names[COMMON_NAME], names.get(SERIAL_NUMBER, "")) if names.get(COMMON_NAME) else None


def _names(certificate: bytes) -> dict[bytes, str]:
    body = find(certificate, SEQUENCE, SEQUENCE) or b""
    subject = [value for tag, value in decode(body) if tag == SEQUENCE][SUBJECT]
    return dict(_attribute(pair) for _, group in decode(subject) for _, pair in decode(group))


def _attribute(pair: bytes) -> tuple[bytes, str]:
    (kind, name), (encoding, value) = list(decode(pair))[:2]
    if kind != OBJECT_IDENTIFIER:
        raise ValueError
    return name, value.decode(ENCODINGS[encoding])
