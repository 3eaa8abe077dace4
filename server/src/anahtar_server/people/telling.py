"""Telling a holder of a change about themselves on their lines, each notice with its way to object."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.objections import make_objection
from anahtar_server.people.texts import News, told


def tell_lines(
    *,
    holder: Holder,
    lines: Iterable[ContactLine],
    news: News,
    of: str,
    key: object,
    portal_url: str,
    now: datetime,
) -> None:
    """Tell `news` on `lines` in the transaction of the act; `of` is the masked line it is about, `key` names the act.

    The texts hold the code by which the holder objects, so they are blanked when they have left.
    """
    about = f"holder:{holder.pk}"
    code = make_objection(holder=holder, subject=about, about=about, choose=secrets.choice, now=now)
    for line in lines:
        subject, text = told(news, holder.language, line.channel, of, portal_url, code)
        tell(
            channel="sms" if line.channel == ContactLine.Channel.SMS else "email",
            address=line.address,
            subject=subject,
            text=text,
            about=about,
            actor=about,
            now=now,
            not_after=None,
            key=f"{news.value}:{key}:{line.pk}",
            secret=True,
        )
