"""PINs and codes are planted and searched for: in logs at every level, on the terminal, in what is thrown."""

from __future__ import annotations

import getpass
import io
import logging
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk import CODE, NEW, OLD, Desk, card_memory
from stand_in_server import SMS_CODE, WEB_PASSWORD

from anahtar_card.fault_reader import CUT_AFTER, CUT_BEFORE
from anahtar_card.pin import Pin
from anahtar_desktop.ports import Seen
from anahtar_desktop.terminal import TerminalView
from anahtar_wire.messages import ConfirmationAnswer, ConfirmationRequested, Method
from anahtar_wire.problems import Problem

SECRETS = (NEW, OLD, CODE, CODE.replace("-", ""), "EFGHJKLM", SMS_CODE, WEB_PASSWORD)


def assert_clean(text: str) -> None:
    for secret in SECRETS:
        for form in (secret, secret.encode().hex(), secret.encode().hex().upper()):
            assert form not in text


@pytest.mark.parametrize("act", ["unlock", "change"])
def test_no_log_at_any_level_holds_a_secret(act: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for number in range(1, 30):
        for cut in (CUT_BEFORE, CUT_AFTER):
            desk = Desk(tmp_path / f"{number}{cut}", card_memory(OLD, 0 if act == "unlock" else 3), [(number, cut)])
            desk.view.insert = lambda: True
            getattr(desk.assistant, act)()
    assert caplog.records, "something is logged, so the search means something"
    assert_clean(caplog.text)


def test_nothing_that_the_view_was_shown_holds_a_secret(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script={"codes": ["4071 8263"], "entries": [(NEW, OLD)]})
    desk.assistant.unlock()
    shown = repr([desk.view.problems, desk.view.texts, desk.view.cards, desk.view.methods, desk.view.asked])
    assert_clean(shown)
    assert_clean(repr(desk.view))


def test_an_error_from_deep_below_carries_no_secret(tmp_path: Path) -> None:
    caught: list[str] = []
    desk = Desk(tmp_path)

    def fall() -> None:
        try:
            ConfirmationAnswer.of(
                SMS_CODE * 99, method=Method.SMS, unlock="d0" * 16, program_key=bytes(65), to=bytes(32)
            )
        except ValueError as error:
            caught.append("".join(traceback.format_exception(error)))
            raise

    desk.server.before["grant"] = fall
    ending = desk.assistant.unlock()
    assert ending.problem is Problem.INTERNAL
    assert_clean(repr(ending) + "".join(caught))


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> TerminalView:
    monkeypatch.setattr(getpass, "getpass", lambda question: "48291\udcff６")
    return TerminalView("tr", io.StringIO(), io.StringIO())


def test_what_a_keyboard_cannot_mean_becomes_no_pin_and_no_error(view: TerminalView) -> None:
    assert view.ask_pin(Seen("r")) == Pin("48291??")


def test_text_from_outside_cannot_steer_the_terminal(view: TerminalView) -> None:
    view.problem(Problem.CARD_OTHER, serial="\x1b[2J\x07evil\r\n", code="\x1b]0;x\x07")
    assert isinstance(view._errors, io.StringIO)
    assert "\x1b" not in view._errors.getvalue()
    assert len(view._errors.getvalue().splitlines()) == 4


def test_a_web_password_is_asked_without_echo(view: TerminalView) -> None:
    asked = ConfirmationRequested(
        method=Method.WEB, to=None, expires_at=datetime.now(UTC) + timedelta(minutes=3), tries_left=5
    )
    assert view.ask_confirmation(asked) == "48291\udcff６"
