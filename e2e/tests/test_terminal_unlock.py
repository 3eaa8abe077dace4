"""The program against the real server, as people use it: typed at a terminal, and in the window on every reader."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from anahtar_story import holder
from anahtar_story.desk import desk
from anahtar_story.guide import Guide, fresh_pin
from anahtar_story.record import Chapter
from anahtar_story.stage import Stage
from anahtar_story.window import open_window

from anahtar_desktop import card_status
from anahtar_desktop.card_status import Life, Status
from anahtar_desktop.qt.single import hand_over

ROOT = Path(__file__).parents[2]
FIRST_PORT = 18800
PATIENCE = 30.0
PAGES = ["StartPage", "CodePage", "DutiesPage", "NewPinPage", "MethodPage", "ConfirmationPage", "EndPage"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("stage"), readers="direct", seed=7, first_port=FIRST_PORT) as stage:
        yield stage


def code_from_portal(stage: Stage, guide: Guide, serial: str) -> str:
    """Sign in as the NES card's holder, open an unlock, and return its code."""
    chapter = Chapter("a code")
    browser = guide.sign_in(chapter, stage.people[0], "NES PIN Oluşturma/Değiştirme", "NES İşlemleri")
    return guide.open_unlock(chapter, browser, serial)[0]


def link_from_portal(stage: Stage, guide: Guide, serial: str) -> str:
    """The same, and press Programda Aç: return the link that stands on the page then."""
    chapter = Chapter("a link")
    browser = guide.sign_in(chapter, stage.people[0], "NES PIN Oluşturma/Değiştirme", "NES İşlemleri")
    guide.open_unlock(chapter, browser, serial)
    browser.press("Programda Aç")
    return str(browser.element("#ac")["href"])


@pytest.fixture(scope="module")
def wayland() -> Iterator[dict[str, str]]:
    """A Wayland screen of our own, without a monitor and without a keyboard: where it is."""
    with tempfile.TemporaryDirectory(prefix="anahtar-", dir="/tmp") as place:
        around = {"XDG_RUNTIME_DIR": place, "WAYLAND_DISPLAY": "anahtar"}
        command = ["weston", "--backend=headless-backend.so", "--socket=anahtar", "--idle-time=0"]
        screen = subprocess.Popen(
            command, env={**os.environ, **around}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not (Path(place) / "anahtar").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            yield around
        finally:
            screen.terminate()
            screen.wait()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A screen of our own: X11 without a monitor, which picks a number that is free."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", "-screen", "0", "1366x1024x24"]
    screen = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as said:
        number = said.readline().strip()
    try:
        yield f":{number}"
    finally:
        screen.terminate()
        screen.wait()


