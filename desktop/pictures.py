"""Makes the pictures of the window for the documentation: docs/pictures/window-PAGE-LANGUAGE.png.

    .venv/bin/python desktop/pictures.py [FOLDER]

Every person and number in them is made up, and every picture says PROVA.
"""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from anahtar_card.family import Look as CardLook
from anahtar_card.family import PinState
from anahtar_card.pin import PinRule
from anahtar_card.record import replace
from anahtar_desktop.assistant import Overview
from anahtar_desktop.card_status import Life, Status
from anahtar_desktop.doctor import Finding, Grade
from anahtar_desktop.doctor_texts import Found
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.holders import Holder
from anahtar_desktop.ports import Seen, Wanted
from anahtar_desktop.qt import questions as q
from anahtar_desktop.qt.app import application
from anahtar_desktop.qt.frame import Frame
from anahtar_desktop.qt.pages.check import CheckPage
from anahtar_desktop.qt.pages.ending import EndPage
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.pins import NewPinPage
from anahtar_desktop.qt.pages.practice import PracticePage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.table import page_for
from anahtar_desktop.qt.pages.viewer import ViewerPage
from anahtar_desktop.qt.pages.working import WorkingPage
from anahtar_desktop.qt.palette import LIGHT
from anahtar_desktop.qt.style import dress
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Voice
from anahtar_desktop.viewer import CardFacts, Certificate
from anahtar_wire.messages import ConfirmationMethod, ConfirmationRequested, Method
from anahtar_wire.problems import Problem

LANGUAGES = ("tr", "en")
LARGEST = 60_000
LOCKED = Seen(
    "ACS ACR39U ICC Reader 00 00",
    CardLook("akis", "1F0A4C22E9731B5D60A84E17", PinState.LOCKED, 0, 3, 4, 16),
    None,
    True,
    Holder("Defne Karaçay", "10000000146"),
)
LATE_TODAY = datetime.now().astimezone().replace(hour=23, minute=59, second=59)  # so that each run draws the same
ASKED = ConfirmationRequested(method=Method.SMS, to="+90 *** *** ** 67", expires_at=LATE_TODAY, tries_left=5)
FINDINGS = [
    Finding(Found.PROGRAM, facts={"release": "0.1.0"}),
    Finding(Found.SERVICE_RUNS),
    Finding(Found.READER_THERE, facts={"reader": LOCKED.reader}),
    Finding(Found.CARD_MUTE, Grade.BAD, {"reader": LOCKED.reader}),
    Finding(Found.SERVER_REACHED, facts={"name": "Anahtar", "release": "0.1.0"}),
    Finding(Found.CLOCK_RIGHT),
]
UNLOCK_STEPS = 5
SHOWN = q.CardShown(LOCKED, "D*** K***")


SEAL = Seen(
    "Gemalto PC Twin Reader 00 00",
    CardLook("akis", "2C7710B5D0934AF1E6682D03", PinState.ACTIVE, 1, 3, 4, 16),
    None,
    True,
    Holder("Ege Çiçekçilik Ltd. Şti.", "4540536920"),
)
ASKED_WEB = ConfirmationRequested(method=Method.WEB, to=None, expires_at=LATE_TODAY, tries_left=5)
METHODS = [
    ConfirmationMethod(method=Method.SMS, usable=True, to="+90 *** *** ** 67"),
    ConfirmationMethod(method=Method.WEB, usable=False, problem="method-not-set"),
]
BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = CardFacts(
    LOCKED.look or CardLook("akis", "", PinState.LOCKED, 0, 3, 4, 16),
    (
        Certificate(
            Holder("Defne Karaçay", "10000000146"),
            "Anahtar NES 1 (PROVA)",
            "5A1F90C27E",
            BEGIN,
            BEGIN + timedelta(days=1095),
            "RSA 2048",
            ("commit",),
            Status(Life.GOOD),
        ),
    ),
)


def _with_problem(setting: Setting) -> Setting:
    return replace(setting, messages=(setting.voice.problem(Problem.OUTCOME_UNKNOWN),))


def _new_pin(setting: Setting) -> Page:
    page = page_for(q.AskNewPin(LOCKED, PinRule()), setting)
    assert isinstance(page, NewPinPage)
    page.pin.line.setText("482916")
    return page


PAGES: dict[str, tuple[tuple[int, int] | None, Callable[[Setting], Page]]] = {
    "start": (None, lambda setting: StartPage(setting, Overview(None, [LOCKED], ()))),
    "insert": ((1, 5), lambda setting: page_for(q.AskForCard(Wanted(Problem.CARD_MUTE, "…4E17")), setting)),
    "choose": ((1, 2), lambda setting: page_for(q.ChooseCard([LOCKED, SEAL]), setting)),
    "code": ((1, 5), lambda setting: page_for(q.AskCode(), setting)),
    "duties": ((2, 5), lambda setting: page_for(q.AskDuties(), setting)),
    "new-pin": ((3, 5), _new_pin),
    "method": ((4, 5), lambda setting: page_for(q.ChooseMethod(METHODS), setting)),
    "sms": ((4, 5), lambda setting: page_for(q.AskConfirmation(ASKED), setting)),
    "web": ((4, 5), lambda setting: page_for(q.AskConfirmation(ASKED_WEB), setting)),
    "pin": ((1, 2), lambda setting: page_for(q.AskPin(SEAL), setting)),
    "last-try": ((1, 2), lambda setting: page_for(q.AskLastTry(SEAL), setting)),
    "working": ((4, 5), WorkingPage),
    "done": ((5, 5), lambda setting: EndPage(setting, Ending(Outcome.DONE))),
    "unknown": (None, lambda setting: EndPage(_with_problem(setting), Ending(Outcome.UNKNOWN))),
    "check": (None, lambda setting: CheckPage(setting, FINDINGS)),
    "viewer": (None, lambda setting: ViewerPage(setting, [(LOCKED, FACTS)])),
    "practice": (None, PracticePage),
}


def main(folder: Path) -> None:
    """Make every picture in both languages; raises ValueError when one is larger than the documentation wants."""
    # The report names the computer: the same one on every computer that draws it.
    platform.system, platform.release, platform.python_version = lambda: "Linux", lambda: "6.1.0", lambda: "3.11.2"
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        application(language)
        look, voice = dress(application(language), LIGHT, 11.5), Voice(language)
        for name, (step, make) in PAGES.items():
            frame = Frame(look, voice, lambda: None)
            frame.show_bar(voice(Label.REHEARSAL_BAR))
            frame.offer_language(name == "start")
            card = SHOWN if step and step[1] == UNLOCK_STEPS else None
            frame.show_page(make(Setting(look, voice, (), card, step)))
            frame.show()
            _draw(frame, folder / f"window-{name}-{language}.png")
            frame.deleteLater()


def _draw(frame: Frame, path: Path) -> None:
    for _ in range(5):
        QApplication.processEvents()
    picture = _with_few_colours(frame.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))
    picture.save(str(path), quality=0)  # of a PNG: how hard it is packed
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name}: {path.stat().st_size} bytes")


def _with_few_colours(picture: QImage) -> QImage:
    """Return the picture in its 256 most frequent colours, without dithering: text stays sharp and the file small."""
    pixels = memoryview(picture.constBits()).cast("B").cast("I")
    table = [colour for colour, _ in Counter(pixels).most_common(256)]
    plain = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
    return picture.convertToFormat(QImage.Format.Format_Indexed8, table, plain)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs" / "pictures")
