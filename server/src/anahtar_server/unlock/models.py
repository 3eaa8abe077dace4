"""An unlock and what was given for it."""

from __future__ import annotations

import uuid

from django.db import models

from anahtar_card.family import Grant as CardGrant
from anahtar_server.cards.models import Card
from anahtar_server.people.models import Holder
from anahtar_server.signin.models import SignIn
from anahtar_wire.names import State


class Unlock(models.Model):
    """One attempt to give one card a PIN. Its id's 16 bytes are the session that the card hears.

    `holder` is who acts (for a seal: the representative). `code_mac` keeps the verification code's secret. `live`
    mirrors `rules.is_live` for the database's own guard: at most one live unlock a card.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="unlocks")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="unlocks")
    sign_in = models.ForeignKey(SignIn, models.PROTECT, related_name="unlocks")
    state = models.CharField(max_length=10, choices=[(state.value, state.name) for state in State])
    live = models.BooleanField(default=True)
    closed = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    code_reference = models.CharField(max_length=4, db_index=True)
    code_mac = models.BinaryField()
    code_expires_at = models.DateTimeField()
    code_tries_used = models.PositiveSmallIntegerField(default=0)
    program_key = models.BinaryField(default=b"")
    program = models.CharField(max_length=130, default="")
    program_release = models.CharField(max_length=130, default="")
    system = models.CharField(max_length=130, default="")
    computer = models.CharField(max_length=130, default="")
    claimed_at = models.DateTimeField(null=True)
    claimed_from = models.CharField(max_length=45, default="")
    claimed_again_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    wrong_proofs = models.PositiveSmallIntegerField(default=0)
    released_at = models.DateTimeField(null=True)
    evidence = models.CharField(max_length=2, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("card",), condition=models.Q(live=True), name="one_live_unlock_a_card"),
        )

    @property
    def name(self) -> str:
        """The unlock's name on the wire: 32 hex digits."""
        return self.id.hex

    @property
    def now_in(self) -> State:
        """The state as the table's type."""
        return State(self.state)


class Link(models.Model):
    """A link that brings an unlock's code into the program on the same computer: gone as soon as it is traded.

    The reference is kept as SHA-256 and the code sealed under the reference, so the database alone opens nothing.
    """

    unlock = models.OneToOneField(Unlock, models.CASCADE, related_name="link")
    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    ends_at = models.DateTimeField(db_index=True)


class Grant(models.Model):
    """A nonce that was given for the card to speak over; used once."""

    class Purpose(models.TextChoices):
        CONSENT = "consent"
        EVIDENCE = "evidence"
        SETTLE = "settle"

    unlock = models.ForeignKey(Unlock, models.PROTECT, related_name="grants")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    nonce = models.BinaryField()
    given_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def for_card(self) -> CardGrant:
        """Return what the card hears: the unlock's 16 bytes and the nonce."""
        return CardGrant(session=self.unlock_id.bytes, nonce=bytes(self.nonce))


class Consent(models.Model):
    """A consent that was recorded before its key was used. A card's nonce takes part in one consent only, ever."""

    unlock = models.ForeignKey(Unlock, models.PROTECT, related_name="consents")
    card = models.ForeignKey(Card, models.PROTECT, related_name="consents")
    card_nonce = models.BinaryField(max_length=16)
    grant = models.OneToOneField(Grant, models.PROTECT, related_name="consent")
    evidence_grant = models.OneToOneField(Grant, models.PROTECT, related_name="evidence_of")
    pin_tries_before = models.PositiveSmallIntegerField()
    pin_max = models.PositiveSmallIntegerField()
    released_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("card", "card_nonce"), name="a_card_nonce_once"),)
