"""Publishing what is due, and knowing when it is late: status answers and lists, at the half of their life and at once
after an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from anahtar_server.certificates.crl.publishing import gathering, publish_lists
from anahtar_server.certificates.models import Answer, Change, Publication
from anahtar_server.certificates.ocsp.publishing import AT_ONCE, sign_answers
from anahtar_server.certificates.settings import CertificateSettings, current
from anahtar_server.custody.port import Custody

_ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Published:
    """How many answers and lists were published."""

    answers: int
    lists: int


def publish_due(
    *, custody: Custody, now: datetime, settings: CertificateSettings | None = None, actor: str = "worker"
) -> Published:
    """Publish what is due, at most some thousand answers, so that lists and other jobs get their turn; any number of
    workers may call it at any moment.

    Raises CustodyGone when the keys cannot be used: what was not published stays due.
    """
    settings = settings or current()
    answers = 0
    for _ in range(_ROUNDS):
        signed = sign_answers(custody=custody, now=now, settings=settings, actor=actor)
        answers += signed
        if signed < AT_ONCE:
            break
    return Published(answers, publish_lists(custody=custody, now=now, settings=settings, actor=actor))


@dataclass(frozen=True, slots=True)
class Lateness:
    """For how many seconds the oldest answer and the oldest change of a list wait; `dead` counts the answers and lists
    whose end has passed, which nobody may use any more."""

    answers_s: float
    lists_s: float
    dead: int
    alarm: bool


def lateness(*, now: datetime, settings: CertificateSettings | None = None) -> Lateness:
    """Return how late publishing is, for the metrics; `alarm` when it is later than the settings allow."""
    settings = settings or current()
    answers = _waiting(Answer.objects.filter(due_at__lte=now).aggregate(at=Min("due_at"))["at"], now)
    oldest = Change.objects.filter(listed_at=None).aggregate(at=Min("at"))["at"]
    biggest = Publication.objects.order_by("-size").first()
    lists = max(0.0, _waiting(oldest, now) - gathering(biggest, settings).total_seconds())
    dead = Answer.objects.filter(due_at__lte=now, next_update__lte=now).exclude(der=b"").count()
    dead += Publication.objects.filter(next_update__lte=now).count()
    late = answers > settings.late_answer_seconds or lists > settings.late_list_seconds
    return Lateness(answers, lists, dead, alarm=late or dead > 0)


def _waiting(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
