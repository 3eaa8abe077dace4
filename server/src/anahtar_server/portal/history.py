"""The acts about a person or a firm, read from the audit and told in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anahtar_server.audit.models import AuditEntry
from anahtar_server.audit.names import Act
from anahtar_server.certificates.models import Certificate
from anahtar_server.portal.owner import Owner
from anahtar_server.portal.words_history import ACTS, ENDS, Words, actor_told, method_told
from anahtar_server.signin.models import SignIn
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


def told(entries: Sequence[AuditEntry]) -> list[Row]:
    """Return acts in words; places are looked up in two queries, however many there are."""
    unlocks = Unlock.objects.in_bulk([UUID(hex=one) for one in _named(entries, "unlock:")])
    facts = [json.loads(one.facts) for one in entries]
    sign_ins = SignIn.objects.in_bulk([UUID(one["sign_in"]) for one in facts if "sign_in" in one])
    return [_row(entry, fact, unlocks, sign_ins) for entry, fact in zip(entries, facts, strict=True)]


def _named(entries: Sequence[AuditEntry], kind: str) -> set[str]:
    return {one.subject.removeprefix(kind) for one in entries if one.subject.startswith(kind)}


def _row(entry: AuditEntry, facts: dict[str, object], unlocks: dict[UUID, Unlock], sign_ins: dict[UUID, SignIn]) -> Row:
    kind, _, name = entry.subject.partition(":")
    ends = entry.act in (Act.UNLOCK_MOVED, Act.EVIDENCE_ACCEPTED)
    what = ENDS.get(str(facts.get("after")), ACTS[entry.act]) if ends else ACTS[entry.act]
    return Row(
        at=entry.at,
        what=what,
        who=actor_told(entry.actor),
        on=name if kind == "certificate" else "",
        where=_where(kind, name, facts, unlocks, sign_ins),
    )


def _where(
    kind: str, name: str, facts: dict[str, object], unlocks: dict[UUID, Unlock], sign_ins: dict[UUID, SignIn]
) -> str:
    if "sign_in" in facts:
        one = sign_ins.get(UUID(str(facts["sign_in"])))
        return f"{one.address} · {method_told(one.method)}" if one else ""
    unlock = unlocks.get(UUID(hex=name)) if kind == "unlock" else None
    return unlock.computer if unlock else ""
