"""Facts about curves and signatures that both key stores share."""

from __future__ import annotations

from hashlib import sha256, sha384

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from anahtar_server.custody.derivation import CARD_KEY_BYTES
from anahtar_server.custody.port import Curve

CURVES: dict[Curve, type[ec.EllipticCurve]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}

OIDS: dict[Curve, str] = {"P-256": "1.2.840.10045.3.1.7", "P-384": "1.3.132.0.34"}
"""RFC 5480 section 2.1.1.1."""

_DIGESTS = {"secp256r1": sha256, "secp384r1": sha384}
_HASHES: dict[str, type[hashes.SHA256] | type[hashes.SHA384]] = {"secp256r1": hashes.SHA256, "secp384r1": hashes.SHA384}


def hash_for(curve: ec.EllipticCurve) -> hashes.SHA256 | hashes.SHA384:
    """Return the hash that goes with a curve (as strong as the curve, FIPS 186-5 section 6.1.1)."""
    return _HASHES[curve.name]()


def digest_for(curve: ec.EllipticCurve, data: bytes) -> bytes:
    """Return `data` hashed as `hash_for` says."""
    return _DIGESTS[curve.name](data).digest()


def to_der(raw: bytes) -> bytes:
    """Turn r ‖ s (as PKCS#11 gives it) into a DER ECDSA-Sig-Value (RFC 3279 section 2.2.3)."""
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


def curve_of(public_key: bytes) -> ec.EllipticCurve:
    """Return the curve of a SubjectPublicKeyInfo."""
    key = serialization.load_der_public_key(public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("this is no key on a curve")
    return key.curve


def check_transport_key(key: bytes) -> None:
    """Raises ValueError unless `key` has the length of a card's transport key."""
    if len(key) != CARD_KEY_BYTES:
        raise ValueError(f"a transport key has {CARD_KEY_BYTES} bytes")
