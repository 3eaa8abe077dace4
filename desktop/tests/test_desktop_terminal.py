"""The terminal as a view: a whole unlock as a person types it, and what is shown on the way."""

from __future__ import annotations

import getpass
import io
from pathlib import Path

import pytest
from desk import NEW, OLD, OTHER_SERIAL, Desk, card_memory, reader_with

from anahtar_card.family import Look, PinState
from anahtar_desktop import terminal
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Outcome
from anahtar_desktop.ports import Seen
from anahtar_desktop.terminal import TerminalView
from anahtar_desktop.words import state_of
from anahtar_wire.messages import ConfirmationMethod, Method


class Person:
    """Types these lines at the terminal, and these secrets where nothing is echoed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, lines: list[str], secrets: list[str], language: str) -> None:
        self.out, self.errors = io.StringIO(), io.StringIO()
        self.prompts: list[str] = []
        monkeypatch.setattr(terminal.sys, "stdin", io.StringIO("".join(line + "\n" for line in lines)))
        left = iter(secrets)

        def typed(question: str) -> str:
            self.prompts.append(question)
            return next(left)

        monkeypatch.setattr(getpass, "getpass", typed)
        self.view = TerminalView(language, self.out, self.errors)

    def at(self, desk: Desk) -> Assistant:
        return Assistant(self.view, desk.server, desk.readers, desk.journal)


@pytest.mark.parametrize(
    ("language", "yes", "end"),
    [
        ("tr", "E", "PIN Kodunuz başarılı bir şekilde değiştirilmiştir."),
        ("en", "y", "(Your PIN was changed successfully.)"),
    ],
)
def test_an_unlock_is_typed_from_code_to_success(
    language: str, yes: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    person = Person(
        monkeypatch, ["abcd efgh jklm", yes, "9", "1", "40718263"], ["777777", "777777", NEW, NEW], language
    )
    assert person.at(desk).unlock().outcome is Outcome.DONE
    assert desk.has_pin(NEW)
    assert person.out.getvalue().strip().endswith(end)
    assert "…3A3B" in person.out.getvalue()
    assert person.errors.getvalue().splitlines()[-1].endswith("pin-one-digit")
    assert NEW not in person.out.getvalue() + person.errors.getvalue()


def test_a_code_is_asked_for_again_and_then_the_web_password_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    person = Person(monkeypatch, ["ABCDEFGHJKLM", "e", "1", "Y", "B", "2"], [NEW, NEW, "kiraz dalı 7"], "tr")
    assert person.at(desk).unlock().outcome is Outcome.DONE
    assert desk.server.calls.count("ask_confirmation") == 3
    assert person.prompts[-1] == "WEB Parola: "


def test_no_to_the_duties_goes_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    person = Person(monkeypatch, ["ABCDEFGHJKLM", "h"], [], "tr")
    assert person.at(desk).unlock().outcome is Outcome.REFUSED
    assert "Kilit Çözme Bilgilendirme" in person.out.getvalue()
    assert desk.has_pin(OLD)


def test_a_method_that_cannot_be_used_is_shown_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    desk.server.methods[1] = ConfirmationMethod(method=Method.WEB, usable=False, problem="method-not-set")
    person = Person(monkeypatch, ["ABCDEFGHJKLM", "e", "2", "1", "40718263"], [NEW, NEW], "tr")
    assert person.at(desk).unlock().outcome is Outcome.DONE
    assert "method-not-set" in person.errors.getvalue()


def test_one_of_several_cards_is_chosen_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = card_memory("135790", 3, serial=OTHER_SERIAL)
    desk = Desk(tmp_path, card_memory(), others=[reader_with(other, "Okuyucu 0")])
    person = Person(monkeypatch, ["0", "x", "2"], [OLD, NEW, NEW], "tr")
    assert person.at(desk).change().outcome is Outcome.DONE
    assert "1. Okuyucu 0: Anahtar example card · kart …5A5B" in person.out.getvalue()


def test_the_last_try_explains_what_it_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 1))
    person = Person(monkeypatch, ["3A3B"], [OLD, NEW, NEW], "en")
    assert person.at(desk).change().outcome is Outcome.DONE
    assert "Last try" in person.out.getvalue()


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (Look("akis", "AABBCCDD", PinState.NONE_YET, 0, 3), "PIN henüz oluşturulmadı"),
        (Look("akis", "AABBCCDD", PinState.LOCKED, 0, 3), "PIN kilitli"),
        (Look("akis", "AABBCCDD", PinState.CARD_DEAD, None, 0), "Kullanım dışı kart"),
        (Look("akis-foreign", "AABBCCDD", PinState.ACTIVE, None, None), "kart kalan deneme hakkını söylemiyor"),
        (Look("akis-foreign", "AABBCCDD", PinState.ACTIVE, 1, None), "kalan deneme hakkı: 1"),
    ],
)
def test_each_state_of_a_pin_has_its_own_words(look: Look, words: str) -> None:
    line = state_of(Seen("Okuyucu", look), "tr")
    assert words in line
    assert "hakkı: 0" not in line or look.pin is PinState.CARD_DEAD


def test_a_terminal_that_went_away_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    desk = Desk(tmp_path)
    person = Person(monkeypatch, ["ABCDEFGHJKLM", "e", "1", "40718263"], [NEW, NEW], "tr")
    person.view = TerminalView("tr", Gone(), Gone())
    typed = iter(["ABCDEFGHJKLM", "e", "1", "40718263"])
    monkeypatch.setattr(person.view, "_ask", lambda question: next(typed))
    assert person.at(desk).unlock().outcome is Outcome.DONE
