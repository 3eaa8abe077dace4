"""The three messages by which card and authority prove themselves around a reset; what they bind and how they are cut.

M(d) = d ‖ "AKISRST1" ‖ suite ‖ key version ‖ key reference ‖ PIN reference ‖ operation ‖ pin tries ‖ key tries ‖
card id (16) ‖ N_S (16) ‖ N_C (16) ‖ session (16) ‖ flags ‖ pin max ‖ key max ‖ 13 zeros: always 96 bytes, so that no
field can run into another.
"""

from __future__ import annotations

from enum import IntEnum

from anahtar_card.errors import MalformedResponse
from anahtar_card.families.akis import names
from anahtar_card.family import CardRecord
from anahtar_card.record import record

PROTOCOL = b"AKISRST1"
NONCE_LENGTH = 16
SESSION_LENGTH = 16
MAC_LENGTH = 16
COUNTERS_LENGTH = 5
PROOF_LENGTH = NONCE_LENGTH + COUNTERS_LENGTH + MAC_LENGTH
EVIDENCE_LENGTH = COUNTERS_LENGTH + MAC_LENGTH

FLAG_RESET = 0x01
FLAG_VERIFIED = 0x02


class Direction(IntEnum):
    """Who says what; the first byte of each message, so that none can be reflected as another."""

    CARD_PROVES_ITSELF = 1
    AUTHORITY_CONSENTS = 2
    CARD_REPORTS = 3


@record
class Counters:
    """What the card states of itself: tries left and full of PIN and reset key, and the flags of this unlock."""

    pin_tries: int
    key_tries: int
    pin_max: int
    key_max: int
    flags: int

    def encode(self) -> bytes:
        """Return pin tries ‖ key tries ‖ pin max ‖ key max ‖ flags."""
        return bytes([self.pin_tries, self.key_tries, self.pin_max, self.key_max, self.flags])

    @classmethod
    def decode(cls, raw: bytes) -> Counters:
        """Read the five bytes; raises MalformedResponse when there are not five."""
        if len(raw) != COUNTERS_LENGTH:
            raise MalformedResponse("a card's statement has five bytes")
        return cls(*raw)


@record
class Nonces:
    """What makes a message belong to one unlock: `authority` (N_S), `card` (N_C) and `session`, 16 bytes each."""

    authority: bytes
    card: bytes
    session: bytes

    def __post_init__(self) -> None:
        if {len(self.authority), len(self.card), len(self.session)} != {NONCE_LENGTH}:
            raise ValueError("nonces and session have 16 bytes each")


def card_id(card: CardRecord) -> bytes:
    """Return the card's 16-byte identity: length of the serial ‖ serial ‖ zeros; raises ValueError for a bad serial."""
    serial = bytes.fromhex(card.serial)
    if len(serial) != names.SERIAL_LENGTH:
        raise ValueError("a serial of this family has twelve bytes")
    return bytes([len(serial)]) + serial + bytes(3)


def context(card: CardRecord) -> bytes:
    """Return the derivation context of the card's keys: suite ‖ key version ‖ length of AID ‖ AID ‖ card id."""
    return bytes([names.SUITE, card.key_version, len(names.AID)]) + names.AID + card_id(card)


def message(direction: Direction, card: CardRecord, nonces: Nonces, counters: Counters) -> bytes:
    """Return M(d), 96 bytes, to be authenticated with AES-CMAC under the key of its direction."""
    head = [names.SUITE, card.key_version, names.RESET_KEY_REFERENCE, card.pin_reference, names.OPERATION_RESET]
    return b"".join(
        (
            bytes([direction]),
            PROTOCOL,
            bytes([*head, counters.pin_tries, counters.key_tries]),
            card_id(card),
            nonces.authority,
            nonces.card,
            nonces.session,
            bytes([counters.flags, counters.pin_max, counters.key_max]),
            bytes(13),
        )
    )


def aes_cmac(key: bytes, data: bytes) -> bytes:
    """Return the whole AES-CMAC (16 bytes, NIST SP 800-38B) of `data`, for virtual cards and tests; keys of real cards
    stay in the HSM."""
    # Imported here: the reader's side needs these messages, but no cryptography, and starts faster without.
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    mac = CMAC(AES(key))
    mac.update(data)
    return mac.finalize()
