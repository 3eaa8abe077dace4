"""The keys that programs seal confirmations to, and opening what they sealed (`anahtar_wire.sealing`)."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from anahtar_server.config import SettingsWrong
from anahtar_wire.sealing import About, name_of, unseal


class KeyUnknown(Exception):
    """Something was sealed to a key that is used no more, or never was."""


class Seals:
    """Opens what was sealed to one of these private keys (PEM, PKCS #8), the newest first; shows none of them.

    Raises SettingsWrong for a file that holds no X25519 key.
    """

    def __init__(self, files: Iterable[bytes]) -> None:
        keys = [_loaded(pem) for pem in files]
        self._keys = {name_of(key.public_key().public_bytes_raw()): key for key in keys}
        self._newest = keys[0]

    @property
    def public(self) -> bytes:
        """The newest key's public half, 32 bytes (RFC 7748 section 6.1): what new builds of the program seal to."""
        return self._newest.public_key().public_bytes_raw()

    def open(self, sealed: bytes, *, to: bytes, about: About) -> str:
        """Return what was sealed to the key named `to` about exactly this; raises KeyUnknown, NotSealed."""
        key = self._keys.get(to)
        if key is None:
            raise KeyUnknown
        return unseal(sealed, key=key, about=about)


def _loaded(pem: bytes) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise SettingsWrong("keyservice.sealing_key_files: a file holds no X25519 private key in PEM")
    return key


def new_key() -> bytes:
    """Return a fresh private key in PEM."""
    return X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
