"""The room's start: what ends for a card ends its unlocks too."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:  # models are there only after the start
    from anahtar_server.cards.models import Card


class UnlockConfig(AppConfig):
    """The room of the unlock."""

    name = "anahtar_server.unlock"

    def ready(self) -> None:
        """Have the certificates' room end what is under way for a card that was revoked, lost or found dead."""
        from anahtar_server.certificates.closing import on_closed

        if _close not in on_closed:
            on_closed.append(_close)


def _close(*, card: Card, actor: str, now: datetime) -> None:
    # Loaded when it is needed: a process that sets no PIN starts without the unlock's acts.
    from anahtar_server.unlock.acts import close_for_card

    close_for_card(card=card, actor=actor, now=now)
