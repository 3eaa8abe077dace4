"""Telling every representative of a firm how an agreement goes."""

from __future__ import annotations

import secrets
from datetime import datetime

from anahtar_server.clock import local_time
from anahtar_server.notices.acts import tell
from anahtar_server.people.agreement_rules import What
from anahtar_server.people.agreement_texts import Turn, told
from anahtar_server.people.models import Agreement, ContactLine
from anahtar_server.people.objections import make_objection
from anahtar_server.people.queries import lines_of, representatives_of


def tell_representatives(*, agreement: Agreement, turn: Turn, portal_url: str, now: datetime) -> None:
    """Tell `turn` on every line of everyone who represents the firm now, in the transaction of the act."""
    about = f"agreement:{agreement.pk}"
    for holder in representatives_of(agreement.firm, now):
        code = make_objection(holder=holder, subject=agreement.guards, about=about, choose=secrets.choice, now=now)
        for line in lines_of(holder):
            subject, text = told(
                turn,
                What(agreement.what),
                holder.language,
                line.channel,
                agreement.shown,
                local_time(agreement.ends_at),
                portal_url,
                code,
            )
            tell(
                channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
                address=line.address,
                subject=subject,
                text=text,
                about=about,
                actor="portal",
                now=now,
                not_after=None,
                key=f"agreement:{agreement.pk}:{turn.value}:{line.pk}",
                secret=True,
            )
