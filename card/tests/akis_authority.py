"""The authority's side of an unlock for the tests of the family akis, with the example card's keys."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from anahtar_card.families.akis import example, messages, names
from anahtar_card.families.akis.driver import AkisDriver
from anahtar_card.families.akis.issuer import AkisIssuer
from anahtar_card.family import CardRecord, Driver, Grant, Issuer, Statement
from anahtar_card.flow import Transmits, converse
from anahtar_card.pin import Pin

KEYS = {names.RESET_KEY: example.RESET_KEY, names.CARD_KEY: example.CARD_KEY}
DRIVER: Driver = AkisDriver()
ISSUER: Issuer = AkisIssuer()
NEW_PIN = "482916"
OLD_PIN = "739150"
WRONG_PIN = "618203"


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """One RSA-2048 key for the whole run, for making one takes time."""
    return rsa.generate_private_key(65537, 2048)


def mac(label: str, context: bytes, message: bytes) -> bytes:
    """The HSM, had it one card only."""
    assert len(context) == 3 + len(names.AID) + 16
    assert len(message) == 96
    return messages.aes_cmac(KEYS[label], message)


class Authority:
    """One unlock seen from the server."""

    def __init__(self, session: bytes = b"\xd0" * 16, record: CardRecord = example.RECORD) -> None:
        self.record = record
        self.grant = Grant(session, b"\xb0" * 16)
        self.later = Grant(session, b"\xb1" * 16)
        self.proof: Statement | None = None
        self.sent = b""

    def answer(self, challenge: bytes) -> bytes:
        """Check the card's proof and consent to the reset."""
        self.proof = ISSUER.read_proof(self.record, self.grant, challenge, mac)
        self.sent = ISSUER.answer(ISSUER.consent(self.record, self.grant, self.proof, mac), self.later.nonce)
        return self.sent

    def settle(self, evidence: bytes) -> Statement:
        """Check the card's evidence."""
        assert self.proof is not None
        return ISSUER.read_evidence(self.record, self.later, self.proof.card_nonce, evidence, mac)

    def unlock(self, card: Transmits, pin: str = NEW_PIN) -> Statement:
        """Run the whole unlock against `card` and return what its evidence says."""
        return self.settle(converse(DRIVER.unlock(self.grant, Pin(pin)), card, answer=self.answer))


class Recorder:
    """A wire that keeps what is said on it, command and answer in hex."""

    def __init__(self, card: Transmits) -> None:
        self._card = card
        self.spoken: list[tuple[str, str]] = []

    def transmit(self, command: bytes) -> bytes:
        """Pass a command on and keep it with its answer."""
        response = self._card.transmit(command)
        self.spoken.append((command.hex(), response.hex()))
        return response


def sw(card: Transmits, command: str) -> int:
    """Send a command in hex and return the status word."""
    return int.from_bytes(card.transmit(bytes.fromhex(command))[-2:], "big")


def verify(pin: str) -> str:
    """Return VERIFY of a PIN, in hex."""
    return f"00200081{len(pin):02X}{pin.encode().hex()}"
