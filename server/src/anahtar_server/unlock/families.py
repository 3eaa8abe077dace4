"""Which issuer speaks for which family of cards; the register names the family, no message can."""

from __future__ import annotations

from anahtar_card.families.akis.issuer import AkisIssuer
from anahtar_card.family import CardRecord, Issuer, Mac
from anahtar_server.cards.models import Card
from anahtar_server.custody.port import Custody

_ISSUERS: dict[str, Issuer] = {"akis": AkisIssuer()}


def issuer_of(card: Card) -> Issuer:
    """Return the issuer of a card's family; raises KeyError for one whose reset this authority does not hold."""
    return _ISSUERS[card.family]


def record_of(card: Card) -> CardRecord:
    """Return what the register knows of a card, for its issuer."""
    return CardRecord(serial=card.serial, key_version=card.key_version, pin_reference=card.pin_reference)


def mac_of(card: Card, custody: Custody) -> Mac:
    """Return the MAC function of a card's keys; the keys stay in custody."""

    def mac(label: str, context: bytes, message: bytes) -> bytes:
        return custody.mac(key_version=card.key_version, label=label, context=context, message=message)

    return mac
