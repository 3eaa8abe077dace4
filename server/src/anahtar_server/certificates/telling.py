"""Telling everyone concerned with a card, on every line they have."""

from __future__ import annotations

import secrets
from datetime import datetime

from anahtar_server.cards.models import Card
from anahtar_server.certificates.texts import News, told
from anahtar_server.clock import local_time
from anahtar_server.config import config
from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.objections import make_objection
from anahtar_server.people.queries import lines_of, representatives_of


def tell_concerned(*, card: Card, news: News, key: str, about: str, actor: str, now: datetime) -> None:
    """Tell the holder, or every representative of a firm, in the transaction of the act that `key` names.

    Each text holds a code by which its reader objects without signing in, so it is blanked when it has left.
    """
    for holder in _concerned(card, now):
        code = make_objection(holder=holder, subject=f"card:{card.pk}", about=about, choose=secrets.choice, now=now)
        for line in lines_of(holder):
            subject, text = told(
                news, holder.language, line.channel, card.serial, local_time(now), config().portal.public_url, code
            )
            tell(
                channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
                address=line.address,
                subject=subject,
                text=text,
                about=about,
                actor=actor,
                now=now,
                not_after=None,
                key=f"{key}:{line.pk}",
                secret=True,
            )


def _concerned(card: Card, now: datetime) -> list[Holder]:
    if card.holder is not None:
        return [card.holder]
    assert card.firm is not None  # the table's own check: a card has one owner
    return list(representatives_of(card.firm, now))
