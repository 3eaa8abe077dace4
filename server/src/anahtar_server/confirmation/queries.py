"""Which ways of confirming a holder has now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anahtar_server.clock import local_time
from anahtar_server.config import Limits
from anahtar_server.confirmation.models import WebPassword
from anahtar_server.confirmation.rules import counts_from
from anahtar_server.people.models import Holder
from anahtar_server.people.queries import confirmation_line
from anahtar_server.people.rules import masked_mobile
from anahtar_server.prepared import Prepared
from anahtar_wire.messages import Method
from anahtar_wire.problems import Problem, Refusal

_PASSWORD = Prepared(lambda holder: WebPassword.objects.filter(holder=holder))


@dataclass(frozen=True, slots=True)
class Way:
    """A way to confirm. `to` is the whole number (never shown), `shown` the masked one; `problem` says why it cannot be
    used now, `usable_from` when it can."""

    method: Method
    to: str | None = None
    shown: str | None = None
    problem: Problem | None = None
    usable_from: datetime | None = None

    def refuse_if_unusable(self) -> None:
        """Raise Refusal when this way cannot be used now."""
        if self.problem is Problem.METHOD_TOO_NEW and self.usable_from is not None:
            raise Refusal(self.problem, until=local_time(self.usable_from))
        if self.problem is not None:
            raise Refusal(self.problem)


def sms_way(holder: Holder, limits: Limits, now: datetime) -> Way:
    """Return the SMS way: a number added within the last hours of the setting takes no code."""
    line = confirmation_line(holder)
    if line is None:
        return Way(Method.SMS, problem=Problem.METHOD_NOT_SET)
    usable = counts_from(line.since, limits.contact_line_hours)
    shown = masked_mobile(line.address)
    if now < usable:
        return Way(Method.SMS, line.address, shown, Problem.METHOD_TOO_NEW, usable)
    return Way(Method.SMS, line.address, shown)


def password_of(holder: Holder) -> WebPassword | None:
    """Return the holder's web password, if one was set."""
    return _PASSWORD.first(holder=holder.pk)


def web_way(holder: Holder, limits: Limits, now: datetime) -> Way:
    """Return the web password's way: one set within the last hours of the setting confirms nothing."""
    password = password_of(holder)
    if password is None:
        return Way(Method.WEB, problem=Problem.METHOD_NOT_SET)
    usable = counts_from(password.set_at, limits.web_password_hours)
    if now < usable:
        return Way(Method.WEB, problem=Problem.METHOD_TOO_NEW, usable_from=usable)
    return Way(Method.WEB)


def ways(holder: Holder, limits: Limits, now: datetime) -> list[Way]:
    """Return both ways, each with what speaks against it now."""
    return [sms_way(holder, limits, now), web_way(holder, limits, now)]
