"""The room's start: what ends for a card ends its unlocks too."""

from __future__ import annotations

from django.apps import AppConfig


class UnlockConfig(AppConfig):
    """The room of the unlock."""

    name = "anahtar_server.unlock"

    def ready(self) -> None:
        """Have the certificates' room end what is under way for a card that was revoked, lost or found dead."""
        from anahtar_server.certificates import acts as certificates
        from anahtar_server.unlock.acts import close_for_card

        if close_for_card not in certificates.on_closed:
            certificates.on_closed.append(close_for_card)
