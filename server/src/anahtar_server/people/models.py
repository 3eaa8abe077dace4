"""The people and firms that the authority knows: holders, taxpayers, who may act for them, and how they are reached."""

from __future__ import annotations

import uuid

from django.db import models


class Holder(models.Model):
    """A natural person with a certificate, or a representative of a firm.

    `name_folded` is the search column (see `rules.fold`); `tckn` the eleven digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tckn = models.CharField(max_length=11, unique=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=220, db_index=True)
    birth_date = models.DateField()
    language = models.CharField(max_length=2, default="tr")

    def __str__(self) -> str:
        return f"Holder {self.id}"

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class Firm(models.Model):
    """A taxpayer that seals: `tax_number` is a VKN (ten digits), or the TCKN of a sole trader.

    So many of its representatives must agree to a PIN or a revocation (see `agreements`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tax_number = models.CharField(max_length=11, unique=True)
    title = models.CharField(max_length=300)
    title_folded = models.CharField(max_length=320, db_index=True)
    representatives_needed = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"Firm {self.id}"


class Representation(models.Model):
    """A holder may act for a firm from a time until a time (None: without end)."""

    holder = models.ForeignKey(Holder, models.PROTECT, related_name="representations")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="representations")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("holder", "firm", "since"), name="one_representation"),)


class Agreement(models.Model):
    """Something that several representatives of a firm must want: `what` (see `agreements.What`) of `about`.

    `guards` is what an objection to it stops, `shown` how people know the thing, `value` a number where it is one.
    Answers of holders whose authority has ended by then do not count.
    """

    class State(models.TextChoices):
        OPEN = "open"
        AGREED = "agreed"
        REFUSED = "refused"
        LAPSED = "lapsed"
        USED = "used"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="agreements")
    what = models.CharField(max_length=8)
    about = models.CharField(max_length=60)
    guards = models.CharField(max_length=60)
    shown = models.CharField(max_length=60)
    value = models.PositiveSmallIntegerField(default=0)
    needed = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    moved_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("firm", "state", "ends_at")),)


class AgreementAnswer(models.Model):
    """What one representative said, in which of their own sign-ins."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="answers")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="+")
    sign_in = models.CharField(max_length=36)
    yes = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("agreement", "holder"), name="one_answer_a_representative"),)


class ContactLine(models.Model):
    """A mobile number (E.164) or e-mail address on which a holder is told things, known since `since`."""

    class Channel(models.TextChoices):
        SMS = "sms"
        EMAIL = "email"

    holder = models.ForeignKey(Holder, models.PROTECT, related_name="contact_lines")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = models.CharField(max_length=254)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class HiddenDigits(models.Model):
    """The digits that a holder's PIN must not contain, as scrypt digests under one salt, kept because they are slow to
    make. `made_of` is a SHA-256 of what they were made of: another number or line makes them anew."""

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="+")
    firm = models.ForeignKey(Firm, models.CASCADE, null=True, related_name="+")
    made_of = models.CharField(max_length=64, unique=True)
    salt = models.BinaryField()
    digests = models.BinaryField()


class Objection(models.Model):
    """A way to say "this was not me" without signing in: one code, told with a notice, used once until `ends_at`.

    The code is kept as a slow digest only. `subject` is the plain identifier of what the notice told of (`card:…`,
    `holder:…`), `about` that of the act.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    holder = models.ForeignKey(Holder, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=60)
    about = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
