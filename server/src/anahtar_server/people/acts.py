"""Every change in the people's register."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.people.models import ContactLine, Firm, Holder, Representation
from anahtar_server.people.rules import checked_mobile, checked_tax_number, checked_tckn, fold


@transaction.atomic
def register_holder(
    *, tckn: str, given_name: str, family_name: str, birth_date: date, language: str, actor: str, now: datetime
) -> Holder:
    """Add a natural person; raises ValueError for a wrong TCKN."""
    holder = Holder.objects.create(
        tckn=checked_tckn(tckn),
        given_name=given_name,
        family_name=family_name,
        name_folded=fold(f"{given_name} {family_name}"),
        birth_date=birth_date,
        language=language,
    )
    record(actor=actor, act=Act.HOLDER_REGISTERED, subject=f"holder:{holder.pk}", now=now)
    return holder


@transaction.atomic
def register_firm(*, tax_number: str, title: str, actor: str, now: datetime) -> Firm:
    """Add a taxpayer; raises ValueError for a wrong VKN or TCKN."""
    firm = Firm.objects.create(tax_number=checked_tax_number(tax_number), title=title, title_folded=fold(title))
    record(actor=actor, act=Act.FIRM_REGISTERED, subject=f"firm:{firm.pk}", now=now)
    return firm


@transaction.atomic
def register_representative(
    *, holder: Holder, firm: Firm, since: datetime, until: datetime | None, actor: str, now: datetime
) -> Representation:
    """Let `holder` act for `firm` from `since` until `until`."""
    representation = Representation.objects.create(holder=holder, firm=firm, since=since, until=until)
    record(
        actor=actor,
        act=Act.REPRESENTATIVE_REGISTERED,
        subject=f"firm:{firm.pk}",
        now=now,
        holder=str(holder.pk),
    )
    return representation


@transaction.atomic
def add_contact_line(*, holder: Holder, channel: str, address: str, actor: str, now: datetime) -> ContactLine:
    """Add a line on which the holder is told things; raises ValueError for a number that is none."""
    if channel == ContactLine.Channel.SMS:
        address = checked_mobile(address)
    line = ContactLine.objects.create(holder=holder, channel=channel, address=address, since=now)
    record(actor=actor, act=Act.CONTACT_LINE_ADDED, subject=f"holder:{holder.pk}", now=now, channel=channel)
    return line
