"""Every change in the life of a certificate."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.cards.models import Card
from anahtar_server.certificates.models import Certificate


@transaction.atomic
def revoke(*, certificate: Certificate, actor: str, now: datetime) -> Certificate:
    """Revoke a certificate for ever, at this moment and never earlier; twice changes nothing.

    The card's row is locked first, so this and a consent for the card come one after the other.
    """
    Card.objects.select_for_update().get(pk=certificate.card_id)
    current = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if current.state != Certificate.State.REVOKED:
        current.state = Certificate.State.REVOKED
        current.state_since = now
        current.save(update_fields=["state", "state_since"])
        record(actor=actor, act=Act.CERTIFICATE_REVOKED, subject=f"certificate:{current.serial}", now=now)
    return current
