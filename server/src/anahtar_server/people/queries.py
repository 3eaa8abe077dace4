"""Reading the people's register."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anahtar_server.people.models import ContactLine, Firm, Holder, Representation
from anahtar_server.prepared import Prepared

_LINES = Prepared(
    lambda holder: ContactLine.objects.filter(holder=holder, ended_at__isnull=True).order_by("since", "pk")
)


def firms_of(holder: Holder, now: datetime) -> QuerySet[Firm]:
    """Return the firms that `holder` may act for at `now`, by title."""
    current = Q(representations__holder=holder, representations__since__lte=now) & (
        Q(representations__until__isnull=True) | Q(representations__until__gt=now)
    )
    return Firm.objects.filter(current).distinct().order_by("title_folded")


def firm_keys_of(holder: Holder, now: datetime) -> list[UUID]:
    """Return the keys of the firms that `holder` may act for at `now`. They are few: a question about their cards that
    names them is answered from an index, one that asks for them by the way reads every card there is."""
    current = Q(until__isnull=True) | Q(until__gt=now)
    found = Representation.objects.filter(current, holder=holder, since__lte=now)
    return sorted(set(found.values_list("firm", flat=True)))


def representatives_of(firm: Firm, now: datetime) -> QuerySet[Holder]:
    """Return the holders who may act for `firm` at `now`."""
    current = Q(representations__firm=firm, representations__since__lte=now) & (
        Q(representations__until__isnull=True) | Q(representations__until__gt=now)
    )
    return Holder.objects.filter(current).distinct()


def representations_of(firm: Firm, now: datetime) -> QuerySet[Representation]:
    """Return the representations of `firm` that hold at `now`, each with its holder, the oldest first."""
    current = Q(since__lte=now) & (Q(until__isnull=True) | Q(until__gt=now))
    return Representation.objects.filter(current, firm=firm).select_related("holder").order_by("since", "pk")


def lines_of(holder: Holder) -> list[ContactLine]:
    """Return the lines on which `holder` is told things, the oldest first."""
    return _LINES.all(holder=holder.pk)


def mobiles_of(holder: Holder) -> list[ContactLine]:
    """Return those of `lines_of` that take an SMS."""
    return [line for line in lines_of(holder) if line.channel == ContactLine.Channel.SMS]


def confirmation_line(holder: Holder) -> ContactLine | None:
    """Return the mobile line that takes the holder's SMS codes: the one added last, for an older one was replaced."""
    mobiles = mobiles_of(holder)
    return mobiles[-1] if mobiles else None
