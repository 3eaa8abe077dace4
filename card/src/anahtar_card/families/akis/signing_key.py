"""The signing key of a virtual card: RSA-2048 for a person's certificate, P-384 for a seal's."""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from anahtar_card.families.akis import digest_info, names

KeyKind = Literal["rsa2048", "p384"]

EC_DIGESTS: dict[int, hashes.HashAlgorithm] = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}


class SigningKey:
    """A private key that shows its public half and signs, nothing else."""

    def __init__(self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def make(cls, kind: KeyKind) -> SigningKey:
        """Make a new key; an RSA key takes some tenths of a second."""
        return cls(
            rsa.generate_private_key(65537, 2048) if kind == "rsa2048" else ec.generate_private_key(ec.SECP384R1())
        )

    @classmethod
    def load(cls, der: bytes) -> SigningKey:
        """Read what `store` made; raises ValueError for a key of another kind or size."""
        # Made and stored here: checking an RSA key's primes again would take 70 ms at every look at the card.
        key = serialization.load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
        rsa_fits = isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048
        ec_fits = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp384r1"
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or not (rsa_fits or ec_fits):
            raise ValueError("a card of this family holds RSA-2048 or P-384")
        return cls(key)

    def store(self) -> bytes:
        """Return the key as PKCS#8 (DER), for the card's own memory."""
        plain = serialization.NoEncryption()
        return self._key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)

    @property
    def kind(self) -> int:
        """`names.KEY_KIND_RSA` or `names.KEY_KIND_EC`."""
        return names.KEY_KIND_RSA if isinstance(self._key, rsa.RSAPrivateKey) else names.KEY_KIND_EC

    def public(self) -> bytes:
        """Return the public key as SubjectPublicKeyInfo (DER)."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.DER, form)

    def sign_input(self, data: bytes) -> bytes:
        """Sign what a program sends: DigestInfo, padded already or not (RSA PKCS#1 v1.5), or a digest (EC; answer DER).

        Raises ValueError when `data` is neither: the key never signs bytes of another form.
        """
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(digest_info.read(data), padding.PKCS1v15(), NoDigestInfo())
        if len(data) not in EC_DIGESTS:
            raise ValueError("no digest")
        return self._key.sign(data, ec.ECDSA(Prehashed(EC_DIGESTS[len(data)])))

    def sign_message(self, message: bytes) -> bytes:
        """Sign a whole message, with SHA-256 (RSA) or SHA-384 (EC), as a certificate request needs it."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(message, ec.ECDSA(hashes.SHA384()))
