"""For every person: screen reader, keyboard alone, large text, high contrast, both languages; on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import NEW, Desk
from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from window_pages import NAMES, page
from window_stage import Stage, Wish, program

from anahtar_desktop.ports import Cancelled
from anahtar_desktop.qt.frame import Frame
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.page import Page, Setting
from anahtar_desktop.qt.pages.pins import NewPinPage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.palette import CONTRAST, DARK, LIGHT, READ_ON, Palette, contrast
from anahtar_desktop.qt.style import Look, dress
from anahtar_desktop.qt.texts import LABELS, Label
from anahtar_desktop.qt.voice import Message, Voice

SPOKEN_ROLES = {
    QAccessible.Role.EditableText,
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
}
Shows = Callable[..., Frame]


@pytest.fixture
def shows() -> Iterator[Shows]:
    """Shows a page in the window's frame."""
    frames: list[Frame] = []

    def show(name: str, language: str = "tr", palette: Palette = LIGHT, points: float = 11.5) -> Frame:
        look = dress(program(language), palette, points)
        voice = Voice(language)
        frame = Frame(look, voice, lambda: None)
        frames.append(frame)
        frame.show_page(page(name, Setting(look, voice, (Message("bad", "Başlık", ("Bir satır", "Kod: x")),))))
        frame.show()
        settle()
        return frame

    yield show
    for frame in frames:
        frame.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def tree(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """The accessible objects below one, itself first, as a screen reader walks them; the invisible are left out."""
    yield interface
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            yield from tree(child)


def dump(widget: QWidget) -> list[tuple[QAccessible.Role, str, str]]:
    """Role, name and value of everything a screen reader finds."""
    found = []
    for one in tree(QAccessible.queryAccessibleInterface(widget)):
        found.append((one.role(), one.text(QAccessible.Text.Name), one.text(QAccessible.Text.Value)))
    return found


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_everything_that_can_be_used_has_a_name(shows: Shows, name: str, language: str) -> None:
    found = dump(shows(name, language))
    used = [(role, said) for role, said, _ in found if role in SPOKEN_ROLES]
    assert used or name == "working"
    for role, said in used:
        assert any(letter.isalpha() for letter in said), (role, found)


@pytest.mark.parametrize("name", ["pin", "new-pin", "web"])
def test_a_screen_reader_learns_no_digit_of_a_pin(shows: Shows, name: str) -> None:
    frame = shows(name)
    lines = frame.findChildren(QLineEdit)
    assert lines
    for line in lines:
        line.setText(NEW)
        line.selectAll()
        settle()
        interface = QAccessible.queryAccessibleInterface(line)
        said = [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
        text = interface.textInterface()
        said += [text.text(0, text.characterCount()), line.displayText()] if text else []
        assert NEW not in "".join(said)
        assert not any(digit in "".join(said).replace("6", "") for digit in "48291")
        line.copy()
        line.cut()
        assert NEW not in QApplication.clipboard().text()
    assert NEW not in repr(dump(frame))


def test_typing_a_pin_announces_its_count_only(shows: Shows, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = shows("new-pin")
    heard: list[str] = []

    def hear(event: QAccessibleAnnouncementEvent) -> None:
        heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    line = frame.findChildren(QLineEdit)[0]
    line.setFocus()
    QTest.keyClicks(line, NEW)
    assert [one for one in heard if one.startswith("Yazılan")] == [
        f"Yazılan rakam sayısı: {count}" for count in range(1, 7)
    ]
    assert not any(NEW[:3] in one for one in heard)


def test_each_page_is_announced_with_its_problem_first(shows: Shows, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, object]] = []
    frame = shows("code")
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: heard.append((event.message(), event.politeness()))
    )
    assert frame.page is not None
    frame.page.enter()
    frame.page.be_said()
    [(said, politeness)] = heard
    assert said.startswith("Doğrulama kodu. Başlık. Bir satır")
    assert politeness == QAccessible.AnnouncementPoliteness.Assertive
    assert frame.focusWidget() is frame.page.notices[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_alone_reaches_everything(shows: Shows, name: str) -> None:
    frame = shows(name)
    frame.activateWindow()
    settle()
    wanted = {one for one in frame.findChildren(QWidget) if _can_be_used(one)}
    radios = {one for one in wanted if one.inherits("QRadioButton")}
    reached: set[QWidget] = set()
    for _ in range(len(wanted) * 2 + 4):
        focus = frame.focusWidget()
        if focus is not None:
            reached.add(focus)
            QTest.keyClick(focus, Qt.Key.Key_Tab)
        settle()
    missed = wanted - reached - radios  # the arrow keys move within a group of radio buttons
    assert not missed, [(one, one.accessibleName()) for one in missed]
    assert not radios or radios & reached


def _can_be_used(one: QWidget) -> bool:
    used = one.inherits("QAbstractButton") or one.inherits("QLineEdit") or one.inherits("QPlainTextEdit")
    return bool(used and one.isVisible() and one.isEnabled())


@pytest.mark.parametrize("name", NAMES)
def test_enter_on_a_focused_button_presses_it(shows: Shows, name: str) -> None:
    frame = shows(name)
    for one in frame.findChildren(QPushButton):
        assert one.autoDefault(), one.accessibleName()


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_at_twice_the_text_size_nothing_is_cut_off(shows: Shows, name: str, language: str) -> None:
    frame = shows(name, language, points=23)
    frame.resize(1366, 768)
    settle()
    assert frame.page is not None
    assert frame.page.horizontalScrollBar().maximum() == 0
    for one in frame.findChildren(QPushButton):
        if one.isVisible():
            assert one.width() >= one.sizeHint().width(), one.accessibleName()


@pytest.mark.parametrize(("palette", "ratio"), [(LIGHT, 4.5), (DARK, 4.5), (CONTRAST, 7.0)])
def test_every_text_stands_out_from_its_ground(palette: Palette, ratio: float) -> None:
    for text, ground in READ_ON:
        assert contrast(getattr(palette, text), getattr(palette, ground)) >= ratio, (text, ground)


@pytest.mark.parametrize("palette", [LIGHT, DARK, CONTRAST])
def test_a_focused_field_stands_out_from_the_page(palette: Palette) -> None:
    edge = palette.ink if palette is LIGHT else palette.focus
    assert contrast(edge, palette.page) >= 3
    assert contrast(palette.focus, palette.brand) >= 3 or palette is not LIGHT


@pytest.mark.parametrize("palette", [DARK, CONTRAST])
def test_pages_are_drawn_in_the_colours_asked_for(shows: Shows, palette: Palette) -> None:
    picture = shows("code", palette=palette).grab().toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() - 3).name() == palette.page


@pytest.mark.parametrize("name", NAMES)
def test_no_page_does_anything_with_a_puk(shows: Shows, name: str) -> None:
    for role, said, _ in dump(shows(name)):
        assert role not in SPOKEN_ROLES or "PUK" not in said.upper()


def test_every_label_has_both_languages_with_the_same_facts() -> None:
    import string

    assert set(LABELS) == set(Label)
    for key, both in LABELS.items():
        named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both]
        assert named[0] == named[1], key
        assert all(text.strip() for text in both), key


