"""What holders do with a card in their hand: look, mistype, verify, sign; each as commands to the card."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from anahtar_card.errors import PinLocked, WrongPin
from anahtar_card.family import Driver, Look
from anahtar_card.flow import Conversation, converse
from anahtar_card.identify import driver_for
from anahtar_card.pin import Pin
from anahtar_card.reader import Reader, Readers
from anahtar_story.record import expect

Result = TypeVar("Result")


def ask_card(reader: Reader, ask: Callable[[Driver], Conversation[Result]]) -> Result:
    """Open the card, have one conversation, reset it."""
    with reader.connect() as connection:
        return converse(ask(driver_for(connection.atr)), connection)


def reader_with(readers: Readers, key_size: int) -> Reader:
    """Return the reader whose card's certificate holds a key of this size (2048: NES, 384: seal)."""
    from cryptography.x509 import load_der_x509_certificate

    for reader in readers.list():
        certificate = load_der_x509_certificate(ask_card(reader, lambda driver: driver.certificate()))
        if getattr(certificate.public_key(), "key_size", 0) == key_size:
            return reader
    raise LookupError("no such card on the desk")


def look(reader: Reader) -> Look:
    """Read the card's own state."""
    return ask_card(reader, lambda driver: driver.look())


def verify(reader: Reader, pin: str) -> str:
    """Try a PIN and return `right`, `wrong` or `locked`, as the card says."""
    try:
        ask_card(reader, lambda driver: driver.verify(Pin(pin)))
    except WrongPin:
        return "wrong"
    except PinLocked:
        return "locked"
    return "right"


def sign_and_check(reader: Reader, pin: str, message: bytes) -> str:
    """Have the card sign and let openssl check the signature against the card's certificate; returns the algorithm."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    certificate = load_der_x509_certificate(ask_card(reader, lambda driver: driver.certificate()))
    public = certificate.public_key()
    name = "sha256" if isinstance(public, rsa.RSAPublicKey) else "sha384"
    digest = hashlib.new(name, message).digest()
    signature = ask_card(reader, lambda driver: driver.sign(Pin(pin), digest))
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        (folder / "key.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        (folder / "message").write_bytes(message)
        (folder / "signature").write_bytes(signature)
        said = subprocess.run(
            ["openssl", "dgst", f"-{name}", "-verify", "key.pem", "-signature", "signature", "message"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
    expect(said.stdout.strip() == "Verified OK", f"openssl said {said.stdout}{said.stderr}")
    return f"{'RSA-2048' if name == 'sha256' else 'EC P-384'} {name}"
