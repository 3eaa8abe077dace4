"""What holders change about their own contact lines. The lines of before are told, and so can object."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.people.acts import add_contact_line
from anahtar_server.people.models import ContactLine, Holder
from anahtar_server.people.queries import lines_of
from anahtar_server.people.rules import checked_mobile, masked_line
from anahtar_server.people.telling import tell_lines
from anahtar_server.people.texts import News
from anahtar_wire.problems import Problem, Refusal

MOST_LINES = 6


@transaction.atomic
def add_own_line(*, holder: Holder, channel: str, address: str, portal_url: str, now: datetime) -> ContactLine:
    """Add a line, known from now on, and tell it on every line of before.

    Adding one that is on record changes nothing. Raises ValueError for a number that is none, Refusal TOO_MANY for a
    seventh line.
    """
    Holder.objects.select_for_update().get(pk=holder.pk)
    before = lines_of(holder)
    wanted = checked_mobile(address) if channel == ContactLine.Channel.SMS else address
    there = next((one for one in before if (one.channel, one.address) == (channel, wanted)), None)
    if there is not None:
        return there
    if len(before) >= MOST_LINES:
        raise Refusal(Problem.TOO_MANY, minutes=1440)
    line = add_contact_line(holder=holder, channel=channel, address=wanted, actor=f"holder:{holder.pk}", now=now)
    tell_lines(
        holder=holder, lines=before, news=News.LINE_ADDED, of=_shown(line), key=line.pk, portal_url=portal_url, now=now
    )
    return line


@transaction.atomic
def end_own_line(*, holder: Holder, line_id: int, portal_url: str, hours: int, now: datetime) -> None:
    """End a line and tell it there and on all others; one line of its kind, known for `hours`, must stay.

    Raises Refusal PAGE_NOT_FOUND for a line of others, METHOD_NOT_SET when none would stay.
    """
    Holder.objects.select_for_update().get(pk=holder.pk)
    before = lines_of(holder)
    line = next((one for one in before if one.pk == line_id), None)
    if line is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    if not can_end(line, before, hours, now):
        raise Refusal(Problem.METHOD_NOT_SET)
    line.ended_at = now
    line.save(update_fields=["ended_at"])
    actor = f"holder:{holder.pk}"
    record(actor=actor, act=Act.CONTACT_LINE_ENDED, subject=actor, now=now, channel=line.channel, line=line.pk)
    tell_lines(
        holder=holder, lines=before, news=News.LINE_ENDED, of=_shown(line), key=line.pk, portal_url=portal_url, now=now
    )


def can_end(line: ContactLine, lines: list[ContactLine], hours: int, now: datetime) -> bool:
    """Tell whether another line of the same kind, known for `hours`, stays when `line` ends."""
    return any(
        one.pk != line.pk and one.channel == line.channel and one.since <= now - timedelta(hours=hours) for one in lines
    )


def _shown(line: ContactLine) -> str:
    return masked_line(line.channel, line.address)
