"""The rehearsal's inbox: what was laid in comes out, and a line still being written is left for next time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from anahtar_wire.inbox import FILE, InboxMessage, append, read


def _message(text: str) -> InboxMessage:
    at = datetime(2025, 3, 14, 7, 30, tzinfo=UTC)
    return InboxMessage(at=at, channel="sms", sender="PROVA", to="+905000000067", text=text)


def test_an_inbox_that_nobody_wrote_to_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") == []


def test_messages_come_out_oldest_first(tmp_path: Path) -> None:
    sent = [_message("bir"), _message("iki"), _message("üç")]
    for message in sent:
        append(tmp_path / "inbox", message)
    assert read(tmp_path / "inbox") == sent


@pytest.mark.parametrize("text", ["iki\nsatır", "\r\n", "\u2028\u0085", '"{}\\', "ş" * 5000, ""])
def test_a_message_of_any_text_stays_one_message(tmp_path: Path, text: str) -> None:
    append(tmp_path, _message(text))
    append(tmp_path, _message("sonraki"))
    assert [message.text for message in read(tmp_path)] == [text, "sonraki"]


def test_a_last_line_half_written_is_left_for_next_time(tmp_path: Path) -> None:
    append(tmp_path, _message("bir"))
    append(tmp_path, _message("iki"))
    whole = (tmp_path / FILE).read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        (tmp_path / FILE).write_bytes(whole[:length])
        assert [message.text for message in read(tmp_path)] == ["bir"]
    (tmp_path / FILE).write_bytes(whole)
    assert [message.text for message in read(tmp_path)] == ["bir", "iki"]


def test_others_on_the_computer_cannot_read_the_inbox(tmp_path: Path) -> None:
    append(tmp_path / "inbox", _message("gizli"))
    assert (tmp_path / "inbox").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "inbox" / FILE).stat().st_mode & 0o777 == 0o600


def test_a_message_that_cannot_be_stored_is_not_lost_silently(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(OSError):
        append(tmp_path, _message("bir"))
