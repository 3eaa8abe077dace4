"""The rooms beside the main way: practice, card viewer, check page; and the second start with a link."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import CODE, FOREIGN_ATR, NEW, OLD, Desk, card_memory
from window_stage import Stage, Wish

from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop.qt.pages.check import CheckPage
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.confirmation import ConfirmationPage
from anahtar_desktop.qt.pages.practice import PracticePage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.viewer import ViewerPage

Open = Callable[..., Stage]
REFERENCE = "a1B2c3D4e5F6g7H8"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    stages: list[Stage] = []

    def open_window(desk: Desk | None = None, **more: object) -> Stage:
        stages.append(Stage(desk or Desk(tmp_path), **more))  # type: ignore[arg-type]
        return stages[-1]

    yield open_window
    for stage in stages:
        stage.close()


def practise(stage: Stage) -> None:
    """Walk through practice mode with what its own pages say."""
    stage.start(Wish.PRACTICE)
    stage.at(PracticePage).answer(True)
    page = stage.at(CodePage)
    stage.code(page.setting.hint.split(": ")[-1])
    stage.duties()
    stage.new_pin(NEW, NEW)
    stage.method()
    stage.confirm(stage.at(ConfirmationPage).setting.hint.split(": ")[-1])
    stage.end()


def test_practice_walks_the_real_pages_and_touches_nothing(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = opened()
    stage.at(StartPage)
    before = stage.desk.reader.commands

    def no_network(*given: object) -> None:
        raise AssertionError("practice reached for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    practise(stage)
    assert "PIN Kodunuz başarılı bir şekilde değiştirilmiştir." in stage.text()
    assert stage.desk.reader.commands == before
    assert stage.desk.server.calls == []
    assert stage.desk.has_pin(OLD)
    assert list(tmp_path.iterdir()) == [], "practice writes no journal"


def test_every_practice_page_says_that_it_is_practice(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.PRACTICE)
    stage.at(PracticePage).answer(True)
    for _ in range(2):
        stage.at(CodePage)
        assert "ALIŞTIRMA" in stage.text()
        stage.code(CODE)
    stage.at(CodePage).cancel()
    stage.end()
    assert "ALIŞTIRMA" in stage.text()
    stage.press("Başa dön")
    stage.at(StartPage)
    assert "ALIŞTIRMA" not in stage.text()


def test_a_real_code_does_nothing_in_practice_and_a_practice_code_nothing_outside(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.PRACTICE)
    stage.at(PracticePage).answer(True)
    learned = stage.at(CodePage).setting.hint.split(": ")[-1]
    stage.code(CODE)
    stage.until(lambda: "Doğrulama kodu eşleşmedi" in stage.text())
    stage.at(CodePage).cancel()
    stage.end()
    stage.press("Başa dön")
    stage.start(Wish.UNLOCK)
    stage.code(learned)
    stage.until(lambda: "Doğrulama kodu eşleşmedi" in stage.text())


def test_the_viewer_shows_each_certificate_and_uses_no_try(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, card_memory(OLD, 2)))
    stage.start(Wish.VIEWER)
    stage.at(ViewerPage)
    shown = stage.text()
    known = ("Sertifika 1", "Anahtar example card", "01.01.2025", "EC P-384", "Süresi geçerli", "…3A3B")
    for said in (*known, "Sorulamadı: sertifika bir durum hizmeti göstermiyor"):
        assert said in shown
    assert stage.desk.tries == 2
    stage.press("Başa dön")
    stage.at(StartPage)


def test_the_viewer_shows_a_foreign_card_as_far_as_it_tells(opened: Open, tmp_path: Path) -> None:
    stage = opened(Desk(tmp_path, card_memory(), atr=FOREIGN_ATR))
    stage.start(Wish.VIEWER)
    stage.at(ViewerPage)
    assert "Başka bir kurumun kartı" in stage.text()
    assert "Sertifika 1" in stage.text()


def test_the_check_page_says_the_fix_first_and_saves_what_it_shows(opened: Open, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    desk.readers = VirtualReaders([])
    stage = opened(desk)
    stage.start(Wish.CHECK)
    page = stage.at(CheckPage)
    assert "USB" in stage.text()
    page.save(tmp_path / "rapor.txt")
    assert "Rapor kaydedildi: rapor.txt" in stage.text()
    assert "USB" in (tmp_path / "rapor.txt").read_text(encoding="utf-8")
    assert (tmp_path / "rapor.txt").stat().st_mode & 0o077 == 0
    page.save(tmp_path / "no-such-folder" / "rapor.txt")
    assert "Rapor kaydedilemedi" in stage.text()
    page.answer(True)
    stage.until(lambda: stage.window.page is not page)
    stage.at(CheckPage).cancel()
    stage.at(StartPage)
