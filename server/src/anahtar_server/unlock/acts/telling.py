"""Telling people what became of an unlock, on every line on record, in the transaction that settles it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from anahtar_server.cards.models import Card
from anahtar_server.clock import local_time
from anahtar_server.config import config
from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.objections import make_objection
from anahtar_server.people.queries import lines_of, representatives_of
from anahtar_server.unlock import texts
from anahtar_server.unlock.models import Unlock

TextOf = Callable[[str, str, str], tuple[str, str]]
"""Subject and text for a language, a channel and the code of the way to object."""


def concerned(card: Card, acting: Holder, now: datetime) -> list[Holder]:
    """Return who is told of what happens to a card: the holder, and every representative of a firm."""
    people = list(representatives_of(card.firm, now)) if card.firm is not None else []
    return [acting, *(holder for holder in people if holder.pk != acting.pk)]


def tell_done(unlock: Unlock, now: datetime) -> None:
    """Tell everyone concerned that the PIN was changed, and each how to object."""
    serial, time = unlock.card.serial, local_time(now)

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return texts.done(language, channel, serial, time, config().portal.public_url, code)

    for holder in concerned(unlock.card, unlock.holder, now):
        _tell(unlock, holder, text, "done", now)


def tell_unsettled(unlock: Unlock, now: datetime) -> None:
    """Tell the holder that nobody can prove the outcome."""
    serial = unlock.card.serial

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return texts.unsettled(language, channel, serial, config().portal.public_url, code)

    _tell(unlock, unlock.holder, text, "unsettled", now)


def _tell(unlock: Unlock, holder: Holder, text_of: TextOf, what: str, now: datetime) -> None:
    """The texts hold the code by which the holder stops the card's certificates: blanked when they have left."""
    about = f"unlock:{unlock.name}"
    code = make_objection(holder=holder, subject=f"card:{unlock.card_id}", about=about, choose=secrets.choice, now=now)
    for line in lines_of(holder):
        subject, text = text_of(holder.language, line.channel, code)
        tell(
            channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
            address=line.address,
            subject=subject,
            text=text,
            about=about,
            actor="key-service",
            now=now,
            not_after=None,
            key=f"{what}:{unlock.name}:{line.pk}",
            secret=True,
        )
