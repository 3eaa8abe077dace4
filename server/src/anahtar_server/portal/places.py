"""From where an act was done: the address of a sign-in, or the computer of a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from anahtar_server.audit.models import AuditEntry
from anahtar_server.portal.words_history import method_told
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import SIGNED_IN_FOR
from anahtar_server.unlock.models import Unlock

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of places for some acts, looked up in three queries however many acts there are."""

    unlocks: dict[UUID, Unlock] = field(default_factory=dict)
    named: dict[UUID, SignIn] = field(default_factory=dict)
    open_ones: dict[UUID, list[SignIn]] = field(default_factory=dict)

    def of(self, entry: AuditEntry, facts: Facts) -> str:
        """Return the place of one act, empty where nobody knows it.

        An act of a person in the portal was done in the sign-in that it names, that opened the unlock, or else in one
        that was open then: of two from different addresses both are told.
        """
        unlock = self.unlocks.get(UUID(hex=_name(entry, "unlock"))) if _name(entry, "unlock") else None
        holder = _holder(entry)
        if "sign_in" in facts:
            return _told(self.named.get(UUID(str(facts["sign_in"]))))
        if holder is not None and unlock is not None and unlock.holder_id == holder:
            return _told(unlock.sign_in)
        if holder is not None:
            told = dict.fromkeys(_told(one) for one in self.open_ones.get(holder, []) if _was_open(one, entry.at))
            return " / ".join(told)
        return f"{unlock.computer} · {unlock.claimed_from}" if unlock and unlock.computer else ""


def places_of(entries: Sequence[AuditEntry], facts: Iterable[Facts]) -> Places:
    """Look up what is known of the places of these acts."""
    if not entries:
        return Places()
    unlocks = [UUID(hex=name) for name in {_name(entry, "unlock") for entry in entries} if name]
    named = [UUID(str(one["sign_in"])) for one in facts if "sign_in" in one]
    return Places(
        unlocks={one.pk: one for one in Unlock.objects.filter(pk__in=unlocks).select_related("sign_in")},
        named=SignIn.objects.in_bulk(named),
        open_ones=_open_ones(entries),
    )


def _open_ones(entries: Sequence[AuditEntry]) -> dict[UUID, list[SignIn]]:
    times = [entry.at for entry in entries]
    actors = {holder for entry in entries if (holder := _holder(entry)) is not None}
    found = SignIn.objects.filter(
        holder__in=actors, signed_in_at__gt=min(times) - SIGNED_IN_FOR, signed_in_at__lte=max(times)
    )
    by_holder: dict[UUID, list[SignIn]] = {}
    for one in found.order_by("signed_in_at"):
        by_holder.setdefault(one.holder_id, []).append(one)
    return by_holder


def _was_open(sign_in: SignIn, at: datetime) -> bool:
    ended = sign_in.ended_at or sign_in.signed_in_at + SIGNED_IN_FOR
    return sign_in.signed_in_at <= at <= ended


def _holder(entry: AuditEntry) -> UUID | None:
    kind, _, name = entry.actor.partition(":")
    return UUID(name) if kind == "holder" else None


def _name(entry: AuditEntry, kind: str) -> str:
    said, _, name = entry.subject.partition(":")
    return name if said == kind else ""


def _told(sign_in: SignIn | None) -> str:
    return f"{sign_in.address} · {method_told(sign_in.method)}" if sign_in else ""