@pytest.mark.parametrize("never", ["OTP", "token", "bricked", "reset", "deneme modu", "hatalı", "0 deneme", "user"])
def test_the_window_avoids_the_words_that_we_never_use(never: str) -> None:
    for key, both in LABELS.items():
        for text in both:
            assert never.lower() not in text.lower(), key


def test_every_label_is_used_somewhere() -> None:
    import re

    import anahtar_desktop

    folder = Path(anahtar_desktop.__file__).parent / "qt"
    sources = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py") if file.name != "texts.py")
    assert [key.name for key in Label if not re.search(rf"Label\.{key.name}\b", sources)] == []


def test_qts_own_words_are_turkish_too() -> None:
    app = program("tr")
    assert app.translate("QPlatformTheme", "Cancel") == "İptal"
    assert app.translate("QLineEdit", "&Copy").replace("&", "") == "Kopyala"


def test_without_qts_language_file_our_words_stay_turkish_and_qts_are_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as missing:
        missing.setattr(QLibraryInfo, "path", lambda place: str(tmp_path))
        app = program("tr")
        stage = Stage(Desk(tmp_path))
        stage.at(StartPage)
        assert "Kilit Çözme" in " ".join(one.text() for one in stage.window.findChildren(QPushButton))
        assert app.translate("QPlatformTheme", "Cancel") == "Cancel"
        stage.close()
    assert program("tr").translate("QPlatformTheme", "Cancel") == "İptal"


def test_a_page_answers_once(shows: Shows) -> None:
    frame = shows("code")
    answers: list[object] = []
    assert isinstance(frame.page, CodePage)
    frame.page.answered.connect(answers.append)
    frame.page.cancel()
    frame.page.answer("ABCD")
    assert answers == [Cancelled]


def test_typed_pins_are_gone_with_their_page(tmp_path: Path) -> None:
    stage = Stage(Desk(tmp_path))
    stage.start(Wish.UNLOCK)
    stage.code("ABCD-EFGH-JKLM")
    stage.duties()
    first = stage.at(NewPinPage)
    line = first.pin.line
    line.setText(NEW)
    pin = first.pin.take()
    assert pin.reveal() == NEW.encode()
    line.undo()
    assert line.text() == ""
    line.setText(NEW)
    first.cancel()
    assert line.text() == ""
    stage.close()


def test_the_text_grows_with_the_systems_own_size() -> None:
    small, large = dress(program(), LIGHT, 11.5), dress(program(), LIGHT, 23.0)
    assert isinstance(small, Look)
    assert large.body == pytest.approx(2 * small.body, abs=1)
    assert dress(program(), LIGHT, 4.0).body == small.body, "nobody is shown text too small to read"


def test_every_kind_of_page_is_among_those_looked_at() -> None:
    def kinds(kind: type[Page]) -> set[type[Page]]:
        return {kind, *(one for below in kind.__subclasses__() for one in kinds(below))}

    setting = Setting(dress(program(), LIGHT), Voice("tr"))
    pages = [page(name, setting) for name in NAMES]
    assert kinds(Page) - {Page} == {type(one) for one in pages}
    for one in pages:
        one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
