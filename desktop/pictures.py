"""Makes the pictures of the window for the documentation: docs/pictures/window-PAGE-LANGUAGE.png.

    .venv/bin/python desktop/pictures.py [FOLDER]

Every person and number in them is made up, and every picture says PROVA.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from anahtar_card.family import Look as CardLook
from anahtar_card.family import PinState
from anahtar_card.pin import PinRule
from anahtar_desktop.assistant import Overview
from anahtar_desktop.doctor import Finding, Grade
from anahtar_desktop.doctor_texts import Found
from anahtar_desktop.ending import Ending, Outcome
from anahtar_desktop.holders import Holder
from anahtar_desktop.ports import Seen
from anahtar_desktop.qt import questions as q
from anahtar_desktop.qt.app import application
from anahtar_desktop.qt.frame import Frame
from anahtar_desktop.qt.pages.check import CheckPage
from anahtar_desktop.qt.pages.ending import EndPage
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.pins import NewPinPage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.table import page_for
from anahtar_desktop.qt.palette import LIGHT
from anahtar_desktop.qt.style import dress
from anahtar_desktop.qt.texts import Label
from anahtar_desktop.qt.voice import Voice
from anahtar_wire.messages import ConfirmationRequested, Method

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
SHOWN = q.CardShown(LOCKED, "D*** K***")


def _new_pin(setting: Setting) -> Page:
    page = page_for(q.AskNewPin(LOCKED, PinRule()), setting)
    assert isinstance(page, NewPinPage)
    page.pin.line.setText("482916")
    return page


PAGES: dict[str, tuple[tuple[int, int] | None, Callable[[Setting], Page]]] = {
    "start": (None, lambda setting: StartPage(setting, Overview(None, [LOCKED], ()))),
    "code": ((1, 5), lambda setting: page_for(q.AskCode(), setting)),
    "new-pin": ((3, 5), _new_pin),
    "sms": ((4, 5), lambda setting: page_for(q.AskConfirmation(ASKED), setting)),
    "done": ((5, 5), lambda setting: EndPage(setting, Ending(Outcome.DONE))),
    "check": (None, lambda setting: CheckPage(setting, FINDINGS)),
}


def main(folder: Path) -> None:
    """Make every picture in both languages; raises ValueError when one is larger than the documentation wants."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        application(language)
        look, voice = dress(application(language), LIGHT, 11.5), Voice(language)
        for name, (step, make) in PAGES.items():
            frame = Frame(look, voice, lambda: None)
            frame.show_bar(voice(Label.REHEARSAL_BAR))
            frame.offer_language(name == "start")
            frame.show_page(make(Setting(look, voice, (), SHOWN, step)))
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
