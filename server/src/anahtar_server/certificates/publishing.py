"""Publishing what is due, and knowing when it is late: status answers and lists, at the half of their life and at once
after an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import Min

from anahtar_server.certificates.crl.publishing import gathering, publish_lists
from anahtar_server.certificates.models import Answer, Change, Publication
from anahtar_server.certificates.ocsp.publishing import AT_ONCE, sign_answers
from anahtar_server.certificates.settings import CertificateSettings, current
from anahtar_server.custody.port import Custody

_ROUNDS = 25
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """How many answers and lists were published."""

    answers: int
    lists: int


def publish_due(
    *, custody: Custody, now: datetime, settings: CertificateSettings | None = None, actor: str = "publisher"
) -> Published:
    """Publish what is due, at most some thousand answers, so that lists get their turn; any number of
    publishers may call it at any moment.

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


class Watch:
    """Looks now and then whether publishing is late, and logs when the alarm begins and ends."""

    def __init__(self, settings: CertificateSettings) -> None:
        self._settings, self._alarm = settings, False

    def look(self, now: datetime) -> bool:
        """Return whether the alarm is on."""
        late = lateness(now=now, settings=self._settings)
        if late.alarm is not self._alarm:
            self._alarm = late.alarm
            log, event = (_log.error, "publishing is late") if late.alarm else (_log.info, "publishing is in time")
            log(event, answers_s=round(late.answers_s), lists_s=round(late.lists_s), dead=late.dead)
        return self._alarm


def metrics(*, now: datetime, settings: CertificateSettings | None = None) -> str:
    """Return how late publishing is, as lines that monitoring programs read (Prometheus text format 0.0.4)."""
    late = lateness(now=now, settings=settings)
    rows = (
        ("answers_late_seconds", "how long the oldest answer waits for its signing", late.answers_s),
        ("lists_late_seconds", "how long the oldest change waits for its list", late.lists_s),
        ("past_their_end", "answers and lists that nobody may use any more", late.dead),
        ("late", "1 when one of these is later than the settings allow", int(late.alarm)),
    )
    name = "anahtar_publishing_"
    return "".join(
        f"# HELP {name}{key} {text}\n# TYPE {name}{key} gauge\n{name}{key} {value:g}\n" for key, text, value in rows
    )
