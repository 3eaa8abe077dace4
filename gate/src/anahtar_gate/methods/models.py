"""Tables of what the methods must remember: counted tries, codes sent."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_gate.methods.rules import CODE_TRIES
from anahtar_gate.people.models import Person


class CountedTry(models.Model):
    """One try counted against a limit; ``subject`` is a keyed hash, so no TCKN of a stranger is kept."""

    counted = models.CharField(max_length=10)
    subject = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=["counted", "subject", "at"], name="methods_try"),)

    def __str__(self) -> str:
        return f"try {self.pk}"


class SmsCode(models.Model):
    """The second step of one sign-in; the code is kept as a keyed hash only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    tries_left = models.PositiveSmallIntegerField(default=CODE_TRIES)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"SMS code {self.pk}"
