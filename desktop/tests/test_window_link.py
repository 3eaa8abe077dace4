"""A link from the portal, and the second start that brings it: it fills the code and never submits; what is hostile
does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import CODE, Desk
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from stand_in_server import refuse
from window_stage import Stage, Wish

from anahtar_desktop.links import LONGEST
from anahtar_desktop.qt.macos import LinkEvents
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.pins import NewPinPage
from anahtar_desktop.qt.pages.practice import PracticePage
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_desktop.qt.pages.viewer import ViewerPage
from anahtar_desktop.qt.single import FirstStart, hand_over
from anahtar_wire.problems import Problem

Open = Callable[..., Stage]
REFERENCE = "a1B2c3D4e5F6g7H8"
LINK = f"eimza://unlock?ref={REFERENCE}"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    stages: list[Stage] = []

    def open_window(desk: Desk | None = None, **more: object) -> Stage:
        desk = desk or Desk(tmp_path)
        desk.server.links.add(REFERENCE)
        stages.append(Stage(desk, **more))  # type: ignore[arg-type]
        return stages[-1]

    yield open_window
    for stage in stages:
        stage.close()


def filled(stage: Stage) -> CodePage:
    """Wait for the code's page with a code in it."""
    stage.until(lambda: isinstance(stage.window.page, CodePage) and not stage.window.page.is_empty, "a filled field")
    page = stage.window.page
    assert isinstance(page, CodePage)
    return page


def test_a_link_fills_the_code_and_submits_nothing(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    stage.window.take_link(LINK)
    page = filled(stage)
    assert page.field.text == CODE
    assert stage.desk.server.calls == ["code_of_link"]
    assert "İleri düğmesine basmadan gönderilmez" in stage.text()
    page.go_on()
    stage.duties()
    assert stage.desk.server.calls[:2] == ["code_of_link", "claim"]


def test_a_link_that_a_system_hands_over_as_an_event_is_taken_too(opened: Open) -> None:
    stage = opened()
    stage.at(StartPage)
    events = LinkEvents(stage.app, stage.window.take_link)
    try:
        stage.app.sendEvent(stage.app, QFileOpenEvent(QUrl(LINK)))
        assert filled(stage).field.text == CODE
    finally:
        stage.app.removeEventFilter(events)


def test_a_link_that_started_the_program_waits_for_the_first_page(opened: Open) -> None:
    stage = opened()
    stage.window.take_link(LINK)
    assert filled(stage).field.text == CODE


def test_a_link_fills_an_empty_field_that_is_open_already(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    page = stage.at(CodePage)
    stage.window.take_link(LINK)
    assert filled(stage) is page


def test_a_link_never_overwrites_what_was_typed(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    page = stage.at(CodePage)
    stage.type(page.field.line, "WXYZ")
    stage.window.take_link(LINK)
    assert page.field.text == "WXYZ"
    assert "Önce bu işlem bitsin" in stage.text()
    assert stage.desk.server.calls == [], "the link is still good"


def test_a_link_in_a_room_is_kept_until_the_first_page(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.VIEWER)
    page = stage.at(ViewerPage)
    stage.window.take_link(LINK)
    stage.until(lambda: "İlk sayfaya dönünce" in stage.text())
    assert stage.window.page is page
    stage.press("Başa dön")
    assert filled(stage).field.text == CODE


def test_a_link_in_the_midst_of_an_act_changes_nothing(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.UNLOCK)
    stage.code(CODE)
    stage.duties()
    page = stage.at(NewPinPage)
    stage.window.take_link(LINK)
    assert stage.window.page is page
    assert "Önce bu işlem bitsin" in stage.text()
    assert "code_of_link" not in stage.desk.server.calls


def test_a_link_does_nothing_in_practice(opened: Open) -> None:
    stage = opened()
    stage.start(Wish.PRACTICE)
    stage.at(PracticePage).answer(True)
    page = stage.at(CodePage)
    stage.window.take_link(LINK)
    assert page.is_empty
    assert stage.desk.server.calls == []


@pytest.mark.parametrize("problem", [Problem.LINK_SPENT, Problem.SERVER_GONE, Problem.SERVER_RUBBISH])
def test_a_link_that_cannot_be_traded_says_why_and_leaves_the_page(opened: Open, problem: Problem) -> None:
    stage = opened()
    page = stage.at(StartPage)
    stage.desk.server.before["code_of_link"] = refuse(problem)
    stage.window.take_link(LINK)
    stage.until(lambda: problem.value in stage.text(), "the reason")
    assert stage.window.page is page


def test_a_link_without_a_server_says_that_none_is_known(opened: Open) -> None:
    stage = opened(with_server=False)
    stage.at(StartPage)
    stage.window.take_link(LINK)
    assert "server" in stage.text()


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
