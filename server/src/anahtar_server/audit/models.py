"""The server's record of every act: rows are added and linked, never changed or taken out."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnly(Exception):
    """Somebody tried to change or delete a row of the audit."""


class AuditRows(models.QuerySet["AuditEntry"]):
    """Rows that refuse every change but their linking."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: raises AppendOnly."""
        raise AppendOnly("an audit row is never changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raises AppendOnly."""
        raise AppendOnly("an audit row is never changed")

    def delete(self) -> NoReturn:
        """Refuse: raises AppendOnly."""
        raise AppendOnly("an audit row is never deleted")

    def link(self, entry: AuditEntry, *, sequence: int, previous_hash: str, hash: str) -> None:
        """Give an unlinked row its place in the chain; raises AppendOnly if it has one already."""
        plain: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry, using=self.db)
        row = plain.filter(pk=entry.pk, sequence=None)
        if row.update(sequence=sequence, previous_hash=previous_hash, hash=hash) != 1:
            raise AppendOnly("an audit row is linked once")


class AuditEntry(models.Model):
    """Who (`actor`) did what (`act`) on what (`subject`), when; `facts` is canonical JSON (see `rules`).

    Actors and subjects are plain identifiers; no name, number of a person, telephone, code or key stands here.
    `sequence`, `previous_hash` and `hash` are empty until the chainer has linked the row.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, db_index=True)
    facts = models.TextField(default="{}")
    sequence = models.BigIntegerField(null=True, unique=True, editable=False)
    previous_hash = models.CharField(max_length=64, null=True, editable=False)
    hash = models.CharField(max_length=64, null=True, editable=False)

    objects = AuditRows.as_manager()

    class Meta:
        indexes = (models.Index(fields=("id",), condition=models.Q(sequence__isnull=True), name="audit_unlinked"),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new row; raises AppendOnly for one that is stored already."""
        if not self._state.adding:
            raise AppendOnly("an audit row is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raises AppendOnly."""
        raise AppendOnly("an audit row is never deleted")


class AuditHead(models.Model):
    """The end of the chain: one row (id 1), locked by whoever links, so that the chain cannot fork."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="audit_has_one_head"),)
