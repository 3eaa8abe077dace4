"""The register of certificates."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_server.cards.models import Card


class Certificate(models.Model):
    """A certificate on a card. `serial` is its serial number in lower-case hex, `der` the whole certificate."""

    class State(models.TextChoices):
        WAITING = "waiting"  # suspended at birth
        VALID = "valid"
        SUSPENDED = "suspended"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="certificates")
    serial = models.CharField(max_length=40, unique=True)
    profile = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    state_since = models.DateTimeField()
    der = models.BinaryField()


class Authority(models.Model):
    """An issuing authority of ours: `key` names its signing key in custody, `der` holds its own certificate."""

    name = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=40)
    der = models.BinaryField()
