"""Keys in a file: for rehearsals, where no token is installed. It refuses to work in earnest."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from anahtar_server.custody.derivation import blocks
from anahtar_server.custody.errors import CustodyGone, KeyMissing, KeyThere, RehearsalOnly
from anahtar_server.custody.port import Curve
from anahtar_server.custody.signatures import CURVES, check_transport_key, hash_for


class _Keys(TypedDict):
    masters: dict[str, str]
    """Key version → AES-256 key in hex."""
    signing: dict[str, str]
    """Name → private key (PKCS#8, PEM)."""


class SoftwareCustody:
    """The custody's promises, kept with keys in the JSON file `file` (mode 0600), read anew when it has changed.

    Raises RehearsalOnly unless `rehearsal`.
    """

    def __init__(self, file: Path, *, rehearsal: bool) -> None:
        if not rehearsal:
            raise RehearsalOnly("software keys are for rehearsals")
        self._file = file
        self._known: tuple[tuple[int, int, int], _Keys] | None = None

    def __repr__(self) -> str:
        return "<SoftwareCustody>"

    def mac(self, *, key_version: int, label: str, context: bytes, message: bytes) -> bytes:
        """See Custody.mac."""
        cmac = CMAC(algorithms.AES(self._card_key(key_version, label, context)))
        cmac.update(message)
        return cmac.finalize()

    def wrap_card_key(self, *, key_version: int, label: str, context: bytes, transport_key: bytes) -> bytes:
        """See Custody.wrap_card_key."""
        check_transport_key(transport_key)
        return aes_key_wrap(transport_key, self._card_key(key_version, label, context))

    def sign(self, *, key: str, data: bytes) -> bytes:
        """See Custody.sign."""
        private = self._signing_key(key)
        return private.sign(data, ec.ECDSA(hash_for(private.curve)))

    def public_key(self, key: str) -> bytes:
        """See Custody.public_key."""
        return (
            self._signing_key(key)
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def make_master(self, key_version: int) -> None:
        """See Custody.make_master."""
        with self._changing() as keys:
            _add(keys["masters"], str(key_version), secrets.token_hex(32), name=f"master {key_version}")

    def make_signing_key(self, key: str, curve: Curve = "P-256") -> None:
        """See Custody.make_signing_key."""
        private = ec.generate_private_key(CURVES[curve]())
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with self._changing() as keys:
            _add(keys["signing"], key, pem.decode(), name=key)

    def has(self, *, key_version: int | None = None, key: str | None = None) -> bool:
        """See Custody.has."""
        keys = self._read()
        return str(key_version) in keys["masters"] if key is None else key in keys["signing"]

    def check(self) -> None:
        """See Custody.check."""
        self._read()

    def close(self) -> None:
        """See Custody.close: nothing is held."""

    def _card_key(self, key_version: int, label: str, context: bytes) -> bytes:
        master = self._read()["masters"].get(str(key_version))
        if master is None:
            raise KeyMissing(f"master {key_version}")
        cipher = Cipher(algorithms.AES(bytes.fromhex(master)), modes.ECB())  # noqa: S305  # as `derivation` has it
        encryptor = cipher.encryptor()
        return encryptor.update(blocks(label, context)) + encryptor.finalize()

    def _signing_key(self, key: str) -> ec.EllipticCurvePrivateKey:
        pem = self._read()["signing"].get(key)
        if pem is None:
            raise KeyMissing(key)
        return _parsed(pem)

    def _read(self) -> _Keys:
        try:
            found = self._file.stat()
            if found.st_mode & 0o077:
                raise CustodyGone("others may read the key file (chmod 600)")
            version = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._known is not None and self._known[0] == version:
                return self._known[1]
            keys: _Keys = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            raise CustodyGone("the key file is not there") from None
        except (OSError, ValueError):
            raise CustodyGone("the key file cannot be read") from None
        self._known = version, keys
        return keys

    @contextmanager
    def _changing(self) -> Iterator[_Keys]:
        """Give the keys to be changed, then store them whole; one process at a time."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._file.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys: _Keys = deepcopy(self._read()) if self._file.exists() else {"masters": {}, "signing": {}}
            yield keys
            _replace(self._file, json.dumps(keys, indent=1).encode())


@lru_cache(maxsize=32)
def _parsed(pem: str) -> ec.EllipticCurvePrivateKey:
    """Return a key as the library has it; parsing one takes longer than signing with it."""
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private


def _add(keys: dict[str, str], which: str, value: str, *, name: str) -> None:
    if which in keys:
        raise KeyThere(name)
    keys[which] = value


def _replace(file: Path, content: bytes) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    new.replace(file)
