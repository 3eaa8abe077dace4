"""Telling people what became of an unlock, on every line on record, in the transaction that settles it."""

from __future__ import annotations

from datetime import datetime

from anahtar_server.cards.models import Card
from anahtar_server.clock import local_time
from anahtar_server.config import config
from anahtar_server.people.models import Holder
from anahtar_server.people.queries import representatives_of
from anahtar_server.people.telling import TextOf, tell_holder
from anahtar_server.unlock import texts
from anahtar_server.unlock.models import Unlock


def concerned(card: Card, acting: Holder, now: datetime) -> list[Holder]:
    """Return who is told of what happens to a card: the holder, and every representative of a firm."""
    people = list(representatives_of(card.firm, now)) if card.firm is not None else []
    return [acting, *(holder for holder in people if holder.pk != acting.pk)]


def tell_done(unlock: Unlock, now: datetime) -> None:
    """Tell everyone concerned that the PIN was changed, and each how to object."""
    serial, time, firm = unlock.card.serial, local_time(now), unlock.card.firm

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        title = firm.title if firm is not None else None
        return texts.done(language, channel, serial, time, title, config().portal.public_url, code)

    for holder in concerned(unlock.card, unlock.holder, now):
        _tell(unlock, holder, text, "done", now)


def tell_unsettled(unlock: Unlock, now: datetime) -> None:
    """Tell the holder that nobody can prove the outcome."""
    serial = unlock.card.serial

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return texts.unsettled(language, channel, serial, config().portal.public_url, code)

    _tell(unlock, unlock.holder, text, "unsettled", now)


def _tell(unlock: Unlock, holder: Holder, text_of: TextOf, what: str, now: datetime) -> None:
    tell_holder(
        holder=holder,
        text_of=text_of,
        stops=f"card:{unlock.card_id}",
        about=f"unlock:{unlock.name}",
        key=f"{what}:{unlock.name}",
        actor="key-service",
        now=now,
    )
