"""One page of every kind, as the window would show it, for tests that look at them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import window_stage  # noqa: F401  chooses the screen before Qt is loaded

from anahtar_card.errors import NoCard
from anahtar_card.family import Look, PinState
from anahtar_card.pin import PinRule
from anahtar_desktop.assistant import Overview
from anahtar_desktop.card_status import Life, Status
from anahtar_desktop.doctor import Finding, Grade
from anahtar_desktop.doctor_texts import Found
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.holders import Holder
from anahtar_desktop.ports import Seen, Wanted
from anahtar_desktop.qt import questions as q
from anahtar_desktop.qt.pages.check import CheckPage
from anahtar_desktop.qt.pages.ending import EndPage
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.practice import PracticePage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.table import page_for
from anahtar_desktop.qt.pages.viewer import ViewerPage
from anahtar_desktop.qt.pages.working import WorkingPage
from anahtar_desktop.viewer import CardFacts, Certificate
from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method
from anahtar_wire.problems import Problem

LOOK = Look("akis", "303132333435363738393A3B", PinState.ACTIVE, 2, 3, 4, 16)
SEEN = Seen("ACS ACR39U ICC Reader 00 00", LOOK, None, True, Holder("Şükrü Işıkoğlu", "10000000146"))
FOREIGN = Seen("Okuyucu 2", Look("akis-foreign", "50" * 12, PinState.LOCKED, 0, None), None, False)
EMPTY = Seen("Boş okuyucu", trouble=NoCard())
BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
FACTS = CardFacts(
    LOOK,
    (
        Certificate(
            Holder("Şükrü Işıkoğlu", "10000000146"),
            "Anahtar NES 1",
            "1A2B",
            BEGIN,
            BEGIN + timedelta(1000),
            "RSA 2048",
            status=Status(Life.SUSPENDED, BEGIN + timedelta(30)),
        ),
    ),
)
METHODS = [
    ConfirmationMethod(method=Method.SMS, usable=True, to="*** ** 67"),
    ConfirmationMethod(method=Method.WEB, usable=False, problem="method-not-set"),
]


def asked(method: Method) -> ConfirmationRequested:
    soon = datetime.now(UTC) + timedelta(minutes=3)
    to = "*** ** 67" if method is Method.SMS else None
    return ConfirmationRequested(method=method, to=to, expires_at=soon, tries_left=5)


QUESTIONS: dict[str, q.Question] = {
    "code": q.AskCode(),
    "insert": q.AskForCard(Wanted(Problem.NO_CARD, "…3A3B", [FOREIGN])),
    "choose": q.ChooseCard([SEEN, FOREIGN]),
    "duties": q.AskDuties(),
    "pin": q.AskPin(SEEN),
    "new-pin": q.AskNewPin(SEEN, PinRule()),
    "last-try": q.AskLastTry(SEEN),
    "method": q.ChooseMethod(METHODS),
    "sms": q.AskConfirmation(asked(Method.SMS)),
    "web": q.AskConfirmation(asked(Method.WEB)),
}
OTHERS: dict[str, Callable[[Setting], Page]] = {
    "start": lambda setting: StartPage(setting, Overview(None, [SEEN, FOREIGN, EMPTY], ())),
    "start-no-reader": lambda setting: StartPage(setting, Overview(Problem.NO_READER, (), ())),
    "working": WorkingPage,
    "done": lambda setting: EndPage(setting, Ending(Outcome.DONE)),
    "unknown": lambda setting: EndPage(setting, Ending(Outcome.UNKNOWN, Problem.OUTCOME_UNKNOWN)),
    "viewer": lambda setting: ViewerPage(setting, [(SEEN, FACTS), (FOREIGN, NoCard())]),
    "check": lambda setting: CheckPage(setting, [Finding(Found.READER_NONE, Grade.BAD), Finding(Found.CLOCK_RIGHT)]),
    "practice": PracticePage,
}
NAMES = (*QUESTIONS, *OTHERS)


def page(name: str, setting: Setting) -> Page:
    """The page of this name."""
    return page_for(QUESTIONS[name], setting) if name in QUESTIONS else OTHERS[name](setting)
