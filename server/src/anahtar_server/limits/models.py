"""Counted tries, kept as rows so that every process sees the same count."""

from __future__ import annotations

from django.db import models


class Hit(models.Model):
    """One counted try of `kind` under `key` (an address, a card, a holder)."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("kind", "key", "at")),)
