"""A signing key of the custody in the shape that certificate builders take; its bytes are never in this process."""

from __future__ import annotations

from typing import NoReturn, cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from anahtar_server.custody.port import Custody
from anahtar_server.custody.signatures import hash_for


class IssuingKey(ec.EllipticCurvePrivateKey):
    """The signing key `key` of `custody`, for `CertificateBuilder.sign` and such; raises KeyMissing, CustodyGone."""

    def __init__(self, custody: Custody, key: str) -> None:
        self._custody, self._key = custody, key
        public = serialization.load_der_public_key(custody.public_key(key))
        self._public = cast(ec.EllipticCurvePublicKey, public)

    def __repr__(self) -> str:
        return f"<IssuingKey {self._key}>"

    def __copy__(self) -> IssuingKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> IssuingKey:
        return self

    @property
    def curve(self) -> ec.EllipticCurve:
        """The key's curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """The key's length in bits."""
        return self._public.key_size

    @property
    def hash(self) -> hashes.SHA256 | hashes.SHA384:
        """The one hash that this key signs with: what to hand to a builder's `sign`."""
        return hash_for(self.curve)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public key."""
        return self._public

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # type: ignore[override]
        """Return the custody's signature over `data` (DER); raises ValueError for another hash than `hash`."""
        asked = signature_algorithm.algorithm
        if not isinstance(asked, hashes.HashAlgorithm) or asked.name != self.hash.name:
            raise ValueError(f"this key signs with {self.hash.name}")
        return self._custody.sign(key=self._key, data=bytes(data))

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        """Refuse: the key signs only."""
        raise TypeError("an issuing key only signs")

    def private_numbers(self) -> NoReturn:
        """Refuse: the key stays in custody."""
        raise TypeError("an issuing key stays in custody")

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> NoReturn:
        """Refuse: the key stays in custody."""
        raise TypeError("an issuing key stays in custody")
