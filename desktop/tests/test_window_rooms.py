"""The rooms beside the main way: practice, card viewer, check page; and the second start with a link."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import CODE, FOREIGN_ATR, NEW, OLD, Desk, card_memory
from window_stage import Stage, Wish

from anahtar_card.virtual_reader import VirtualReaders
from anahtar_desktop.links import LONGEST
from anahtar_desktop.qt.pages.check import CheckPage
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.confirmation import ConfirmationPage
from anahtar_desktop.qt.pages.practice import PracticePage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.viewer import ViewerPage
from anahtar_desktop.qt.single import FirstStart, hand_over

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
    for said in ("Sertifika 1", "Anahtar example card", "01.01.2025", "EC P-384", "Süresi geçerli", "…3A3B"):
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


def test_a_link_of_the_portal_leads_to_the_code_and_submits_nothing(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    stage.window.take_link(f"eimza://unlock?ref={REFERENCE}")
    page = stage.at(CodePage)
    assert page.isEnabled()
    assert "claim" not in stage.desk.server.calls


HOSTILE = [
    "",
    "https://example.invalid/",
    "eimza://unlock",
    "eimza://unlock?ref=",
    "eimza://unlock?ref=short",
    f"eimza://unlock?ref={REFERENCE}&server=https://evil.invalid",
    f"eimza://evil.invalid/unlock?ref={REFERENCE}",
    f"eimza://unlock?ref={REFERENCE}\n--language",
    f"eimza://unlock?ref={'a' * 100_000}",
    "eimza://unlock?ref=<b>ABCD-EFGH-JKLM</b>",
    "\x1b]0;x\x07eimza://unlock",
    "eimza://unlock?ref=ａ１Ｂ２ｃ３Ｄ４ｅ５Ｆ６ｇ７Ｈ８",
]


@pytest.mark.parametrize("link", HOSTILE)
def test_any_other_link_is_shown_and_does_nothing(opened: Open, link: str) -> None:
    stage = opened()
    page = stage.at(StartPage)
    stage.window.take_link(link)
    stage.app.processEvents()
    assert stage.window.page is page
    assert stage.desk.server.calls == []
    if link:
        assert "hiçbir şey yapılmadı" in stage.text()
    assert "\x1b" not in stage.text()


def test_a_link_in_the_midst_of_an_act_changes_nothing(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    page = stage.at(CodePage)
    stage.window.take_link(f"eimza://unlock?ref={REFERENCE}")
    assert stage.window.page is page
    assert page.field.text == ""
    assert "Önce bu işlem bitsin" in stage.text()


SECOND = (
    "import os; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
    "import sys\nfrom PySide6.QtCore import QCoreApplication\nfrom anahtar_desktop.qt import single, steady\n"
    "steady.hold()\napp = QCoreApplication([])\n"
    "print(single.hand_over(sys.argv[2] or None, sys.argv[1]), flush=True)\nos._exit(0)"
)


@pytest.mark.parametrize(
    ("link", "came"),
    [("", ""), (f"eimza://unlock?ref={REFERENCE}", f"eimza://unlock?ref={REFERENCE}"), ("y" * 9000, None)],
)
def test_a_second_start_hands_over_to_the_first(opened: Open, link: str, came: str | None) -> None:
    stage = opened()
    stage.at(StartPage)
    name = f"eimza-test-{uuid.uuid4().hex[:8]}"
    first = FirstStart(name)
    assert first.listening
    heard: list[str] = []
    first.came.connect(heard.append)
    second = subprocess.Popen([sys.executable, "-c", SECOND, name, link], stdout=subprocess.PIPE, text=True)
    stage.until(lambda: second.poll() is not None)
    assert second.stdout is not None
    assert second.stdout.read().strip() == "True"
    [said] = heard
    assert said == came if came is not None else len(said) <= LONGEST + 1
    first.close()
    assert not hand_over("", name), "no window is open any more"


def test_who_talks_rubbish_to_the_first_start_is_not_heard(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    name = f"eimza-test-{uuid.uuid4().hex[:8]}"
    first = FirstStart(name)
    heard: list[str] = []
    first.came.connect(heard.append)
    from PySide6.QtNetwork import QLocalSocket

    rude = QLocalSocket()
    rude.connectToServer(name)
    rude.write(b"x" * 100_000)
    rude.flush()
    stage.until(lambda: rude.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert heard == []
    first.close()


def test_the_first_starts_socket_is_the_users_own(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    name = f"eimza-test-{uuid.uuid4().hex[:8]}"
    first = FirstStart(name)
    path = Path(first._server.fullServerName())
    assert path.stat().st_mode & 0o077 == 0
    assert path.stat().st_uid == os.getuid()
    first.close()
