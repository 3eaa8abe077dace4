"""The workshop: a card of the family `akis` is keyed, certified and put into the registers, in a reader or in memory.

In earnest this is a process with a PKCS#11 login of its own: the card's keys are derived in the token, wrapped there
under the card's transport key, and unwrapped by the card alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from anahtar_card.families.akis import messages, names
from anahtar_card.families.akis.personalisation import Personalisation
from anahtar_card.families.akis.signing_key import KeyKind, SigningKey
from anahtar_card.family import CardRecord
from anahtar_card.virtual import Memory
from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.acts import register_card
from anahtar_server.cards.models import Card
from anahtar_server.certificates import possession
from anahtar_server.certificates.acts import revoke
from anahtar_server.certificates.issuing import issue, subject_of
from anahtar_server.certificates.lifecycle import Reason
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.custody.port import Custody
from anahtar_server.people.models import Firm, Holder

KEY_VERSION = 1
TRANSPORT_KEY_LENGTH = 16

Owner = Holder | Firm


class InWorkshop(Protocol):
    """A blank card, wherever it is; `serial` has 12 bytes. Every step raises CardError when the card refuses it."""

    serial: bytes

    def load_keys(self, wrapped_reset: bytes, wrapped_card: bytes, *, key_version: int) -> None:
        """Load the card's two keys, each wrapped under its transport key."""

    def make_key_pair(self, kind: KeyKind) -> bytes:
        """Have the card make its signing key; returns SubjectPublicKeyInfo (DER)."""

    def sign_request(self, message: bytes) -> bytes:
        """Have the card sign a request's body: RSA with SHA-256, EC with SHA-384 (DER)."""

    def store_certificate(self, certificate: bytes, label: str) -> None:
        """Write the certificate (DER) and what leads to it."""

    def finish(self) -> None:
        """End the workshop for this card."""


class NotTheirs(ValueError):
    """The certificate to be renewed is another owner's."""


class MadeAlready(ValueError):
    """A card with this serial number is in the register."""


def make_card(
    *,
    card: InWorkshop,
    transport_key: bytes,
    owner: Owner,
    authority: Authority,
    custody: Custody,
    actor: str,
    now: datetime,
    renews: Certificate | None = None,
) -> Card:
    """Make a blank card into a card without a PIN for its owner: RSA-2048 for a person, EC P-384 for a seal.

    The key pair is made on the card, which proves that it holds it before it gets its certificate; with `renews` the
    certificate waits until the old one ends. The registers know card and certificate before the card leaves; if it then
    refuses to be finished, the certificate is revoked. Raises CardError, NoProof, NotTheirs, MadeAlready, KeyMissing,
    CustodyGone.
    """
    if renews is not None and (renews.card.holder or renews.card.firm) != owner:
        raise NotTheirs
    kept, certificate = _certify(card, transport_key, owner, authority, custody, actor, now, renews)
    try:
        card.store_certificate(bytes(certificate.der), "Mali Mühür" if isinstance(owner, Firm) else "NES")
        card.finish()
    except Exception:
        revoke(certificate=certificate, actor=actor, now=now, reason=Reason.CESSATION_OF_OPERATION)
        raise
    return kept


def make_virtual_card(
    *,
    memory: Memory,
    owner: Owner,
    authority: Authority,
    custody: Custody,
    actor: str,
    now: datetime,
    renews: Certificate | None = None,
    ready: SigningKey | None = None,
) -> Card:
    """Make a virtual card in `memory`, blank before, as `make_card` does; `ready` spares tests the making of a key."""
    serial, transport_key = secrets.token_bytes(names.SERIAL_LENGTH), secrets.token_bytes(TRANSPORT_KEY_LENGTH)
    steps = Personalisation.begin(memory, serial, transport_key, secrets.token_bytes)
    return make_card(
        card=_InMemory(serial, steps, ready), transport_key=transport_key, owner=owner, authority=authority,
        custody=custody, actor=actor, now=now, renews=renews,
    )  # fmt: skip


@dataclass
class _InMemory:
    """A virtual card without a reader around it."""

    serial: bytes
    steps: Personalisation
    ready: SigningKey | None

    def __post_init__(self) -> None:
        self.load_keys, self.sign_request = self.steps.load_keys, self.steps.sign_request
        self.store_certificate, self.finish = self.steps.store_certificate, self.steps.finish

    def make_key_pair(self, kind: KeyKind) -> bytes:
        return self.steps.make_key_pair(kind, self.ready)


@transaction.atomic
def _certify(
    card: InWorkshop,
    transport_key: bytes,
    owner: Owner,
    authority: Authority,
    custody: Custody,
    actor: str,
    now: datetime,
    renews: Certificate | None,
) -> tuple[Card, Certificate]:
    """Put card and certificate into the registers, when the card has its keys and has proved that it holds them."""
    register = CardRecord(card.serial.hex().upper(), KEY_VERSION, names.PIN_REFERENCE)
    if Card.objects.filter(serial=register.serial).exists():
        raise MadeAlready
    kept = _registered(register, owner, actor, now)
    card.load_keys(
        _wrapped(custody, register, names.RESET_KEY, transport_key),
        _wrapped(custody, register, names.CARD_KEY, transport_key),
        key_version=KEY_VERSION,
    )
    public_key = card.make_key_pair("p384" if isinstance(owner, Firm) else "rsa2048")
    possession.prove(subject_of(kept), public_key, card.sign_request)
    certificate = issue(
        card=kept, authority=authority, public_key=public_key, custody=custody, actor=actor, now=now, renews=renews
    )
    return kept, certificate


def _registered(register: CardRecord, owner: Owner, actor: str, now: datetime) -> Card:
    card = register_card(
        serial=register.serial,
        family=names.FAMILY,
        key_version=register.key_version,
        pin_reference=register.pin_reference,
        owner=owner,
        actor=actor,
        now=now,
    )
    record(actor=actor, act=Act.CARD_KEYS_WRAPPED, subject=f"card:{card.pk}", now=now, kv=register.key_version)
    return card


def _wrapped(custody: Custody, card: CardRecord, label: str, transport_key: bytes) -> bytes:
    return custody.wrap_card_key(
        key_version=card.key_version, label=label, context=messages.context(card), transport_key=transport_key
    )