class Terminal:
    """A person at a terminal: waits for a question and types; nothing is given on the command line."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.screen = ""
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            command = [sys.executable, "-m", "anahtar_desktop.cli", *arguments]
            os.execve(command[0], command, environment)

    def type(self, question: str, answer: str) -> None:
        """Wait until the screen ends with the question, then answer it."""
        deadline = time.monotonic() + PATIENCE
        while not self.screen.endswith(question):
            assert time.monotonic() < deadline, self.screen
            self._listen(deadline)
        self.screen += "‖"
        time.sleep(0.05)  # the echo is turned off right after a secret's question
        os.write(self._handle, (answer + "\n").encode())

    def end(self) -> int:
        """Wait for the end and return the exit status."""
        with contextlib.suppress(OSError):
            while True:
                self._listen(time.monotonic() + PATIENCE)
        _, status = os.waitpid(self.pid, 0)
        os.close(self._handle)
        return os.waitstatus_to_exitcode(status)

    def _listen(self, deadline: float) -> None:
        ready, _, _ = select.select([self._handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(self.screen)
        data = os.read(self._handle, 4096)
        if not data:
            raise OSError
        self.screen += data.decode("utf-8", "replace").replace("\r\n", "\n")


def test_a_locked_card_gets_its_new_pin_at_a_terminal(stage: Stage) -> None:
    with desk("direct", stage.folder) as readers:
        guide = Guide(stage, readers)
        reader = holder.reader_with(readers, 2048)
        for wrong in ("135790", "246801", "975312"):
            holder.verify(reader, wrong)
        code = code_from_portal(stage, guide, holder.look(reader).serial)
        new_pin, sms = fresh_pin(), guide.sms_code(stage.people[0])
        terminal = Terminal(
            {**os.environ, "EIMZA_CONFIG": str(stage.folder / "eimza.toml"), "LANG": "C.UTF-8"}, "unlock"
        )
        terminal.type("Doğrulama kodu (ABCD-EFGH-JKLM): ", f" {code.lower()} ")
        terminal.type("(evet için E, vazgeçmek için H): ", "E")
        terminal.type("Yeni PIN Kodu: ", new_pin)
        terminal.type("Yeni PIN Kodu (Tekrar): ", new_pin)
        terminal.type("Numarasını yazın: ", "1")
        terminal.type("SMS onay kodu: ", sms())
        assert terminal.end() == 0
        assert "PROVA" in terminal.screen
        assert terminal.screen.rstrip().endswith("PIN Kodunuz başarılı bir şekilde değiştirilmiştir.")
        assert new_pin not in terminal.screen
        assert holder.verify(reader, new_pin) == "right"


@pytest.mark.parametrize(
    ("kind", "platform", "brings"),
    [("direct", "offscreen", "code"), ("pcsc", "xcb", "code"), ("pcsc", "wayland", "link")],
)
def test_a_locked_card_gets_its_new_pin_in_the_window(
    stage: Stage, kind: str, platform: str, brings: str, display: str, wayland: dict[str, str]
) -> None:
    with desk("direct", stage.folder) as readers:
        guide = Guide(stage, readers)
        reader = holder.reader_with(readers, 2048)
        for wrong in ("135790", "246801", "975312"):
            holder.verify(reader, wrong)
        way = {"code": code_from_portal, "link": link_from_portal}[brings]
        brought = way(stage, guide, holder.look(reader).serial)
    new_pin = fresh_pin()
    given = {brings: brought, "pin": new_pin, "mobile": stage.people[0]["mobile"], "reader": kind}
    given |= {"folder": str(stage.folder), "inbox": str(stage.inbox)}
    walk = subprocess.run(
        [sys.executable, ROOT / "desktop" / "tests" / "window_walk.py"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=90,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'desktop' / 'tests'}:{ROOT / 'e2e'}",
            "ANAHTAR_TEST_SCREEN": platform,
            "DISPLAY": display,
            **wayland,
        },
    )
    assert walk.returncode == 0, walk.stdout + walk.stderr
    told = json.loads(walk.stdout.splitlines()[-1])
    assert "PIN Kodunuz başarılı bir şekilde değiştirilmiştir." in told["shown"]
    assert "PROVA" in told["shown"]
    assert told["pages"] == [
        "StartPage",
        "CodePage",
        "DutiesPage",
        "NewPinPage",
        "MethodPage",
        "ConfirmationPage",
        "EndPage",
    ]
    with desk("direct", stage.folder) as readers:
        assert holder.verify(holder.reader_with(readers, 2048), new_pin) == "right"


def test_the_card_viewer_learns_from_the_status_service_that_a_certificate_is_in_use(stage: Stage) -> None:
    with desk("direct", stage.folder) as readers:
        raw = holder.ask_card(holder.reader_with(readers, 2048), lambda driver: driver.certificate())
    deadline = time.monotonic() + PATIENCE
    while (status := card_status.ask(raw)).life is not Life.GOOD and time.monotonic() < deadline:
        time.sleep(0.5)  # the worker publishes what is due
    assert status == Status(Life.GOOD)


def test_the_demos_window_opens_on_its_cards_and_a_second_start_finds_it(
    stage: Stage, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="anahtar-", dir="/tmp") as place:
        monkeypatch.setenv("TMPDIR", place)  # windows of one user find each other there
        a_window_opens_and_a_second_start_finds_it(stage, display)


def a_window_opens_and_a_second_start_finds_it(stage: Stage, display: str) -> None:
    screen = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}
    first = open_window(stage.folder, screen=screen)
    try:
        deadline = time.monotonic() + PATIENCE
        while not hand_over(None) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert first.poll() is None
        assert open_window(stage.folder, screen=screen).wait(PATIENCE) == 0
        assert first.poll() is None
    finally:
        first.terminate()
        first.wait()
