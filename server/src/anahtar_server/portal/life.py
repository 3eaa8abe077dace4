"""A certificate's life as its holder sees it: what happened, what is published, and what may be done now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anahtar_server.cards.models import Card
from anahtar_server.certificates.lifecycle import ON_HOLD, Event, Party, State, party_of, state_at
from anahtar_server.certificates.models import Certificate, Change
from anahtar_server.certificates.read_back import read_back

Words = str | Promise

EVENTS: dict[str, Words] = {
    Event.ISSUE: _("Verildi"),
    Event.ISSUE_WAITING: _("Kullanıma kapalı verildi"),
    Event.OPEN: _("Kullanıma açıldı"),
    Event.SUSPEND: _("Askıya alındı"),
    Event.LIFT: _("Askıdan indirildi"),
    Event.LIFT_TO_WAIT: _("Askıdan indirildi; kullanıma açılmayı bekliyor"),
    Event.REVOKE: _("İptal edildi"),
}
PARTIES: dict[str, Words] = {
    Party.HOLDER: _("sertifika sahibi ya da temsilcisi"),
    Party.OPERATOR: _("görevli"),
    Party.OFFICER: _("kurum e-imza yetkilisi"),
    Party.CALL_CENTRE: _("çağrı merkezi"),
    Party.AUTHORITY: _("sistem"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One point of the line; `ahead` ones have not come yet."""

    at: datetime
    title: Words
    by: Words = ""
    ahead: bool = False


def steps(certificate: Certificate, changes: Sequence[Change], now: datetime) -> list[Step]:
    """Return the life as a line: what happened, by whom, and the end."""
    line = [Step(one.at, EVENTS.get(one.event, one.event), PARTIES[party_of(one.asked_by)]) for one in changes]
    if not any(one.event in (Event.ISSUE, Event.ISSUE_WAITING) for one in changes):
        line.insert(0, Step(certificate.not_before, _("Geçerlilik başlangıcı")))
    if certificate.state != Certificate.State.REVOKED:
        line.append(Step(certificate.not_after, _("Geçerlilik sonu"), ahead=certificate.not_after > now))
    return line


@dataclass(frozen=True, slots=True)
class Published:
    """What relying parties see: by question (ÇiSDuP) and in the list (SİL), each since when."""

    said: Words
    answered_at: datetime | None
    listed_at: datetime | None


_SAID: dict[str, Words] = {"good": _("geçerli"), "on-hold": _("askıda"), "revoked": _("iptal edilmiş")}


def published(certificate: Certificate, now: datetime) -> Published:
    """Return what the published bytes say of a certificate at `now`, not what the register says; a time is None while
    it is still being published, or where the list has nothing to say."""
    told = read_back(certificate, now)
    state = state_at(certificate.state, certificate.not_after, now)
    meant = "on-hold" if state in ON_HOLD else "revoked" if state is State.REVOKED else "good"
    return Published(_SAID[told.answer or meant], told.answered_since, told.listed_since if told.listed else None)


@dataclass(frozen=True, slots=True)
class May:
    """Which acts a holder may do now; `why_not` says why a suspension is not theirs to lift."""

    suspend: bool
    lift: bool
    revoke: bool
    why_not: Words = ""


def may(certificate: Certificate, now: datetime) -> May:
    """Return what the holder may do with a certificate at `now`; the acts check it again."""
    state = state_at(certificate.state, certificate.not_after, now)
    suspended = state is State.SUSPENDED
    own = certificate.suspended_by == Party.HOLDER
    in_use = certificate.card.condition == Card.Condition.IN_USE
    return May(
        suspend=state in (State.VALID, State.WAITING),
        lift=suspended and own and in_use,
        revoke=state in (State.VALID, State.WAITING, State.SUSPENDED),
        why_not=_why_not(own, in_use) if suspended else "",
    )


def _why_not(own: bool, in_use: bool) -> Words:
    if not own:
        return _("Bu askıyı siz kaldıramazsınız; kurumunuza ya da destek birimine başvurun.")
    if in_use:
        return ""
    return _(
        "Kartınız kayıp ya da kullanım dışı kayıtlı. Kartı bulduysanız önce Kartımı Buldum ile bildirin; bulmadıysanız "
        "destek birimine başvurun."
    )
