"""k of n: what several representatives of a firm must want, each in a sign-in of their own.

One asks, which counts as the first yes; the others answer; once enough have agreed, whoever asked may do it for an
hour. A "no" that leaves too few, a withdrawal and the passing of time end it. Everyone is told of each turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.limits import acts as limit
from anahtar_server.people import agreement_rules as rules
from anahtar_server.people.agreement_rules import Verdict, What
from anahtar_server.people.agreement_telling import tell_representatives
from anahtar_server.people.agreement_texts import Turn
from anahtar_server.people.models import Agreement, AgreementAnswer, Firm, Holder
from anahtar_server.people.queries import representatives_of
from anahtar_wire.problems import Problem, Refusal

State = Agreement.State


@transaction.atomic
def ask(
    *,
    firm: Firm,
    what: What,
    about: str,
    guards: str,
    shown: str,
    holder: Holder,
    sign_in: UUID,
    portal_url: str,
    now: datetime,
    value: int = 0,
) -> Agreement:
    """Ask the firm's representatives, with `holder`'s own yes; the same question again returns the open one.

    `about`, `guards` and `shown` as in `Agreement`. Raises Refusal ACT_NOT_ALLOWED for a stranger or a number that
    cannot be, TOO_MANY.
    """
    firm = Firm.objects.select_for_update().get(pk=firm.pk)
    representatives = _representatives(firm, holder, now)
    if what is What.NEEDED:
        rules.checked_needed(value, len(representatives))
    same = open_of(firm, now).filter(what=what.value, about=about, value=value).first()
    if same is not None:
        return same
    limit.take(kind="agreement", key=f"firm:{firm.pk}", most=rules.ASKED_A_DAY, seconds=86400, now=now)
    asked = Agreement.objects.create(
        firm=firm,
        what=what.value,
        about=about,
        guards=guards,
        shown=shown,
        value=value,
        needed=firm.representatives_needed,
        asked_by=holder,
        asked_at=now,
        moved_at=now,
        ends_at=now + rules.ASKED_FOR,
    )
    _record(asked, Act.AGREEMENT_ASKED, f"holder:{holder.pk}", now)
    _answer(asked, holder, sign_in, True, now)
    if not _decide(asked, representatives, now, portal_url):
        tell_representatives(agreement=asked, turn=Turn.ASKED, portal_url=portal_url, now=now)
    return asked


@transaction.atomic
def answer(*, agreement: UUID, holder: Holder, sign_in: UUID, yes: bool, portal_url: str, now: datetime) -> Agreement:
    """Agree or not; the "no" of whoever asked withdraws the question. The same answer again changes nothing.

    Raises Refusal PAGE_NOT_FOUND for an unknown one, AGREEMENT_OVER for an ended one, ACT_NOT_ALLOWED for a stranger.
    """
    found = Agreement.objects.filter(pk=agreement).first()
    if found is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    firm = Firm.objects.select_for_update().get(pk=found.firm_id)
    found = Agreement.objects.select_for_update().get(pk=agreement)
    found.firm = firm
    representatives = _representatives(firm, holder, now)
    if AgreementAnswer.objects.filter(agreement=found, holder=holder, yes=yes).exists():
        return found  # sent twice
    if found.state != State.OPEN or now >= found.ends_at:
        raise Refusal(Problem.AGREEMENT_OVER)
    _answer(found, holder, sign_in, yes, now)
    if not yes and holder.pk == found.asked_by_id:
        _move(found, State.REFUSED, Act.AGREEMENT_REFUSED, now)
        tell_representatives(agreement=found, turn=Turn.REFUSED, portal_url=portal_url, now=now)
    else:
        _decide(found, representatives, now, portal_url)
    return found


def agreed(*, firm: Firm, what: What, about: str, holder: Holder, now: datetime) -> Agreement | None:
    """Return the agreement by which `holder` may do this now; None where the firm asks for one representative only.

    Raises Refusal AGREEMENT_NEEDED when there is none, or when too few of those who said yes still represent the firm.
    """
    needed = Firm.objects.values_list("representatives_needed", flat=True).get(pk=firm.pk)
    if needed <= 1:
        return None
    reached = Agreement.objects.filter(
        firm=firm, what=what.value, about=about, asked_by=holder, state=State.AGREED, ends_at__gt=now
    )
    found = reached.order_by("-moved_at").first()
    if found is None or _counts(found, representatives_of(firm, now))[0] < needed:
        raise Refusal(Problem.AGREEMENT_NEEDED)
    return found


@transaction.atomic
def use(*, agreement: Agreement, now: datetime, actor: str = "portal") -> None:
    """Use an agreement up; raises Refusal AGREEMENT_OVER when that was done before."""
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if locked.state != State.AGREED:
        raise Refusal(Problem.AGREEMENT_OVER)
    _move(locked, State.USED, Act.AGREEMENT_USED, now, actor)


@transaction.atomic
def stop(*, agreement: UUID, portal_url: str, now: datetime) -> bool:
    """End what was asked or agreed to, because a representative objected ("this was not me"); tell whether it went."""
    found = Agreement.objects.select_for_update().filter(pk=agreement).first()
    if found is None or found.state not in (State.OPEN, State.AGREED):
        return False
    _move(found, State.REFUSED, Act.AGREEMENT_REFUSED, now)
    tell_representatives(agreement=found, turn=Turn.REFUSED, portal_url=portal_url, now=now)
    return True


def open_of(firm: Firm, now: datetime) -> QuerySet[Agreement]:
    """Return the agreements that wait for answers, the newest first."""
    return Agreement.objects.filter(firm=firm, state=State.OPEN, ends_at__gt=now).order_by("-asked_at")


def waiting_firms(firms: Sequence[Firm], now: datetime) -> set[UUID]:
    """Return the keys of those firms whose representatives are asked something."""
    asked = Agreement.objects.filter(firm__in=firms, state=State.OPEN, ends_at__gt=now)
    return set(asked.values_list("firm", flat=True))


def lapse(*, portal_url: str, now: datetime) -> int:
    """End what nobody answered or did in time, tell it, and return how many there were. What became a PIN is marked
    as used before (`unlock.acts.use_agreements`)."""
    due = Agreement.objects.filter(state__in=(State.OPEN, State.AGREED), ends_at__lte=now)
    return sum(_lapse(pk, portal_url, now) for pk in due.values_list("pk", flat=True)[:100])


@transaction.atomic
def _lapse(pk: UUID, portal_url: str, now: datetime) -> bool:
    found = Agreement.objects.select_for_update().select_related("firm").get(pk=pk)
    if found.state not in (State.OPEN, State.AGREED):
        return False
    waited = found.state == State.OPEN
    _move(found, State.LAPSED, Act.AGREEMENT_LAPSED, now, actor="worker")
    if waited:
        tell_representatives(agreement=found, turn=Turn.LAPSED, portal_url=portal_url, now=now)
    return True


def _representatives(firm: Firm, holder: Holder, now: datetime) -> list[Holder]:
    found = list(representatives_of(firm, now))
    if holder not in found:
        raise Refusal(Problem.ACT_NOT_ALLOWED)
    return found


def _answer(agreement: Agreement, holder: Holder, sign_in: UUID, yes: bool, now: datetime) -> None:
    AgreementAnswer.objects.update_or_create(
        agreement=agreement, holder=holder, defaults={"yes": yes, "at": now, "sign_in": str(sign_in)}
    )
    _record(agreement, Act.AGREEMENT_ANSWERED, f"holder:{holder.pk}", now, yes=yes)


def _counts(agreement: Agreement, representatives: QuerySet[Holder] | list[Holder]) -> tuple[int, int]:
    said = AgreementAnswer.objects.filter(agreement=agreement, holder__in=representatives).values_list("yes", flat=True)
    return sum(said), len(said) - sum(said)


def _decide(agreement: Agreement, representatives: list[Holder], now: datetime, portal_url: str) -> bool:
    """Move the agreement where its answers lead and tell it; return whether they led anywhere."""
    yes, no = _counts(agreement, representatives)
    led = rules.verdict(yes, no, agreement.needed, len(representatives))
    if led is Verdict.OPEN:
        return False
    if led is Verdict.REFUSED:
        _move(agreement, State.REFUSED, Act.AGREEMENT_REFUSED, now)
    else:
        agreement.ends_at = now + rules.GOOD_FOR
        _move(agreement, State.AGREED, Act.AGREEMENT_REACHED, now)
        if agreement.what == What.NEEDED:
            _set_needed(agreement, now)
    turn = Turn.REFUSED if led is Verdict.REFUSED else Turn.AGREED
    tell_representatives(agreement=agreement, turn=turn, portal_url=portal_url, now=now)
    return True


def _set_needed(agreement: Agreement, now: datetime) -> None:
    agreement.firm.representatives_needed = agreement.value
    agreement.firm.save(update_fields=["representatives_needed"])
    _move(agreement, State.USED, Act.AGREEMENT_USED, now)


def _move(agreement: Agreement, to: Agreement.State, act: Act, now: datetime, actor: str = "portal") -> None:
    agreement.state = to
    agreement.moved_at = now
    agreement.save(update_fields=["state", "moved_at", "ends_at"])
    _record(agreement, act, actor, now)


def _record(agreement: Agreement, act: Act, actor: str, now: datetime, **facts: bool) -> None:
    record(
        actor=actor,
        act=act,
        subject=f"firm:{agreement.firm_id}",
        now=now,
        agreement=str(agreement.pk),
        what=agreement.what,
        about=agreement.about,
        **facts,
    )
