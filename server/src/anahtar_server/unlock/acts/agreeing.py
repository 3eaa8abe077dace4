"""What becomes of a firm's agreement to a PIN: good until the card may have changed, and marked as used then."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from anahtar_server.people.agreement_rules import What
from anahtar_server.people.agreements import use
from anahtar_server.people.models import Agreement
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import State
from anahtar_wire.problems import Refusal

_SETTLED = frozenset({State.DONE.value, State.UNSETTLED.value})
_UNDER_WAY = frozenset({State.RELEASED.value, State.UNCERTAIN.value})


def was_spent(card: UUID, since: datetime) -> bool:
    """Tell whether an unlock opened `since` then may have changed the card."""
    return bool(_states(card, since) & (_SETTLED | _UNDER_WAY))


def use_agreements(*, now: datetime) -> int:
    """Mark the agreements whose PIN was set as used and return how many there were.

    The worker does this: the key service, which sets the PIN, may not write agreements. While an outcome is open its
    agreement stays, for the card may prove that nothing happened; when its hour ends first, it counts as used.
    """
    reached = Agreement.objects.filter(what=What.PIN.value, state=Agreement.State.AGREED)
    return sum(_use(one, now) for one in reached)


def _use(agreement: Agreement, now: datetime) -> bool:
    states = _states(UUID(agreement.about.removeprefix("card:")), agreement.moved_at)
    if not states & (_SETTLED if now < agreement.ends_at else _SETTLED | _UNDER_WAY):
        return False
    with suppress(Refusal):  # an objection was quicker
        use(agreement=agreement, now=now, actor="worker")
        return True
    return False


def _states(card: UUID, since: datetime) -> set[str]:
    return set(Unlock.objects.filter(card=card, opened_at__gte=since).values_list("state", flat=True))
