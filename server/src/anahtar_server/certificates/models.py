"""The register of certificates, what happened to them, and what is published about them."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_server.cards.models import Card


class Authority(models.Model):
    """An authority of ours: `key` names its signing key in custody, `der` holds its own certificate.

    A root has no `parent`; an issuing authority has the root, a responder (kind `ocsp`) its issuing authority.
    """

    class Kind(models.TextChoices):
        ROOT = "root"
        ISSUING = "issuing"
        OCSP = "ocsp"

    name = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=40)
    der = models.BinaryField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.ISSUING)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)


class Certificate(models.Model):
    """A certificate on a card. `serial` is its serial number in lower-case hex, `der` the whole certificate.

    `title` is the whole name or title, of which the subject may hold the beginning only. `suspended_by` is the party
    that asked for the suspension and so may have it lifted. `listed` is the entry in the list of revoked certificates
    (DER), None while it is not on it. `partition` says on which list, and the certificate names it; `slot` on which
    piece of the list, so that an act changes one piece only.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # suspended at birth
        VALID = "valid"
        SUSPENDED = "suspended"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="certificates")
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="certificates")
    partition = models.PositiveSmallIntegerField(default=0)
    slot = models.PositiveSmallIntegerField(default=0)
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="renewed_by")
    serial = models.CharField(max_length=40, unique=True)
    profile = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    title = models.CharField(max_length=300, default="")
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    state_since = models.DateTimeField()
    suspended_by = models.CharField(max_length=12, default="")
    reason = models.PositiveSmallIntegerField(null=True)
    listed = models.BinaryField(null=True)
    der = models.BinaryField()

    class Meta:
        indexes = (
            # With all that a list is made of, so that a million entries are read without their rows.
            models.Index(
                fields=("authority", "partition", "slot", "not_after", "listed"),
                condition=models.Q(listed__isnull=False),
                name="certificate_on_list",
            ),
            models.Index(fields=("renews",), condition=models.Q(state="waiting"), name="certificate_waiting"),
        )


class Change(models.Model):
    """One step in a certificate's life: who asked, who performed it, why, and since when relying parties see it."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="changes")
    at = models.DateTimeField(db_index=True)
    event = models.CharField(max_length=14)
    before = models.CharField(max_length=10, default="")
    after = models.CharField(max_length=10)
    reason = models.PositiveSmallIntegerField(null=True)
    asked_by = models.CharField(max_length=80)
    performed_by = models.CharField(max_length=80)
    second = models.CharField(max_length=80, default="")
    answered_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("id",), condition=models.Q(answered_at__isnull=True), name="change_unanswered"),
            models.Index(fields=("id",), condition=models.Q(listed_at__isnull=True), name="change_unlisted"),
        )


class Answer(models.Model):
    """A status answer signed before anyone asks (RFC 5019), one for each hash by which a certificate may be named.

    `certid` is the CertID (DER) as a request holds it, `status` the CertStatus (DER) to be signed, `ends` the
    certificate's end. `der` is empty from an act until the next signing, so that nothing old is served in between.
    `version` is taken from `Feed` at each change.
    """

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="answers")
    certid = models.BinaryField(unique=True)
    status = models.BinaryField(default=b"\x80\x00")
    ends = models.DateTimeField()
    der = models.BinaryField(default=b"")
    this_update = models.DateTimeField(null=True)
    next_update = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)
    version = models.BigIntegerField(db_index=True)


class Publication(models.Model):
    """The newest list of one authority and partition: full, or the changes since the full list `base_number`."""

    class Kind(models.TextChoices):
        FULL = "full"
        DELTA = "delta"

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="publications")
    partition = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    number = models.BigIntegerField()
    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    base_number = models.BigIntegerField()
    base_at = models.DateTimeField()
    size = models.BigIntegerField()
    version = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("authority", "partition", "kind"), name="one_list_of_each_kind"),
        )


class Piece(models.Model):
    """A piece of a published list; all of them joined in order are the list (DER).

    Place 0 holds what stands before the entries, place 1 + slot the entries of a slot, the last place what stands after
    them. A delta list is whole in place 0.
    """

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="pieces")
    place = models.PositiveSmallIntegerField()
    der = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "place"), name="one_piece_a_place"),)


class Feed(models.Model):
    """One row that counts the changes of what is served. It is locked until a change commits, so whoever has read up to
    a number has missed nothing below it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)
