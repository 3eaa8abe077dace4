"""What every family of cards offers: the reader's side (`Driver`) and the authority's side (`Issuer`)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from anahtar_card.flow import Conversation
from anahtar_card.pin import Pin
from anahtar_card.record import record


class PinState(StrEnum):
    """What the card itself says of its PIN."""

    NONE_YET = "none-yet"
    ACTIVE = "active"
    LOCKED = "locked"
    CARD_DEAD = "card-dead"


@record
class Look:
    """What a card tells anyone: read from the card, never cached, and no try used.

    `serial` is the card's serial number in capital hex digits; `pin_tries` and `puk_tries` are the tries left, None
    where the card does not tell them; `shortest_pin` and `longest_pin` are the card's own bounds in digits.
    """

    family: str
    serial: str
    pin: PinState
    pin_tries: int | None
    puk_tries: int | None
    shortest_pin: int = 4
    longest_pin: int = 16


@record
class Grant:
    """What the authority gives before the card is opened: the unlock's name and a fresh nonce, 16 bytes each."""

    session: bytes
    nonce: bytes


class Driver(Protocol):
    """The reader's side of a family, as conversations without I/O. Every method may raise CardError while it runs."""

    family: str
    can_unlock: bool

    def look(self) -> Conversation[Look]:
        """Tell serial, PIN state and tries; uses no try."""
        ...

    def verify(self, pin: Pin) -> Conversation[None]:
        """Compare a PIN; raises WrongPin, PinLocked, NoPinYet."""
        ...

    def change(self, old: Pin, new: Pin) -> Conversation[None]:
        """Replace a known PIN; raises WrongPin (with one try used), PinLocked, NoPinYet, PinRefused."""
        ...

    def prove(self, grant: Grant) -> Conversation[bytes]:
        """Return the card's own statement about its PIN over the authority's nonce, for settling an unclear outcome."""
        ...

    def unlock(self, grant: Grant, new: Pin) -> Conversation[bytes]:
        """Set a PIN with the authority's consent (one `Ask`) and return the card's evidence that it happened.

        Raises ForeignCard where the family has no unlock, ProofRefused when the card did not accept the authority.
        """
        ...

    def certificate(self) -> Conversation[bytes]:
        """Return the card's signing certificate (DER)."""
        ...

    def sign(self, pin: Pin, digest: bytes) -> Conversation[bytes]:
        """Verify the PIN and sign a digest (SHA-256: 32 bytes, SHA-384: 48 bytes); RSA PKCS#1 v1.5 or ECDSA (DER)."""
        ...


Mac = Callable[[str, bytes, bytes], bytes]
"""`mac(label, context, message)`: AES-CMAC, 16 bytes, under the card's key that `label` and `context` name."""


@record
class CardRecord:
    """What the register knows of a card and no message may change: `serial` in capital hex, `key_version` of its keys,
    `pin_reference` as in the commands' P2."""

    serial: str
    key_version: int
    pin_reference: int


class ProofWrong(Exception):
    """The bytes do not prove what they claim: another card, another unlock, an old answer or a forgery."""


@record
class Statement:
    """What a card has proved with its own key about itself.

    `card_nonce` (16 bytes) makes it unique; `reset` and `verified` tell whether this very unlock set the PIN and
    verified it since power-up.
    """

    card_nonce: bytes
    pin_tries: int
    pin_max: int
    key_tries: int
    reset: bool
    verified: bool


class Issuer(Protocol):
    """The authority's side of a family: reads what the card says and makes the answer, given a MAC function."""

    family: str

    def read_proof(self, card: CardRecord, grant: Grant, proof: bytes, mac: Mac) -> Statement:
        """Check what `Driver.prove` or `Driver.unlock`'s Ask sent, over the nonce in `grant`; raises ProofWrong."""
        ...

    def consent(self, card: CardRecord, grant: Grant, statement: Statement, mac: Mac) -> bytes:
        """Return the cryptogram for the card that made `statement`. Calls `mac` with the reset key: record first."""
        ...

    def answer(self, cryptogram: bytes, next_nonce: bytes) -> bytes:
        """Pack the answer to the driver's Ask: the cryptogram and the nonce for the evidence (16 bytes)."""
        ...

    def read_evidence(self, card: CardRecord, grant: Grant, card_nonce: bytes, evidence: bytes, mac: Mac) -> Statement:
        """Check what `Driver.unlock` returned; `grant.nonce` is the nonce given with the consent; raises ProofWrong."""
        ...
