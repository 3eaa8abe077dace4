"""The register of cards."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_server.people.models import Firm, Holder

HSM = "hsm"
"""The family of a seal that is kept in a hardware security module: no card, and no PIN of a card."""


class Card(models.Model):
    """A card of ours. Family, key version and PIN reference are fixed here at issue; no message can change them.

    A seal's card belongs to a firm, a person's to a holder. `serial` is in capital hex digits.
    """

    class Kind(models.TextChoices):
        NES = "nes"
        SEAL = "seal"

    class Condition(models.TextChoices):
        IN_USE = "in-use"
        LOST = "lost"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.CharField(max_length=32, unique=True)
    family = models.CharField(max_length=16)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    key_version = models.PositiveSmallIntegerField()
    pin_reference = models.PositiveSmallIntegerField()
    holder = models.ForeignKey(Holder, models.PROTECT, null=True, related_name="cards")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="cards")
    condition = models.CharField(max_length=6, choices=Condition.choices, default=Condition.IN_USE)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="nes", holder__isnull=False, firm__isnull=True)
                | models.Q(kind="seal", holder__isnull=True, firm__isnull=False),
                name="card_has_one_owner",
            ),
        )


class LedgerEntry(models.Model):
    """What a card has proved or done about its tries: seen with `proof`, or a cryptogram that failed."""

    class What(models.TextChoices):
        PROVED = "proved"
        CRYPTOGRAM_FAILED = "cryptogram-failed"

    card = models.ForeignKey(Card, models.PROTECT, related_name="ledger")
    at = models.DateTimeField()
    what = models.CharField(max_length=20, choices=What.choices)
    pin_tries = models.PositiveSmallIntegerField(null=True)
    key_tries = models.PositiveSmallIntegerField(null=True)
