"""A reader with keys of its own, on a fake reader layer: the program notices it and says that the keyboard is used."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from desk import NEW, Desk, card_memory

from anahtar_card import pinpad
from anahtar_card.errors import CardGone
from anahtar_card.fault_reader import FaultReader
from anahtar_card.pinpad import has_pad
from anahtar_desktop.ending import Outcome
from anahtar_desktop.texts import Text

FEATURES = struct.pack(">BBI", pinpad.VERIFY_PIN_DIRECT, 4, 0x42000006)


class PadReader(FaultReader):
    """A reader whose connections answer what is asked of the reader itself; `said` is its list of features."""

    said: bytes | Exception = FEATURES

    def connect(self) -> Any:
        connection = super().connect()

        def control(code: int, data: bytes) -> bytes:
            assert (code, data) == (pinpad.GET_FEATURE_REQUEST, b""), "nothing is typed on the pad"
            if isinstance(self.said, Exception):
                raise self.said
            return self.said

        connection.control = control  # type: ignore[attr-defined]  # a virtual connection has none
        return connection


def desk_with_pad(folder: Path, said: bytes | Exception = FEATURES, **more: Any) -> Desk:
    desk = Desk(folder, **more)
    desk.reader.__class__ = PadReader
    desk.reader.said = said  # type: ignore[attr-defined]
    return desk


@pytest.mark.parametrize("act", ["unlock", "change"])
def test_the_program_says_that_the_keyboard_is_used_and_the_card_gets_its_pin(act: str, tmp_path: Path) -> None:
    desk = desk_with_pad(tmp_path, memory=card_memory(tries=0 if act == "unlock" else 3))
    assert getattr(desk.assistant, act)().outcome is Outcome.DONE
    assert desk.view.told.count(Text.PAD_KEYBOARD) == 1
    assert desk.has_pin(NEW)


@pytest.mark.parametrize("said", [b"", b"\x06\x04", b"\xff" * 6, b"\x12\x04\x42\x00\x00\x12", CardGone()])
def test_a_reader_without_a_pad_or_with_rubbish_for_an_answer_is_used_as_any_other(
    said: bytes | Exception, tmp_path: Path
) -> None:
    desk = desk_with_pad(tmp_path, said, memory=card_memory())
    assert desk.assistant.change().outcome is Outcome.DONE
    assert Text.PAD_KEYBOARD not in desk.view.told


def test_what_cannot_be_asked_has_no_pad() -> None:
    assert not has_pad(object())
