"""The window as a person uses it: real widgets, the real assistant in its thread, a card, a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import CODE, NEW, OLD, OTHER_SERIAL, Desk, card_memory, reader_with
from stand_in_server import SMS_CODE, WEB_PASSWORD
from window_stage import ChoosePage, InsertPage, LastTryPage, Stage, Wish

from anahtar_card.fault_reader import CUT_AFTER, MUTE
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop.authority import Authority
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.confirmation import ConfirmationPage, MethodPage
from anahtar_desktop.qt.pages.duties import DutiesPage
from anahtar_desktop.qt.pages.pins import NewPinPage, PinPage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.parts import Notice
from anahtar_wire.messages import ConfirmationMethod, Method, State

Open = Callable[..., Stage]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens windows, and closes them at the end."""
    stages: list[Stage] = []

    def open_window(desk: Desk | None = None, **more: object) -> Stage:
        stages.append(Stage(desk or Desk(tmp_path), **more))  # type: ignore[arg-type]
        return stages[-1]

    yield open_window
    for stage in stages:
        stage.close()


def until_pin(stage: Stage) -> None:
    stage.start(Wish.UNLOCK)
    stage.code("abcd efgh jklm")
    stage.duties()


@pytest.mark.parametrize(
    ("language", "end"),
    [
        ("tr", "PIN Kodunuz başarılı bir şekilde değiştirilmiştir."),
        ("en", "(Your PIN was changed successfully.)"),
    ],
)
def test_an_unlock_is_lived_from_the_code_to_the_success_page(opened: Open, language: str, end: str) -> None:
    stage = opened(language=language)
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method()
    stage.confirm(SMS_CODE)
    stage.end()
    assert end in stage.text()
    assert stage.desk.has_pin(NEW)
    stage.press("Başa dön" if language == "tr" else "Back to the start")
    stage.at(StartPage)
    assert ("PIN etkin" if language == "tr" else "PIN active") in stage.text()


def test_the_web_password_confirms_as_well_and_is_not_shown(opened: Open) -> None:
    stage = opened()
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method(1)
    page = stage.at(ConfirmationPage)
    stage.type(page.field.line, WEB_PASSWORD)
    assert page.field.line.displayText() == "●" * len(WEB_PASSWORD)
    stage.enter(page.field.line)
    stage.end()
    assert stage.desk.has_pin(NEW)


def test_a_known_pin_is_changed_without_a_server(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, card_memory()), with_server=False)
    stage.start(Wish.CHANGE)
    stage.pin(OLD)
    stage.new_pin(NEW, NEW)
    stage.end()
    assert stage.desk.has_pin(NEW)
    assert stage.desk.server.calls == []


def test_without_a_server_an_unlock_says_what_is_missing(opened: Open) -> None:
    stage = opened(with_server=False)
    stage.start(Wish.UNLOCK)
    stage.at(StartPage)
    assert "sunucu adresi yok" in stage.text()


