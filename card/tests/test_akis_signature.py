"""Signatures that our driver fetches from the card are checked by openssl, which nobody here wrote."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from akis_authority import DRIVER, OLD_PIN, WRONG_PIN, rsa_key, sw, verify
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anahtar_card.errors import WrongPin
from anahtar_card.families.akis.example import PrivateKey, example_card
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.flow import Transmits, converse
from anahtar_card.pin import Pin
from anahtar_card.virtual import Memory

LETTER = "Kartın imzaladığı mektup".encode()


def openssl_says(card: Transmits, algorithm: str, signature: bytes, folder: Path) -> str:
    """Let openssl check a signature of LETTER under the key of the card's certificate."""
    certificate = x509.load_der_x509_certificate(converse(DRIVER.certificate(), card))
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("key", public), ("signature", signature), ("letter", LETTER)):
        (folder / name).write_bytes(content)
    command = ["openssl", "dgst", f"-{algorithm}", "-verify", "key", "-signature", "signature", "letter"]
    check = subprocess.run(  # openssl with names of our own
        command, cwd=folder, capture_output=True, text=True, timeout=20, check=False
    )
    return check.stdout.strip()


@pytest.mark.parametrize("algorithm", ["sha256", "sha384"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_accepts_a_signature_of_person_and_seal(kind: str, algorithm: str, tmp_path: Path) -> None:
    key: PrivateKey | None = rsa_key() if kind == "rsa" else None
    card = example_card(Memory(), key=key, pin=OLD_PIN)
    digest = hashlib.new(algorithm, LETTER).digest()
    signature = converse(DRIVER.sign(Pin(OLD_PIN), digest), card)
    assert openssl_says(card, algorithm, signature, tmp_path) == "Verified OK"
    other = converse(DRIVER.sign(Pin(OLD_PIN), bytes(len(digest))), card)
    assert openssl_says(card, algorithm, other, tmp_path) == "Verification failure"


def test_no_signature_without_the_pin() -> None:
    card = example_card(Memory(), pin=OLD_PIN)
    with pytest.raises(WrongPin):
        converse(DRIVER.sign(Pin(WRONG_PIN), bytes(48)), card)
    assert sw(card, "0022C301") == 0x9000
    assert sw(card, "002A9E9A30" + "00" * 48 + "00") == 0x6982


def test_a_digest_of_another_length_never_reaches_the_card() -> None:
    with pytest.raises(ValueError, match="digest"):
        next(DRIVER.sign(Pin(OLD_PIN), bytes(20)))


@pytest.fixture
def ready() -> AkisCard:
    """A NES card with its PIN verified and its key chosen."""
    card = example_card(Memory(), key=rsa_key(), pin=OLD_PIN)
    assert sw(card, verify(OLD_PIN)) == 0x9000
    assert sw(card, "0022C301") == 0x9000
    return card


def sign(card: AkisCard, data: bytes) -> int:
    """Send a signature input, chained when it is long, and return the status word."""
    while len(data) > 200:
        assert sw(card, "102A9E9AC8" + data[:200].hex()) == 0x9000
        data = data[200:]
    return sw(card, f"002A9E9A{len(data):02X}{data.hex()}00")


INFO = bytes.fromhex("3031300D060960864801650304020105000420") + bytes(32)
PADDED = b"\x00\x01" + b"\xff" * (256 - 3 - len(INFO)) + b"\x00" + INFO


@pytest.mark.parametrize("data", [INFO, PADDED], ids=["DigestInfo", "padded"])
def test_a_persons_key_signs_digest_info_padded_or_not(ready: AkisCard, data: bytes) -> None:
    assert sign(ready, data) in (0x9000, 0x6100)


@pytest.mark.parametrize(
    "data",
    [
        bytes(32),  # a bare digest
        INFO + b"\x00",
        INFO[:-1],
        b"\x00\x02" + PADDED[2:],  # padding for encryption
        b"\x00\x01\xfe" + PADDED[3:],
        b"\x00\x01" + b"\xff" * 254,
        bytes(256),
        b"\x01" + PADDED[1:],
    ],
)
def test_a_persons_key_signs_nothing_raw(ready: AkisCard, data: bytes) -> None:
    assert sign(ready, data) == 0x6A80
