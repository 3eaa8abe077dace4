"""Telling everyone concerned with a card, on every line they have."""

from __future__ import annotations

from datetime import datetime

from anahtar_server.cards.models import Card
from anahtar_server.certificates.texts import News, told
from anahtar_server.clock import local_time
from anahtar_server.config import config
from anahtar_server.people.models import Holder
from anahtar_server.people.queries import representatives_of
from anahtar_server.people.telling import tell_holder


def tell_concerned(*, card: Card, news: News, key: str, about: str, actor: str, now: datetime) -> None:
    """Tell the holder, or every representative of a firm, in the transaction of the act that `key` names."""
    serial, time, address = card.serial, local_time(now), config().portal.public_url

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return told(news, language, channel, serial, time, address, code)

    for holder in _concerned(card, now):
        tell_holder(holder=holder, text_of=text, stops=f"card:{card.pk}", about=about, key=key, actor=actor, now=now)


def _concerned(card: Card, now: datetime) -> list[Holder]:
    if card.holder is not None:
        return [card.holder]
    assert card.firm is not None  # the table's own check: a card has one owner
    return list(representatives_of(card.firm, now))
