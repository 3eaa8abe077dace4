"""Telling people what became of an unlock, on every line on record, in the transaction that settles it."""

from __future__ import annotations

from datetime import datetime

from anahtar_server.cards.models import Card
from anahtar_server.clock import local_time
from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.queries import lines_of, representatives_of
from anahtar_server.unlock import texts
from anahtar_server.unlock.models import Unlock


def concerned(card: Card, acting: Holder, now: datetime) -> list[Holder]:
    """Return who is told of what happens to a card: the holder, and every representative of a firm."""
    people = list(representatives_of(card.firm, now)) if card.firm is not None else []
    return [acting, *(holder for holder in people if holder.pk != acting.pk)]


def tell_done(unlock: Unlock, now: datetime) -> None:
    """Tell everyone concerned that the PIN was changed."""
    time = local_time(now)
    for holder in concerned(unlock.card, unlock.holder, now):
        subject, text = texts.done(holder.language, unlock.card.serial, time)
        _tell(unlock, holder, subject, text, "done", now)


def tell_unsettled(unlock: Unlock, now: datetime) -> None:
    """Tell the holder that nobody can prove the outcome."""
    subject, text = texts.unsettled(unlock.holder.language, unlock.card.serial)
    _tell(unlock, unlock.holder, subject, text, "unsettled", now)


def _tell(unlock: Unlock, holder: Holder, subject: str, text: str, what: str, now: datetime) -> None:
    for line in lines_of(holder):
        tell(
            channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
            address=line.address,
            subject=subject,
            text=text,
            about=f"unlock:{unlock.name}",
            actor="key-service",
            now=now,
            not_after=None,
            key=f"{what}:{unlock.name}:{line.pk}",
        )
