"""The table of persons."""

from __future__ import annotations

import secrets
import uuid

from django.db import models


def new_seed() -> str:
    """32 random bytes in hex: the secret behind a person's pairwise subjects."""
    return secrets.token_hex(32)


class Person(models.Model):
    """Somebody who can sign in. Change one through ``acts`` only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tckn = models.CharField(max_length=11, unique=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    mobile = models.CharField(max_length=16)
    password = models.CharField(max_length=200)
    subject_seed = models.CharField(max_length=64, default=new_seed, editable=False)
    recorded_at = models.DateTimeField()
    rehearsal = models.BooleanField()

    def __str__(self) -> str:
        return f"person {self.pk}"
