"""Sign-ins: each is a row, so that an unlock can name the one that opened it."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_server.people.models import Holder


class SignIn(models.Model):
    """One sign-in of a holder.

    `method` is the gate's word (`giris_yontemi`), `level` low, substantial or high, `authenticated_at` the provider's
    auth_time, `assertion` the provider's signed ID token, which the key service checks again for itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="sign_ins")
    issuer = models.CharField(max_length=200)
    method = models.CharField(max_length=40)
    level = models.CharField(max_length=12)
    authenticated_at = models.DateTimeField()
    signed_in_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45)
    assertion = models.TextField()
    nonce = models.CharField(max_length=64)
