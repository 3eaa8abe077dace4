"""The outbox: a message is a row until it has left."""

from __future__ import annotations

from django.db import models

from anahtar_server.prepared import insert


class Outbox(models.Manager["OutboxMessage"]):
    """The messages."""

    def put(self, message: OutboxMessage) -> bool:
        """Store a new message and give it its number, unless one with its key is there already; tell whether it is new.

        One statement without a savepoint, and nothing is read back but the number: a text may hold a code, and who
        queues a message has no right to read any.
        """
        return insert(message, unless="key")


class OutboxMessage(models.Model):
    """A message to one address. The row is the record: there is no queue beside it.

    `key` names the act that it tells of, so that an act tells once. `lease_until`: nobody touches the row before (while
    queued: the next try; while sending: the worker's time). `unsure`: a worker vanished or a gateway fell silent after
    it was asked to send, so the message may have gone already. A `secret` text is blanked when the message is finished.
    """

    class Channel(models.TextChoices):
        SMS = "sms"
        EMAIL = "email"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        GIVEN_UP = "given-up"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    secret = models.BooleanField(default=False)
    about = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    unsure = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = Outbox()

    class Meta:
        indexes = (
            models.Index(
                fields=("lease_until",), condition=models.Q(state__in=("queued", "sending")), name="outbox_unfinished"
            ),
        )

    def __repr__(self) -> str:
        return f"<OutboxMessage {self.pk} {self.channel} {self.state}>"

    __str__ = __repr__