def test_a_wrong_code_is_said_first_and_can_be_corrected(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    stage.code("ABCD-EFGH-JKLN")
    stage.until(lambda: isinstance(stage.window.focusWidget(), Notice))
    page = stage.at(CodePage)
    assert "Doğrulama kodu eşleşmedi" in stage.text()
    assert page.field.text == "ABCD-EFGH-JKLN"
    stage.code(CODE)
    stage.at(DutiesPage)
    assert "eşleşmedi" not in stage.text()


def test_the_computers_name_and_the_other_card_are_said_when_the_code_is_taken(opened: Open, tmp_path: Path) -> None:
    import platform

    other = reader_with(card_memory(OLD, 3, serial=OTHER_SERIAL), "Okuyucu 0")
    stage = opened(Desk(tmp_path, others=[other]))
    stage.start(Wish.UNLOCK)
    stage.code(CODE)
    stage.at(DutiesPage)
    assert platform.node() in stage.text()
    assert "Okuyucu 0: kart …5A5B. Bu karta dokunulmadı." in stage.text()


def test_the_clipboard_gives_a_code_and_nothing_else(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    page = stage.at(CodePage)
    for rubbish in ("", "gizli parolam", "4071 8263", "https://example.invalid/ABCD-EFGH-JKLM", "x" * 100_000):
        stage.app.clipboard().setText(rubbish)
        page.paste()
        assert page.field.text == ""
        assert "Panoda doğrulama kodu yok" in stage.text()
        assert "gizli" not in stage.text()
    stage.app.clipboard().setText(" abcd-efgh\n jklm\t")
    page.paste()
    assert page.field.text == CODE
    assert "Kod panodan alındı" in stage.text()


def test_nothing_goes_on_until_the_duties_are_ticked(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    stage.code(CODE)
    page = stage.at(DutiesPage)
    page.go_on()
    assert "kutuyu işaretleyin" in stage.text()
    assert stage.window.focusWidget() is page.box
    assert page.isEnabled()


def test_the_rules_are_ticked_as_the_pin_is_typed(opened: Open) -> None:
    stage = opened()
    until_pin(stage)
    page = stage.at(NewPinPage)

    def met() -> set[str]:
        return {name for name, line in page.rules.lines.items() if line.text().startswith("✓")}

    expected = {
        "": set(),
        "1": {"digits"},
        "111111": {"digits", "length", "run"},
        "123456": {"digits", "length", "one-digit"},
        "482916": {"digits", "length", "one-digit", "run"},
        "482916482": {"digits", "one-digit", "run"},
        "48291a": set(),
    }
    for typed, lines in expected.items():
        page.pin.line.setText(typed)
        assert met() == lines, typed
    page.pin.line.setText(NEW)
    page.again.line.setText(NEW)
    assert met() == {"digits", "length", "one-digit", "run", "same"}
    assert "uygun" in page.rules.lines["same"].accessibleName()


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [(NEW, OLD, "aynı"), ("111111", "111111", "rakam"), ("532123", "532123", "kişisel"), ("٤٨٢٩١٦", "٤٨٢٩١٦", "rakam")],
)
def test_a_pin_that_is_not_taken_is_explained_and_sent_nowhere(opened: Open, first: str, again: str, said: str) -> None:
    stage = opened()
    until_pin(stage)
    page = stage.at(NewPinPage)
    page.pin.line.setText(first)
    page.again.line.setText(again)
    page.go_on()
    stage.until(lambda: stage.window.page is not page and isinstance(stage.window.page, NewPinPage))
    assert said in stage.text()
    assert isinstance(stage.window.focusWidget(), Notice)
    assert stage.at(NewPinPage).pin.text == ""
    stage.new_pin(NEW, NEW)
    stage.at(MethodPage)


def test_an_empty_field_is_named_and_gets_the_focus(opened: Open) -> None:
    stage = opened()
    until_pin(stage)
    page = stage.at(NewPinPage)
    stage.type(page.pin.line, NEW)
    page.go_on()
    assert stage.window.focusWidget() is page.again.line
    assert "Devam etmek için bu alanı doldurun." in stage.text()


def test_a_method_that_cannot_be_used_shows_why(opened: Open, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.server.methods[1] = ConfirmationMethod(method=Method.WEB, usable=False, problem="method-not-set")
    stage = opened(desk)
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    page = stage.at(MethodPage)
    assert [radio.isEnabled() for radio in page.group.buttons()] == [True, False]
    assert page.group.buttons()[1].accessibleDescription()


def test_a_code_that_did_not_come_is_sent_again_by_one_key(opened: Open) -> None:
    stage = opened()
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method()
    page = stage.at(ConfirmationPage)
    page.resend()
    stage.until(lambda: stage.window.page is not page)
    stage.at(ConfirmationPage)
    assert stage.desk.server.calls.count("ask_confirmation") == 2
    stage.press("Bu numara artık bende değil")
    assert "destek birimine başvurun" in stage.text()
    stage.press("Başka yöntem")
    stage.at(MethodPage)


def test_a_wrong_sms_code_says_how_many_tries_are_left(opened: Open) -> None:
    stage = opened()
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method()
    stage.confirm("00000000")
    stage.until(lambda: "Kalan deneme hakkı: 4" in stage.text())
    stage.confirm(SMS_CODE)
    stage.end()
    assert stage.desk.has_pin(NEW)


STOPS: dict[str, Callable[[Stage], None]] = {
    "code": lambda stage: stage.at(CodePage).cancel(),
    "duties": lambda stage: (stage.code(CODE), stage.at(DutiesPage).cancel())[1],
    "pin": lambda stage: (stage.code(CODE), stage.duties(), stage.at(NewPinPage).cancel())[2],
    "method": lambda stage: (stage.code(CODE), stage.duties(), stage.new_pin(NEW, NEW), stage.at(MethodPage).cancel())[
        3
    ],
}


@pytest.mark.parametrize("where", STOPS)
def test_stopping_at_any_question_says_what_is_left_behind(opened: Open, where: str) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    STOPS[where](stage)
    stage.end()
    left = "Geride bir şey kalmadı" if where == "code" else "portaldan yeni kod alın"
    assert left in stage.text()
    assert stage.desk.has_pin(OLD)
    assert where == "code" or stage.desk.server.unlock.state is State.CANCELLED


def test_escape_stops_too(opened: Open) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    stage = opened()
    stage.start(Wish.UNLOCK)
    page = stage.at(CodePage)
    stage.window.activateWindow()
    stage.until(stage.window.isActiveWindow)
    QTest.keyClick(page.field.line, Qt.Key.Key_Escape)
    stage.end()


def test_a_card_put_in_goes_on_by_itself(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path))
    card = stage.desk.plain.card
    assert card is not None
    stage.desk.plain.remove()
    stage.start(Wish.UNLOCK)
    stage.code(CODE)
    stage.at(InsertPage)
    assert "…3A3B" in stage.text()
    stage.desk.plain.insert(card)
    stage.window.changed.emit()
    stage.at(DutiesPage)


def test_one_of_several_cards_is_chosen_and_none_beforehand(opened: Open, tmp_path: Path) -> None:
    other = reader_with(card_memory("135790", 3, serial=OTHER_SERIAL), "Okuyucu 0")
    stage = opened(Desk(tmp_path, card_memory(), others=[other]))
    stage.start(Wish.CHANGE)
    page = stage.at(ChoosePage)
    page.go_on()
    assert page.isEnabled()
    page.group.buttons()[1].setChecked(True)
    page.go_on()
    stage.at(PinPage)
    assert "…3A3B" in stage.text()
    assert "Okuyucu 1" in stage.text()


def test_before_the_last_try_the_safe_way_is_the_main_one(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, card_memory(OLD, 1)))
    stage.start(Wish.CHANGE)
    page = stage.at(LastTryPage)
    assert page.main_button.accessibleName() == "Vazgeç"
    stage.type(page.field.line, "3A3B")
    stage.enter(page.field.line)
    stage.pin(OLD)
    stage.new_pin(NEW, NEW)
    stage.end()
    assert stage.desk.has_pin(NEW)


def test_a_wrong_pin_says_which_pin_is_active_and_the_tries_left(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, card_memory()))
    stage.start(Wish.CHANGE)
    stage.pin("246802")
    stage.new_pin(NEW, NEW)
    stage.end()
    assert "PIN değiştirilmedi" in stage.text()
    assert "Etkin olan: eski PIN" in stage.text()
    assert stage.desk.has_pin(OLD)


