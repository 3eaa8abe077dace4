"""The workshop: a card of the family `akis` is made, keyed, certified and put into the registers.

In earnest this is a process with a PKCS#11 login of its own: the card's keys are derived in the token, wrapped there
under the card's transport key, and unwrapped by the card alone.
"""

from __future__ import annotations

import secrets
from datetime import datetime

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
from anahtar_server.certificates.issuing import issue, subject_of
from anahtar_server.certificates.models import Authority, Certificate
from anahtar_server.custody.port import Custody
from anahtar_server.people.models import Firm, Holder

KEY_VERSION = 1


@transaction.atomic
def make_virtual_card(
    *,
    memory: Memory,
    owner: Holder | Firm,
    authority: Authority,
    custody: Custody,
    actor: str,
    now: datetime,
    renews: Certificate | None = None,
    ready: SigningKey | None = None,
) -> Card:
    """Personalise `memory` into a card without a PIN for its owner: RSA-2048 for a person, EC P-384 for a seal.

    The key pair is made on the card, which proves that it holds it before it gets its certificate; with `renews` the
    certificate waits until the old one ends. `ready` spares tests the making of a key. Raises NoProof.
    """
    kind: KeyKind = "p384" if isinstance(owner, Firm) else "rsa2048"
    serial, transport_key = secrets.token_bytes(names.SERIAL_LENGTH), secrets.token_bytes(16)
    workshop = Personalisation.begin(memory, serial, transport_key, secrets.token_bytes)
    register = CardRecord(serial.hex().upper(), KEY_VERSION, names.PIN_REFERENCE)
    workshop.load_keys(
        _wrapped(custody, register, names.RESET_KEY, transport_key),
        _wrapped(custody, register, names.CARD_KEY, transport_key),
        key_version=KEY_VERSION,
    )
    card = _registered(register, owner, actor, now)
    public_key = workshop.make_key_pair(kind, ready)
    possession.prove(subject_of(card), public_key, workshop.sign_request)
    certificate = issue(
        card=card, authority=authority, public_key=public_key, custody=custody, actor=actor, now=now, renews=renews
    )
    workshop.store_certificate(bytes(certificate.der), "Mali Mühür" if isinstance(owner, Firm) else "NES")
    workshop.finish()
    return card


def _registered(register: CardRecord, owner: Holder | Firm, actor: str, now: datetime) -> Card:
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
