"""Telling every representative of a firm how an agreement goes."""

from __future__ import annotations

from datetime import datetime

from anahtar_server.clock import local_time
from anahtar_server.people.agreement_rules import What
from anahtar_server.people.agreement_texts import Turn, told
from anahtar_server.people.models import Agreement
from anahtar_server.people.queries import representatives_of
from anahtar_server.people.telling import tell_holder


def tell_representatives(*, agreement: Agreement, turn: Turn, portal_url: str, now: datetime) -> None:
    """Tell `turn` on every line of everyone who represents the firm now, in the transaction of the act."""
    what, ends, title = What(agreement.what), local_time(agreement.ends_at), agreement.firm.title

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return told(turn, what, language, channel, title, agreement.shown, ends, portal_url, code)

    about = f"agreement:{agreement.pk}"
    for holder in representatives_of(agreement.firm, now):
        tell_holder(
            holder=holder,
            text_of=text,
            stops=agreement.guards,
            about=about,
            key=f"{about}:{turn.value}",
            actor="portal",
            now=now,
        )
