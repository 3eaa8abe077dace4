"""`python -m anahtar_cases.operator revoke|lost SERIAL`: an operator's act on a card, by the server's own acts."""

from __future__ import annotations

import os
import sys
from typing import Any

import django


def main() -> None:
    """Do it and end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
    django.setup()
    from anahtar_server.cards.models import Card
    from anahtar_server.certificates.acts import revoke
    from anahtar_server.certificates.card_acts import report_lost
    from anahtar_server.clock import system_clock

    what, serial = sys.argv[1:]
    card: Any = Card.objects.get(serial=serial)
    now = system_clock()
    actor = f"holder:{card.holder_id}"
    if what == "lost":
        report_lost(card=card, actor=actor, now=now)
        return
    for certificate in card.certificates.exclude(state="revoked"):
        revoke(certificate=certificate, actor=actor, now=now)


if __name__ == "__main__":
    main()
