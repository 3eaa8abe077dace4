"""The journal: on disk before the command, without secrets, and proof against power cuts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from desk import NEW, OLD, Desk, card_memory

from anahtar_card.family import PinState
from anahtar_card.fault_reader import CUT_BEFORE
from anahtar_card.record import replace
from anahtar_desktop.ending import Outcome
from anahtar_desktop.journal import FILE, FileJournal, default_folder
from anahtar_desktop.ports import Act, ActivePin, Entry
from anahtar_wire.messages import State
from anahtar_wire.problems import Problem, Refusal

ENTRY = Entry("aa", Act.UNLOCK, "3A3B3C3D", PinState.LOCKED, 0, "2025-03-04T10:00:00+00:00", "cc", "https://s.invalid")


def test_an_entry_stays_open_until_it_is_settled(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "new" / "folder")
    journal.about_to(ENTRY)
    journal.about_to(replace(ENTRY, name="bb", act=Act.CHANGE, unlock=None, server=None))
    journal.learned(ENTRY, ActivePin.NEW)
    assert [entry.name for entry in journal.open_entries()] == ["aa", "bb"]
    assert journal.open_entries()[0] == replace(ENTRY, learned=ActivePin.NEW)
    journal.settled(ENTRY, "new")
    assert [entry.name for entry in journal.open_entries()] == ["bb"]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    FileJournal(tmp_path / "state").about_to(ENTRY)
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_half_written_line_is_survived_and_what_follows_is_not_lost(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.about_to(ENTRY)
    whole = (tmp_path / FILE).read_bytes()
    for end in range(len(whole)):
        (tmp_path / FILE).write_bytes(whole[:end])
        journal.about_to(replace(ENTRY, name="bb"))
        assert journal.open_entries()[-1].name == "bb"


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[]",
        b'"about-to"',
        b'{"about-to":{}}',
        b'{"about-to":{"name":1}}',
        b'{"settled":"zz"}',
        b"{" * 9999,
    ],
)
def test_a_strange_line_is_passed_over(line: bytes, tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.about_to(ENTRY)
    with (tmp_path / FILE).open("ab") as file:
        file.write(line + b"\n")
    assert journal.open_entries() == [ENTRY]


@pytest.mark.parametrize("act", ["unlock", "change"])
def test_without_a_journal_no_command_that_changes_a_card_is_sent(act: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder can be here")
    desk = Desk(tmp_path / "file" / "folder", card_memory())
    ending = getattr(desk.assistant, act)()
    assert (ending.outcome, ending.problem) == (Outcome.REFUSED, Problem.JOURNAL_UNWRITABLE)
    assert (desk.reader.commands, desk.server.calls) == (0, [])


@pytest.mark.parametrize("act", ["unlock", "change"])
def test_a_disk_that_fills_up_meanwhile_leaves_the_card_as_it_was(act: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 0 if act == "unlock" else 3))

    def full(entry: Entry) -> None:
        raise Refusal(Problem.JOURNAL_UNWRITABLE)

    desk.journal.about_to = full  # type: ignore[method-assign]
    ending = getattr(desk.assistant, act)()
    assert (ending.problem, ending.pin) == (Problem.JOURNAL_UNWRITABLE, ActivePin.OLD)
    assert desk.has_pin(OLD)
    assert not any(head[1] in (0x2C, 0x24) for head in desk.reader.log)
    if act == "unlock":
        assert desk.server.unlock.state is State.NOT_DONE


def test_the_entry_is_on_disk_before_the_command_leaves(tmp_path: Path) -> None:
    seen: list[int] = []

    def look_at_disk(head: bytes) -> bool:
        if head[1] == 0x2C:
            seen.append(len(FileJournal(tmp_path).open_entries()))
        return False

    desk = Desk(tmp_path, plan=[(look_at_disk, CUT_BEFORE)])
    assert desk.assistant.unlock().outcome is Outcome.DONE
    assert seen == [1]


def test_file_and_folder_are_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[bool] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (flushed.append(os.path.isdir(f"/proc/self/fd/{handle}")), real(handle))
    )
    FileJournal(tmp_path).about_to(ENTRY)
    assert flushed == [False, True]


def test_no_pin_and_no_code_is_in_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.assistant.unlock()
    content = (tmp_path / FILE).read_text()
    assert "about-to" in content
    for secret in (NEW, OLD, "ABCD", "40718263", NEW.encode().hex()):
        assert secret not in content


def test_its_place_is_the_users_state_folder(tmp_path: Path) -> None:
    assert default_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/eimza")
    assert default_folder({"XDG_STATE_HOME": "not/absolute"}) == Path.home() / ".local" / "state" / "eimza"
    assert default_folder({"LOCALAPPDATA": "/l"}, "nt") == Path("/l/eimza")
