"""Every change of a sign-in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anahtar_server.audit.acts import record
from anahtar_server.audit.names import Act
from anahtar_server.people.models import Holder
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.port import Identity
from anahtar_server.signin.rules import Reason
from anahtar_wire.problems import Problem, Refusal


def sign_in(*, identity: Identity, address: str, actor: str, now: datetime) -> SignIn:
    """Let a person in whom the register knows as a holder or representative, and return the sign-in.

    Raises Refusal NOT_A_HOLDER for everybody else; that stays in the audit.
    """
    with transaction.atomic():
        holder = Holder.objects.filter(tckn=identity.tckn).first()
        if holder is not None:
            return _let_in(holder, identity, address, actor, now)
        record(actor=actor, act=Act.SIGN_IN_REFUSED, subject="anyone", now=now, reason=Problem.NOT_A_HOLDER.value)
    raise Refusal(Problem.NOT_A_HOLDER)


@transaction.atomic
def refuse(*, reason: Reason, actor: str, now: datetime) -> None:
    """Record that an answer of the provider was not believed."""
    record(actor=actor, act=Act.SIGN_IN_REFUSED, subject="anyone", now=now, reason=reason.value)


@transaction.atomic
def sign_out(*, sign_in: SignIn, actor: str, now: datetime) -> None:
    """End a sign-in; once ended it stays so, and ending it again changes nothing."""
    ended = SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(ended_at=now)
    if ended:
        record(actor=actor, act=Act.SIGNED_OUT, subject=f"sign-in:{sign_in.pk}", now=now)


@transaction.atomic
def sign_out_everywhere(*, holder: Holder, actor: str, now: datetime) -> int:
    """End every sign-in of a holder, in all browsers, and return how many there were."""
    open_ones = list(SignIn.objects.select_for_update().filter(holder=holder, ended_at=None))
    for one in open_ones:
        sign_out(sign_in=one, actor=actor, now=now)
    return len(open_ones)


def _let_in(holder: Holder, identity: Identity, address: str, actor: str, now: datetime) -> SignIn:
    entered = SignIn.objects.create(
        holder=holder,
        issuer=identity.issuer,
        method=identity.method,
        level=identity.level.value,
        authenticated_at=identity.authenticated_at,
        signed_in_at=now,
        address=address,
        assertion=identity.assertion,
        nonce=identity.nonce,
    )
    record(
        actor=actor,
        act=Act.SIGNED_IN,
        subject=f"holder:{holder.pk}",
        now=now,
        sign_in=str(entered.pk),
        method=identity.method,
        level=identity.level.value,
    )
    return entered