def test_an_outcome_that_is_not_known_is_called_so(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, plan=[(lambda head: head[1] == 0x2C, MUTE)]))
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method()
    stage.confirm(SMS_CODE)
    stage.at(InsertPage).cancel()
    stage.end()
    assert "Sonucu henüz bilinmiyor" in stage.text()


def test_what_an_earlier_start_left_open_is_settled_at_the_next(opened: Open, tmp_path: Path) -> None:
    desk = Desk(tmp_path, plan=[(lambda head: head[1] == 0x2C, CUT_AFTER)])
    for call in ("report", "settling_grant", "standing"):
        desk.server.before[call] = _gone
    desk.assistant.unlock()
    assert desk.journal.open_entries()
    desk.server.before.clear()
    desk.server.unlock.state = State.UNCERTAIN
    stage = opened(desk)
    stage.at(StartPage)
    assert "Etkin olan: yeni PIN." in stage.text()
    assert desk.journal.open_entries() == []


def _gone() -> None:
    from anahtar_wire.problems import Problem, Refusal

    raise Refusal(Problem.SERVER_GONE)


STATES = {
    "active": (card_memory, "PIN etkin", Wish.CHANGE),
    "locked": (lambda: card_memory(OLD, 0), "PIN kilitli", Wish.UNLOCK),
    "none-yet": (lambda: card_memory(None, 0), "PIN henüz oluşturulmadı", Wish.UNLOCK),
}


