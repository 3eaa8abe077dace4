"""What the rest of the server may ask of keys. Keys go in no direction: only answers leave."""

from __future__ import annotations

from typing import Literal, Protocol

Curve = Literal["P-256", "P-384"]


class Custody(Protocol):
    """Master keys from which every card's keys are derived, and the issuing authority's signing keys.

    Every method may raise CustodyGone, within two seconds (making a key may take longer).
    A master of one key version serves that version only; see `derivation` for how a card key comes from it.
    """

    def mac(self, *, key_version: int, label: str, context: bytes, message: bytes) -> bytes:
        """Return AES-CMAC (NIST SP 800-38B, 16 bytes) of `message` under a card's key.

        `label` and `context` choose the card's key (see `derivation`). Raises KeyMissing for an unknown key version.
        """

    def wrap_card_key(self, *, key_version: int, label: str, context: bytes, transport_key: bytes) -> bytes:
        """Return a card's key wrapped under its transport key (RFC 3394; 16 bytes each, 24 out): for personalisation.

        Raises KeyMissing for an unknown key version, ValueError for a transport key of another length.
        """

    def sign(self, *, key: str, data: bytes) -> bytes:
        """Return an ECDSA signature over `data` (DER, RFC 3279 2.2.3); SHA-256 on P-256, SHA-384 on P-384.

        Raises KeyMissing.
        """

    def public_key(self, key: str) -> bytes:
        """Return the public key of a signing key as SubjectPublicKeyInfo (DER, RFC 5280 4.1.2.7); raises KeyMissing."""

    def make_master(self, key_version: int) -> None:
        """Make the master of a key version, from the key store's own chance; raises KeyThere."""

    def make_signing_key(self, key: str, curve: Curve = "P-256") -> None:
        """Make a signing key; raises KeyThere."""

    def has(self, *, key_version: int | None = None, key: str | None = None) -> bool:
        """Say whether the master of `key_version`, or the signing key `key`, exists."""

    def check(self) -> None:
        """Raises CustodyGone if the keys cannot be used now."""

    def close(self) -> None:
        """Let go of the key store; another call opens it again."""
