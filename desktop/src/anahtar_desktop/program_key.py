"""The key that a program makes for one unlock: it lives in memory only, and every request of the unlock is signed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anahtar_wire.proof import signed_bytes


class ProgramKey:
    """A fresh P-256 key pair; its private half cannot be shown."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> bytes:
        """Return the public point, 65 bytes (SEC 1 section 2.3.3)."""
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def prove(self, method: str, path: str, body: bytes) -> str:
        """Return the value of the header Anahtar-Proof for a request: ECDSA with SHA-256, DER, in hex."""
        return self._key.sign(signed_bytes(method, path, body), ec.ECDSA(SHA256())).hex()
