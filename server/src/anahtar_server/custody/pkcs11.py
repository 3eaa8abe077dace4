"""Keys in a token, over PKCS#11 v2.40: the masters never leave it, and may do nothing but derive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, PKCS11Error
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from anahtar_server.custody.derivation import CARD_KEY_BYTES, blocks
from anahtar_server.custody.errors import KeyThere
from anahtar_server.custody.port import Curve
from anahtar_server.custody.signatures import OIDS, check_transport_key, curve_of, digest_for, to_der
from anahtar_server.custody.token import Session, Token

MAKING_SECONDS = 20.0
_RIGHTS = (Attribute.ENCRYPT, Attribute.DECRYPT, Attribute.SIGN, Attribute.VERIFY, Attribute.WRAP, Attribute.UNWRAP)


def master_label(key_version: int) -> str:
    """Return the label under which the master of a key version lies in the token."""
    return f"anahtar-master-{key_version}"


class Pkcs11Custody:
    """The custody's promises, kept by the token labelled `token` behind the library `module`.

    `pin` gives the PIN whenever a session is opened; `configuration` is SoftHSM's, None for other tokens.
    """

    def __init__(self, *, module: str, token: str, pin: Callable[[], str], configuration: Path | None = None) -> None:
        self._token = Token(module=module, label=token, pin=pin, configuration=configuration)

    def __repr__(self) -> str:
        return f"<Pkcs11Custody {self._token!r}>"

    def mac(self, *, key_version: int, label: str, context: bytes, message: bytes) -> bytes:
        """See Custody.mac."""

        def answer(session: Session) -> bytes:
            # The card key lives as long as this call, in the token, with the right to sign and nothing else.
            with _card_key(session, key_version, label, context, MechanismFlag.SIGN, leaves=False) as card_key:
                return bytes(card_key.sign(message, mechanism=Mechanism.AES_CMAC))

        return self._token.ask(answer)

    def wrap_card_key(self, *, key_version: int, label: str, context: bytes, transport_key: bytes) -> bytes:
        """See Custody.wrap_card_key."""
        check_transport_key(transport_key)

        def answer(session: Session) -> bytes:
            with (
                _card_key(session, key_version, label, context, MechanismFlag.SIGN, leaves=True) as card_key,
                _for_now(session.raw.create_object(_transport(transport_key))) as wrapping,
            ):
                return bytes(wrapping.wrap_key(card_key, mechanism=Mechanism.AES_KEY_WRAP))

        return self._token.ask(answer)

    def sign(self, *, key: str, data: bytes) -> bytes:
        """See Custody.sign."""

        def answer(session: Session) -> bytes:
            curve = curve_of(_public_key(session, key))
            private = session.key(ObjectClass.PRIVATE_KEY, key)
            # Hashed here: not every token has the mechanism that hashes, all have CKM_ECDSA.
            return to_der(private.sign(digest_for(curve, data), mechanism=Mechanism.ECDSA))

        return self._token.ask(answer)

    def public_key(self, key: str) -> bytes:
        """See Custody.public_key."""
        return self._token.ask(lambda session: _public_key(session, key))

    def make_master(self, key_version: int) -> None:
        """See Custody.make_master."""
        self._token.ask(lambda session: _make_master(session, master_label(key_version)), seconds=MAKING_SECONDS)

    def make_signing_key(self, key: str, curve: Curve = "P-256") -> None:
        """See Custody.make_signing_key."""
        self._token.ask(lambda session: _make_signing_key(session, key, curve), seconds=MAKING_SECONDS)

    def has(self, *, key_version: int | None = None, key: str | None = None) -> bool:
        """See Custody.has."""
        if key is not None:
            return self._token.ask(lambda session: session.has(ObjectClass.PRIVATE_KEY, key))
        if key_version is None:
            return False
        return self._token.ask(lambda session: session.has(ObjectClass.SECRET_KEY, master_label(key_version)))

    def check(self) -> None:
        """See Custody.check: asks the token for chance, which needs a living session."""
        self._token.ask(lambda session: session.raw.generate_random(64))

    def close(self) -> None:
        """See Custody.close."""
        self._token.close()


def _make_master(session: Session, label: str) -> None:
    if session.has(ObjectClass.SECRET_KEY, label):
        raise KeyThere(label)
    session.raw.generate_key(
        KeyType.AES,
        256,
        label=label,
        id=label.encode(),
        store=True,
        capabilities=MechanismFlag.DERIVE,
        template=dict.fromkeys(_RIGHTS, False) | {Attribute.EXTRACTABLE: False, Attribute.MODIFIABLE: False},
    )


def _make_signing_key(session: Session, key: str, curve: Curve) -> None:
    if session.has(ObjectClass.PRIVATE_KEY, key):
        raise KeyThere(key)
    session.raw.generate_keypair(
        KeyType.EC,
        label=key,
        id=key.encode(),
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        public_template={Attribute.EC_PARAMS: encode_named_curve_parameters(OIDS[curve])},
        private_template={Attribute.EXTRACTABLE: False, Attribute.DERIVE: False},
    )


def _public_key(session: Session, key: str) -> bytes:
    return bytes(encode_ec_public_key(session.key(ObjectClass.PUBLIC_KEY, key)))


def _transport(key: bytes) -> dict[Attribute, Any]:
    return {
        Attribute.CLASS: ObjectClass.SECRET_KEY,
        Attribute.KEY_TYPE: KeyType.AES,
        Attribute.TOKEN: False,
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.WRAP: True,
        Attribute.VALUE: key,
    }


@contextmanager
def _card_key(
    session: Session, key_version: int, label: str, context: bytes, rights: MechanismFlag, *, leaves: bool
) -> Iterator[Any]:
    """Derive a card's key for the length of a call; `leaves`: it may be wrapped (personalisation)."""
    master = session.key(ObjectClass.SECRET_KEY, master_label(key_version))
    derived = master.derive_key(
        KeyType.AES,
        CARD_KEY_BYTES * 8,
        store=False,
        capabilities=rights,
        mechanism=Mechanism.AES_ECB_ENCRYPT_DATA,
        mechanism_param=blocks(label, context),
        template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: leaves},
    )
    with _for_now(derived) as card_key:
        yield card_key


@contextmanager
def _for_now(key: Any) -> Iterator[Any]:
    try:
        yield key
    finally:
        with suppress(PKCS11Error):  # it ends with the session anyhow
            key.destroy()
