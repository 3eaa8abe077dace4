"""Telling a holder on their lines: the one way by which a notice with its way to object leaves any room."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from anahtar_server.notices.acts import tell
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.objections import make_objection
from anahtar_server.people.queries import lines_of
from anahtar_server.people.texts import News, told

TextOf = Callable[[str, str, str], tuple[str, str]]
"""Subject and text for a language, a channel, and the code by which the reader objects."""


def tell_holder(
    *,
    holder: Holder,
    text_of: TextOf,
    stops: str,
    about: str,
    key: str,
    actor: str,
    now: datetime,
    lines: Iterable[ContactLine] | None = None,
) -> None:
    """Tell a holder on every line, or on `lines`, in the transaction of the act that `key` names; twice tells once.

    `stops` is what an objection stops (as `make_objection` takes it), `about` what the notice tells of. The texts hold
    the code by which their reader objects without signing in, so they are blanked when they have left.
    """
    code = make_objection(holder=holder, subject=stops, about=about, choose=secrets.choice, now=now)
    for line in lines_of(holder) if lines is None else lines:
        subject, text = text_of(holder.language, line.channel, code)
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
    """Tell a holder `news` about themselves on `lines` in the transaction of the act; `of` is the masked line it is
    about, `key` names the act."""

    def text(language: str, channel: str, code: str) -> tuple[str, str]:
        return told(news, language, channel, of, portal_url, code)

    own = f"holder:{holder.pk}"
    tell_holder(
        holder=holder, lines=lines, text_of=text, stops=own, about=own, key=f"{news.value}:{key}", actor=own, now=now
    )  # fmt: skip
