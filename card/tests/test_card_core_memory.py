"""The memory of a virtual card changes as a whole or not at all, in the process and in the file."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card.errors import CardShared
from anahtar_card.virtual import Memory, PowerLost, RehearsalOnly, locked_file, tear

OLD = {"pin": b"\x31\x32", "tries": 3}


def test_values_are_read_as_they_were_written(tmp_path: Path) -> None:
    files = {"3F00": {"2F00": b"\x61\x00", "list": [1, None, True, "ğ", b""]}}
    Memory.open(tmp_path / "card", rehearsal=True).write(files=files, tries=3)
    again = Memory.open(tmp_path / "card", rehearsal=True)
    assert (again.read("files"), again.read("tries")) == (files, 3)
    assert "files" in again
    assert "puk" not in again
    with pytest.raises(KeyError):
        again.read("puk")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3).filter(lambda d: set(d) != {"hex"})
    ),
    max_leaves=8,
)


@given(values)
def test_every_value_that_is_taken_comes_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    path = tmp_path_factory.mktemp("memory") / "card"
    Memory.open(path, rehearsal=True).write(value=value)
    assert Memory.open(path, rehearsal=True).read("value") == value


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"hex": "00"}, object(), (1, 2)])
def test_a_value_that_could_not_come_back_is_refused_by_every_memory(value: object) -> None:
    memory = Memory(OLD)
    with pytest.raises(TypeError):
        memory.write(tries=2, odd=value)
    assert (memory.read("tries"), memory.writes) == (3, 0)


def test_what_is_read_or_given_is_no_way_into_the_memory() -> None:
    given_list = [1]
    memory = Memory()
    memory.write(log=given_list)
    given_list.append(2)
    memory.read("log").append(3)
    assert memory.read("log") == [1]


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(("when", "pin", "tries"), [("before", OLD["pin"], 3), ("after", b"\x39", 2)])
def test_a_torn_write_leaves_all_of_the_old_or_all_of_the_new(
    tmp_path: Path, stored: bool, when: str, pin: bytes, tries: int
) -> None:
    memory = Memory.open(tmp_path / "card", rehearsal=True) if stored else Memory()
    memory.write(**OLD)
    memory.on_write = tear(when)
    with pytest.raises(PowerLost):
        memory.write(pin=b"\x39", tries=2)
    for seen in [memory, Memory.open(tmp_path / "card", rehearsal=True)] if stored else [memory]:
        assert (seen.read("pin"), seen.read("tries")) == (pin, tries)


def test_a_tear_comes_once_and_at_the_write_it_was_planned_for() -> None:
    memory = Memory(on_write=tear("before", write=2))
    memory.write(a=1)
    with pytest.raises(PowerLost):
        memory.write(a=2)
    memory.write(a=3)
    assert (memory.read("a"), memory.writes) == (3, 2)


def test_a_file_that_cannot_be_written_leaves_the_old_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory.open(tmp_path / "card", rehearsal=True)
    memory.write(**OLD)

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        memory.write(tries=2)
    assert memory.read("tries") == 3
    assert Memory.open(tmp_path / "card", rehearsal=True).read("tries") == 3


def test_a_stored_card_opens_for_rehearsal_only(tmp_path: Path) -> None:
    with pytest.raises(RehearsalOnly):
        Memory.open(tmp_path / "card", rehearsal=False)


def test_a_stored_card_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "card"
    path.touch(mode=0o644)
    path.write_text("{}")
    Memory.open(path, rehearsal=True).write(**OLD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["card"]


@pytest.mark.parametrize("text", ["", "[]", '{"hex": "00"}', "{", '{"pin": {"hex": "0"}}'])
def test_a_file_that_is_no_memory_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "card").write_text(text)
    with pytest.raises(ValueError):
        Memory.open(tmp_path / "card", rehearsal=True)


def test_a_stored_card_is_held_by_one_at_a_time_and_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "card"
    with locked_file(path), pytest.raises(CardShared), locked_file(path):
        pass
    with locked_file(path):
        Memory.open(path, rehearsal=True).write(tries=1)
        with pytest.raises(CardShared), locked_file(path):  # the write put a new file in place: the lock still holds
            pass
    with locked_file(path):
        pass


def test_a_stored_card_is_held_against_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "card"
    attempt = f"from anahtar_card.virtual import locked_file\nwith locked_file({str(path)!r}): pass"
    with locked_file(path):
        refused = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True, check=False)
    assert "CardShared" in refused.stderr
    subprocess.run([sys.executable, "-c", attempt], check=True)
