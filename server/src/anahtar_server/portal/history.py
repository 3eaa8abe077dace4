"""The acts about a person or a firm, read from the audit and told in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anahtar_server.audit.models import AuditEntry
from anahtar_server.audit.names import Act
from anahtar_server.certificates.models import Certificate
from anahtar_server.people.models import Holder
from anahtar_server.people.rules import masked_name
from anahtar_server.portal.owner import Owner
from anahtar_server.portal.places import Places, places_of
from anahtar_server.portal.words_history import ACTS, ENDS, Words, actor_told
from anahtar_server.unlock.models import Unlock

_SEEN = list(ACTS)


@dataclass(frozen=True, slots=True)
class Row:
    """One act: when, what, who did it, on what, and from where as far as that is known."""

    at: datetime
    what: Words
    who: Words
    on: str = ""
    where: str = ""


def entries_of(owner: Owner) -> QuerySet[AuditEntry]:
    """Return the acts about an owner, the newest first: on the person, their cards, certificates and unlocks."""
    cards = list(owner.cards().values_list("pk", flat=True))
    subjects = [f"card:{pk}" for pk in cards]
    serials = Certificate.objects.filter(card__in=cards).values_list("serial", flat=True)
    subjects += [f"certificate:{serial}" for serial in serials]
    unlocks = Unlock.objects.filter(card__in=cards).values_list("pk", flat=True)
    subjects += [f"unlock:{pk.hex}" for pk in unlocks]
    who = Q(subject=f"firm:{owner.firm.pk}") if owner.firm else _person(owner)
    seen = AuditEntry.objects.filter(Q(subject__in=subjects) | who, act__in=_SEEN)
    on_the_way = Q(act=Act.UNLOCK_MOVED, facts__contains='"after":"confirm')  # the asking and the answer stand beside
    return seen.exclude(on_the_way).order_by("-at", "-id")


def _person(owner: Owner) -> Q:
    name = f"holder:{owner.holder.pk}"
    return Q(subject=name) | Q(actor=name, act="signed-out")


def told(entries: Sequence[AuditEntry], owner: Owner) -> list[Row]:
    """Return acts in words; names and places are looked up in four queries, however many acts there are."""
    facts = [json.loads(one.facts) for one in entries]
    places, names = places_of(entries, facts), _names(entries, owner)
    return [_row(entry, fact, places, names) for entry, fact in zip(entries, facts, strict=True)]


def _names(entries: Sequence[AuditEntry], owner: Owner) -> dict[str, Words]:
    """Return how the people among the actors are called: "you", and others by the first letters of their names."""
    me = f"holder:{owner.holder.pk}"
    others = {one.actor.removeprefix("holder:") for one in entries if one.actor.startswith("holder:")} - {me[7:]}
    found = Holder.objects.filter(pk__in=[UUID(name) for name in others]) if others else Holder.objects.none()
    return {me: _("siz"), **{f"holder:{one.pk}": masked_name(one.name) for one in found}}


def _row(entry: AuditEntry, facts: dict[str, object], places: Places, names: dict[str, Words]) -> Row:
    kind, _colon, name = entry.subject.partition(":")
    ends = entry.act in (Act.UNLOCK_MOVED, Act.EVIDENCE_ACCEPTED)
    what = ENDS.get(str(facts.get("after")), ACTS[entry.act]) if ends else ACTS[entry.act]
    return Row(
        at=entry.at,
        what=what,
        who=names.get(entry.actor) or actor_told(entry.actor),
        on=name if kind == "certificate" else "",
        where=places.of(entry, facts),
    )
