"""Fields that several messages share."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema

from anahtar_wire.sealing import SEALED


def _from_hex(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"([0-9A-Fa-f]{2})*", value):
            raise ValueError("an even number of hex digits is expected")
        return bytes.fromhex(value)
    return value


def _sized(shortest: int, longest: int) -> AfterValidator:
    def check(value: bytes) -> bytes:
        if not shortest <= len(value) <= longest:
            raise ValueError(f"{shortest} to {longest} bytes are expected")
        return value

    return AfterValidator(check)


def _from_iso(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value


def _hex(shortest: int, longest: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^([0-9A-Fa-f]{{2}}){{{shortest},{longest}}}$"})


Hex = Annotated[bytes, BeforeValidator(_from_hex), PlainSerializer(bytes.hex), _sized(0, 1024), _hex(0, 1024)]
Hex16 = Annotated[bytes, BeforeValidator(_from_hex), PlainSerializer(bytes.hex), _sized(16, 16), _hex(16, 16)]
KeyName = Annotated[bytes, BeforeValidator(_from_hex), PlainSerializer(bytes.hex), _sized(8, 8), _hex(8, 8)]
"""What a key to seal to is called (`sealing.name_of`)."""

Sealed = Annotated[
    bytes, BeforeValidator(_from_hex), PlainSerializer(bytes.hex), _sized(SEALED, SEALED), _hex(SEALED, SEALED)
]
"""A sealed answer (`sealing.seal`)."""

PublicKey = Annotated[bytes, BeforeValidator(_from_hex), PlainSerializer(bytes.hex), _sized(65, 65), _hex(65, 65)]
"""A P-256 point, uncompressed: 04 ‖ X ‖ Y (SEC 1 section 2.3.3)."""

Time = Annotated[datetime, BeforeValidator(_from_iso), PlainSerializer(datetime.isoformat), AfterValidator(_aware)]
"""ISO 8601 with its zone."""

CardSerial = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{8,32}$")]
"""A card's serial number in capital hex digits."""

LinkReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""What a link `eimza://unlock?ref=…` carries: base64url (RFC 4648 section 5) of chance alone, never a code."""

UnlockName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$"
Short = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_VISIBLE)]
"""A name that people are shown: no control characters (PostgreSQL stores no NUL) and none that turn the line round."""
