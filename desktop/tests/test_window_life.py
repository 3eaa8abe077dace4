"""The window from its start to its end as a process, and over a long session."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk import CODE, NEW, OLD, Desk, card_memory
from PySide6.QtCore import QEvent, QTranslator
from stand_in_server import SMS_CODE
from window_stage import Stage, Wish, program

from anahtar_desktop.qt import drawings, steady
from anahtar_desktop.qt.app import application
from anahtar_desktop.qt.pages.code import CodePage
from anahtar_desktop.qt.pages.page import Page
from anahtar_desktop.qt.pages.start import StartPage
from anahtar_wire.messages import State

WHOLE = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer
from anahtar_desktop import cli
from anahtar_desktop.qt import app, single
single.place = lambda: "eimza-test-" + str(os.getpid())
real = app.application
def application(language):
    one = real(language)
    QTimer.singleShot(1500, one.closeAllWindows)
    return one
app.application = application
status = cli.main(["window", "--language", "tr"])
import builtins, gc
assert gc.isenabled() and gc.get_freeze_count() > 10_000
assert builtins.__import__ is builtins.__orig_import__
sys.exit(status)
"""


def test_the_program_opens_and_closes_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "eimza.toml"
    config.write_text('readers = "direct"\ncards = "cards"\nrehearsal = true\njournal = "state"\n', encoding="utf-8")
    monkeypatch.setenv("EIMZA_CONFIG", str(config))
    done = subprocess.run([sys.executable, "-c", WHOLE], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.replace("\n", "") == ""


SEEN = """
import enum, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
made, real = [], enum.EnumType._create_
def create(kind, *more, **named):
    made.append(named["class_name"] if "class_name" in named else more[0])  # by its name from Python 3.12 on
    return real(kind, *more, **named)
enum.EnumType._create_ = create
from anahtar_desktop import cli
from anahtar_desktop.qt.window import Window
def seen(window):
    print([name for name in made if name in {names}], [name for name in {modules} if name in sys.modules], flush=True)
    os._exit(0)
Window._begin_seen = seen
cli.main(["window"])
"""
OF_OTHERS = ("StandardPixmap", "InterfaceType", "SocketError", "StandardKey")
"""One each of QStyle, QAccessible, QtNetwork, QKeySequence: PySide6 makes all of a class with its first mention."""
NEEDLESS = (
    *("cryptography", "pydantic", "urllib.request", "tomllib", "dataclasses", "socket", "PySide6.QtNetwork"),
    *("anahtar_wire.problems", "anahtar_desktop.client", "anahtar_desktop.assistant", "anahtar_desktop.parsing"),
    *("anahtar_desktop.qt.pages.start", "anahtar_card.pinpad", "smartcard"),
)


def test_the_first_picture_loads_and_makes_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    around = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "EIMZA_CONFIG": ""}
    code = SEEN.replace("{names}", repr(OF_OTHERS)).replace("{modules}", repr(NEEDLESS))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=around)
    assert (done.returncode, done.stdout.strip()) == (0, "[] []"), done.stderr


def test_ten_unlocks_leave_nothing_behind_in_memory(tmp_path: Path) -> None:
    gc.collect()
    before = {one for one in gc.get_objects() if isinstance(one, Page)}  # other tests' pages
    desk = Desk(tmp_path)
    stage = Stage(desk)
    counts = []
    for number in range(10):
        desk.server.unlock.state = State.OPENED
        stage.start(Wish.UNLOCK)
        stage.code(CODE)
        stage.duties()
        stage.new_pin(NEW, NEW)
        stage.method()
        stage.confirm(SMS_CODE)
        stage.end()
        stage.press("Başa dön")
        stage.at(StartPage)
        stage.let_go()
        counts.append(len(program().allWidgets()))
        assert number < 2 or counts[-1] == counts[1], counts
        assert [type(one) for one in gc.get_objects() if isinstance(one, Page) and one not in before] == [StartPage]
    stage.close()


def test_the_same_drawing_is_the_same_picture_and_one_translator_is_held() -> None:
    app = program()
    mark = drawings.MARK.format(ink="#123456")
    assert drawings.pixmap(mark, 24).cacheKey() == drawings.pixmap(mark, 24).cacheKey()
    assert len({drawings.pixmap(mark, height).cacheKey() for height in (23, 24)}) == 2
    for language in ("tr", "en") * 5:
        application(language)
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(app.findChildren(QTranslator)) == 1


def test_many_pages_in_a_row_stay_well(tmp_path: Path) -> None:
    stage = Stage(Desk(tmp_path, card_memory(OLD, 3)))
    for _ in range(15):
        stage.start(Wish.UNLOCK)
        stage.at(CodePage).cancel()
        stage.end()
        stage.press("Başa dön")
    stage.at(StartPage)
    stage.close()


def test_losing_references_to_none_and_true_cannot_end_the_program() -> None:
    needed = steady.hold()
    if needed:
        assert sys.getrefcount(None) > steady.RESERVE // 2
        assert sys.getrefcount(True) > steady.RESERVE // 2
    assert steady.hold() is needed, "a second time changes nothing"
