"""The key that signs ID tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from anahtar_gate.config import ConfigWrong, read_secret, write_secret

SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the algorithm it signs by and its identifier (the thumbprint of RFC 7638)."""

    key: ECKey | RSAKey = field(repr=False)
    algorithm: str
    kid: str

    def public_jwk(self) -> dict[str, Any]:
        """The public half for ``/jwks.json`` (RFC 7517)."""
        return {**self.key.as_dict(private=False), "use": "sig", "alg": self.algorithm, "kid": self.kid}


def make_signing_key(path: Path) -> None:
    """Write a new EC P-256 key as a JWK. Raises FileExistsError rather than replace one."""
    write_secret(path, json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))


def _imported(text: str) -> ECKey | RSAKey:
    """The key in a JWK or PEM text; raises ValueError or JoseError when it is neither."""
    if text.startswith("{"):
        table = json.loads(text)
        return RSAKey.import_key(table) if table.get("kty") == "RSA" else ECKey.import_key(table)
    try:
        return ECKey.import_key(text)
    except (ValueError, TypeError, JoseError):
        return RSAKey.import_key(text)


@lru_cache(maxsize=4)
def load_signing_key(path: Path) -> SigningKey:
    """The key in the file: EC P-256 (ES256) or RSA of 2048 bits and more (RS256).

    Raises ConfigWrong when it is another key, public only, unreadable, or readable by others.
    """
    text = read_secret(path)
    try:
        key = _imported(text)
    except (ValueError, TypeError, KeyError, JoseError):
        raise ConfigWrong(f"{path}: neither a JWK nor a PEM of an EC or RSA key") from None
    if not key.is_private:
        raise ConfigWrong(f"{path}: only the public half of a key")
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return SigningKey(key, "ES256", key.thumbprint())
    if isinstance(key, RSAKey) and key.raw_value.key_size >= SMALLEST_RSA:
        return SigningKey(key, "RS256", key.thumbprint())
    raise ConfigWrong(f"{path}: must be EC P-256 or RSA of at least {SMALLEST_RSA} bits")
