"""Making a card: the acts of the authority's workshop on a virtual card in its administration life cycle."""

from __future__ import annotations

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from anahtar_card.families.akis import names, pkcs15
from anahtar_card.families.akis.reset_right import Chance
from anahtar_card.families.akis.secrets_held import SALT_LENGTH, puk_of, reset_key_of
from anahtar_card.families.akis.signing_key import KeyKind, SigningKey
from anahtar_card.virtual import Memory

KEY_LENGTH = 16


class NotInAdministration(Exception):
    """The card left the workshop: its keys, files and serial can no longer be written."""


class WrongTransportKey(Exception):
    """The keys were wrapped for another card, or damaged."""


class Personalisation:
    """A card in the workshop. Any step may be repeated until `finish`; after that every step raises
    NotInAdministration."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @classmethod
    def begin(cls, memory: Memory, serial: bytes, transport_key: bytes, chance: Chance) -> Personalisation:
        """Make an empty card: `serial` has 12 bytes, `transport_key` 16. The card draws its PUK and tells nobody.

        Raises NotInAdministration when `memory` holds a finished card.
        """
        if len(serial) != names.SERIAL_LENGTH or len(transport_key) != KEY_LENGTH:
            raise ValueError("a serial of 12 bytes and a transport key of 16")
        if "life_cycle" in memory and memory.read("life_cycle") != names.ADMINISTRATION:
            raise NotInAdministration
        memory.write(
            family=names.FAMILY,
            serial=serial,
            transport_key=transport_key,
            life_cycle=names.ADMINISTRATION,
            key_version=0,
            card_key=b"",
            reset_key=b"",
            reset_key_tries=0,
            signing_key=b"",
            pin=b"",
            pin_tries=0,
            puk=b"",
            puk_tries=0,
            files={},
        )
        puk_of(memory).set(f"{int.from_bytes(chance(8), 'big') % 10**8:08d}".encode(), chance(SALT_LENGTH))
        return cls(memory)

    def load_keys(self, wrapped_reset: bytes, wrapped_card: bytes, *, key_version: int) -> None:
        """Load AKIS-RESET and AKIS-CARD, each wrapped under the transport key (RFC 3394: 24 bytes).

        Raises WrongTransportKey, NotInAdministration.
        """
        self._need_administration()
        transport_key = self._memory.read("transport_key")
        try:
            reset = aes_key_unwrap(transport_key, wrapped_reset)
            card = aes_key_unwrap(transport_key, wrapped_card)
        except InvalidUnwrap:
            raise WrongTransportKey from None
        if len(reset) != KEY_LENGTH or len(card) != KEY_LENGTH or reset == card:
            raise WrongTransportKey
        tries = reset_key_of(self._memory).full
        self._memory.write(reset_key=reset, reset_key_tries=tries, card_key=card, key_version=key_version)

    def make_key_pair(self, kind: KeyKind, ready: SigningKey | None = None) -> bytes:
        """Make the signing key on the card and return its public half (SubjectPublicKeyInfo, DER).

        `ready` spares tests the making. Raises NotInAdministration.
        """
        self._need_administration()
        key = ready or SigningKey.make(kind)
        self._memory.write(signing_key=key.store())
        return key.public()

    def sign_request(self, message: bytes) -> bytes:
        """Sign a certificate request's body, the proof that the card holds the key: RSA with SHA-256, EC with SHA-384.

        Raises NotInAdministration: in use, the key signs only after the PIN.
        """
        self._need_administration()
        return self._key().sign_message(message)

    def store_certificate(self, certificate: bytes, label: str) -> None:
        """Write the certificate (DER) and the PKCS#15 files that lead to it; raises NotInAdministration."""
        self._need_administration()
        files = pkcs15.files(
            serial=self._memory.read("serial"), certificate=certificate, label=label, key_kind=self._key().kind
        )
        self._memory.write(files=files)

    def finish(self) -> None:
        """Put the card into its operation life cycle and forget the transport key.

        Raises ValueError while keys, key pair or certificate are missing, NotInAdministration.
        """
        self._need_administration()
        if not all(self._memory.read(part) for part in ("reset_key", "card_key", "signing_key", "files")):
            raise ValueError("a card needs keys, key pair and certificate before it leaves")
        self._memory.write(life_cycle=names.OPERATION, transport_key=b"")

    def _key(self) -> SigningKey:
        return SigningKey.load(self._memory.read("signing_key"))

    def _need_administration(self) -> None:
        if self._memory.read("life_cycle") != names.ADMINISTRATION:
            raise NotInAdministration