@pytest.mark.parametrize("state", STATES)
def test_the_first_page_says_each_state_in_words(opened: Open, state: str, tmp_path: Path) -> None:
    from anahtar_desktop.qt.texts import LABELS, Label

    memory, said, foremost = STATES[state]
    stage = opened(Desk(tmp_path, memory()))
    page = stage.at(StartPage)
    assert said in stage.text()
    assert "…3A3B" in stage.text()
    assert "Anahtar example card" in stage.text()
    assert "0 deneme" not in stage.text()
    name = {Wish.CHANGE: Label.CHANGE, Wish.UNLOCK: Label.UNLOCK}[foremost]
    assert page.main_button.accessibleName() == LABELS[name][0]


def test_readers_without_a_card_and_no_reader_at_all_are_different_pages(opened: Open, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.readers = VirtualReaders([VirtualReader("Boş okuyucu")])
    stage = opened(desk)
    stage.at(StartPage)
    assert "Okuyucuda kart yok" in stage.text()
    desk.readers.readers = []
    stage.start(Wish.LOOK)
    stage.until(lambda: "Okuyucuda kart yok" not in stage.text())
    stage.at(StartPage)
    assert "Boş okuyucu" not in stage.text()


def test_a_card_put_in_is_marked_so_that_it_can_be_told_from_others(opened: Open, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    other = VirtualReader("Okuyucu 0")
    desk.readers = VirtualReaders([other, desk.reader])
    stage = opened(desk)
    stage.at(StartPage)
    assert "Şimdi takıldı" not in stage.text()
    taken = reader_with(card_memory(OLD, 3, serial=OTHER_SERIAL)).card
    assert taken is not None
    other.insert(taken)
    stage.window.changed.emit()
    stage.until(lambda: "Şimdi takıldı" in stage.text())
    assert "Birden çok kart var" in stage.text()


def test_closing_at_a_question_stops_and_says_what_is_left(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    stage.code(CODE)
    stage.at(DutiesPage)
    assert not stage.window.close()
    stage.end()
    assert stage.desk.server.unlock.state is State.CANCELLED
    assert stage.window.close()


def test_closing_while_the_card_is_open_waits_for_its_truth(opened: Open, tmp_path: Path) -> None:
    import threading

    desk = Desk(tmp_path)
    let_go = threading.Event()
    desk.server.before["consent"] = lambda: let_go.wait(5) and None
    stage = opened(desk)
    until_pin(stage)
    stage.new_pin(NEW, NEW)
    stage.method()
    stage.confirm(SMS_CODE)
    stage.until(lambda: "consent" in desk.server.calls)
    assert not stage.window.close()
    assert "Kart şu anda açık" in stage.text()
    stage.until(lambda: "PIN kodu karta yazılıyor" in stage.text())
    let_go.set()
    stage.end()
    assert desk.has_pin(NEW)


def test_the_language_changes_on_the_first_page_and_not_in_the_midst(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    stage.press("English")
    assert "Your card" in stage.text()
    stage.press("Türkçe")
    assert "Kartınız" in stage.text()
    stage.start(Wish.UNLOCK)
    stage.at(CodePage)
    with pytest.raises(LookupError):
        stage.press("English")


@pytest.mark.parametrize("rehearsal", [True, False])
def test_rehearsal_says_prova_on_every_page(opened: Open, rehearsal: bool) -> None:
    stage = opened(rehearsal=rehearsal)
    stage.at(StartPage)
    assert ("PROVA" in stage.text()) is rehearsal
    stage.start(Wish.UNLOCK)
    stage.at(CodePage)
    assert ("PROVA" in stage.text()) is rehearsal


def test_who_did_not_succeed_reads_whom_to_ask_as_the_authority_signed_it(opened: Open) -> None:
    whose = Authority(
        "Örnek Sertifika Merkezi", "https://portal.example.invalid", bytes(32), ("0850 000 00 00", "destek@…")
    )
    stage = opened(authority=whose)
    stage.start(Wish.UNLOCK)
    stage.at(CodePage).cancel()
    stage.end()
    assert "Destek: Örnek Sertifika Merkezi · 0850 000 00 00 · destek@…" in stage.text()
