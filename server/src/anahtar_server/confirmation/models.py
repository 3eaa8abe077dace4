"""What a holder was asked to confirm with, and web passwords."""

from __future__ import annotations

from django.db import models

from anahtar_server.people.models import Holder


class Question(models.Model):
    """One confirmation that is asked for; `about` names what it confirms (an unlock).

    The SMS code is kept as an HMAC under a key outside the database. `tries_used` counts wrong answers of both
    methods together; a new code does not reset it.
    """

    about = models.CharField(max_length=60, unique=True)
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    method = models.CharField(max_length=3)
    code_mac = models.BinaryField(default=b"")
    expires_at = models.DateTimeField()
    tries_used = models.PositiveSmallIntegerField(default=0)
    messages_sent = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)


class WebPassword(models.Model):
    """A holder's WEB Parola, as an argon2 hash."""

    holder = models.OneToOneField(Holder, models.PROTECT, related_name="web_password")
    encoded = models.CharField(max_length=200)
    set_at = models.DateTimeField()
