"""Small rooms of the program: the card viewer, the watch on readers, links, registering, practice."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from desk import FOREIGN_ATR, NEW, OLD, Desk, card_memory, reader_with
from hypothesis import given
from hypothesis import strategies as st

from anahtar_card.errors import CardGone, NoReaderService
from anahtar_card.fault_reader import CUT_AFTER, Rubbish
from anahtar_card.reader import Reader
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop import command_line, register_linux, register_macos, register_windows, viewer
from anahtar_desktop.assistant import Assistant
from anahtar_desktop.ending import Outcome
from anahtar_desktop.links import ForeignLink, reference_in
from anahtar_desktop.practice import Practice
from anahtar_desktop.scripted import ScriptedView
from anahtar_desktop.watching import Watch, presence
from anahtar_wire.problems import Problem

SERIAL = "303132333435363738393A3B"


def test_the_viewer_reads_what_the_card_tells_anyone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(OLD, 2))
    facts = viewer.view(desk.readers, SERIAL)
    [certificate] = facts.certificates
    assert (certificate.holder.name, certificate.key, certificate.serial) == ("Anahtar example card", "EC P-384", "1")
    assert (facts.look.pin_tries, facts.look.puk_tries, desk.tries) == (2, 3, 2)
    assert viewer.view(Desk(tmp_path, atr=FOREIGN_ATR).readers, SERIAL).certificates == facts.certificates


def test_the_viewer_sends_nothing_that_could_change_a_card(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory())
    viewer.view(desk.readers, SERIAL)
    sent = {head[1] for head in desk.reader.log}
    assert sent <= {0xA4, 0xB0, 0xCA, 0x20}
    verifies = [head for head in desk.reader.log if head[1] == 0x20]
    assert len(verifies) == 1, "the question without data; it costs no try"
    assert desk.tries == 3


def test_a_certificate_that_is_rubbish_is_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), [(lambda head: head[:2] == b"\x00\xb0", Rubbish(b"\x90\x00"))])
    facts = viewer.view(desk.readers, SERIAL)
    assert (facts.look.serial, facts.certificates) == (SERIAL, ())


def test_a_card_that_leaves_while_it_is_viewed_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, card_memory(), [(7, CUT_AFTER)])
    with pytest.raises(CardGone):
        viewer.view(desk.readers, SERIAL)


@given(st.binary(max_size=400))
def test_bytes_that_are_no_certificate_are_none(rubbish: bytes) -> None:
    assert viewer.read(rubbish) is None


class Gone:
    """A reader service that went away."""

    def list(self) -> list[Reader]:
        raise NoReaderService


class Telling(VirtualReader):
    """A reader that tells whether a card is inside."""

    def has_card(self) -> bool:
        return self.card is not None


def test_presence_is_told_without_opening_a_card(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    telling = Telling("Okuyucu 2")
    desk.readers = VirtualReaders([desk.reader, telling])
    assert presence(desk.readers) == (("Okuyucu 1", True), ("Okuyucu 2", False))
    assert desk.reader.commands == 0
    assert presence(Gone()) is None


def test_a_card_that_comes_or_goes_is_noticed_once() -> None:
    telling = Telling("Okuyucu")
    came = threading.Event()
    count = []

    def changed() -> None:
        count.append(1)
        came.set()

    watch = Watch(VirtualReaders([telling]), changed, every=0.01)
    watch.begin()
    assert not came.wait(0.1)
    card = reader_with(card_memory()).card
    assert card is not None
    telling.insert(card)
    assert came.wait(5)
    watch.stop()
    assert count == [1]


def test_a_reference_is_taken_from_our_links_only() -> None:
    assert reference_in("eimza://unlock?ref=AbCd-EfGh_1234567") == "AbCd-EfGh_1234567"
    assert reference_in("eimza://unlock/?ref=AbCd-EfGh_1234567") == "AbCd-EfGh_1234567"


@given(st.text(max_size=300))
def test_any_other_text_is_foreign_and_can_be_shown(link: str) -> None:
    with pytest.raises(ForeignLink) as refused:
        reference_in(link)
    assert refused.value.shown.isprintable()
    assert len(refused.value.shown) <= 60


def test_registering_on_linux_writes_an_entry_that_the_desktops_tools_accept(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    assert register_linux.register(["/opt/e imza/eimza", "100%", 'a"b$'], environment) == "eimza.desktop"
    entry = tmp_path / ".local/share/applications/eimza.desktop"
    text = entry.read_text(encoding="utf-8")
    assert 'Exec="/opt/e imza/eimza" "100%%" "a\\\\"b\\\\$" open %u' in text
    assert "MimeType=x-scheme-handler/eimza;" in text
    tool = shutil.which("desktop-file-validate")
    if tool:
        assert subprocess.run([tool, entry], capture_output=True).returncode == 0
    listed = (tmp_path / ".config/mimeapps.list").read_text(encoding="utf-8")
    assert listed == "[Default Applications]\nx-scheme-handler/eimza=eimza.desktop\n"


def test_registering_twice_keeps_what_others_wrote(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    (tmp_path / "config").mkdir()
    listed = tmp_path / "config" / "mimeapps.list"
    listed.write_text("[Added Associations]\ntext/plain=a.desktop\n\n[Default Applications]\ntext/html=b.desktop\n")
    for _ in range(2):
        register_linux.register(["eimza"], environment)
    lines = listed.read_text(encoding="utf-8").splitlines()
    assert lines.count("x-scheme-handler/eimza=eimza.desktop") == 1
    assert lines[lines.index("[Default Applications]") + 1] == "x-scheme-handler/eimza=eimza.desktop"
    assert {"text/plain=a.desktop", "text/html=b.desktop"} <= set(lines)
    register_linux.unregister(environment)
    assert not (tmp_path / ".local/share/applications/eimza.desktop").exists()
    register_linux.unregister(environment)


def test_xdg_mime_is_asked_where_it_is(tmp_path: Path) -> None:
    tool = tmp_path / "xdg-mime"
    tool.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/said"\n')
    tool.chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:/bin:/usr/bin"}
    register_linux.register(["eimza"], environment)
    assert (tmp_path / "said").read_text() == "default eimza.desktop x-scheme-handler/eimza\n"
    tool.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(OSError, match="xdg-mime"):
        register_linux.register(["eimza"], environment)


def test_the_systems_own_tools_find_the_program_for_a_link_and_hand_it_over_whole(tmp_path: Path) -> None:
    program = tmp_path / "eimza"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > "{tmp_path}/started"\n')
    program.chmod(0o755)
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_DATA_DIRS": "/usr/share"}
    register_linux.register([str(program)], environment)
    asked = ["xdg-mime", "query", "default", "x-scheme-handler/eimza"]
    assert subprocess.run(asked, env=environment, capture_output=True, text=True).stdout == "eimza.desktop\n"
    link = "eimza://unlock?ref=a1B2c3D4e5F6g7H8"
    subprocess.run(["xdg-open", link], env={**environment, "DISPLAY": ":99"}, capture_output=True, timeout=20)
    assert (tmp_path / "started").read_text() == f"open|{link}|"
    register_linux.unregister(environment)
    asked_again = subprocess.run(asked, env=environment, capture_output=True, text=True)
    assert asked_again.stdout in ("", "eimza.desktop\n"), "what names the entry names nothing now"


def test_the_parts_for_other_systems_say_that_nobody_ran_them() -> None:
    for module in (register_windows, register_macos):
        assert "UNTESTED" in (module.__doc__ or "")
    assert register_macos.url_types()[0]["CFBundleURLSchemes"] == ["eimza"]
    assert plistlib.dumps({"CFBundleURLTypes": register_macos.url_types()})


def test_practice_ends_well_and_its_card_is_forgotten() -> None:
    practice = Practice()
    view = ScriptedView(code=practice.server.code.reveal(), new_pin=NEW, confirmation=lambda: practice.server.sms)
    ending = Assistant(view, practice.server, practice.readers, practice.journal).unlock()
    assert ending.outcome is Outcome.DONE
    assert practice.journal.open_entries() == []


def test_practice_refuses_as_the_real_one_does() -> None:
    practice = Practice()
    view = ScriptedView(code="ABCD-EFGH-JKLM", new_pin=NEW)
    ending = Assistant(view, practice.server, practice.readers, practice.journal).unlock()
    assert ending.outcome is Outcome.CANCELLED
    assert view.problem_codes[0] is Problem.CODE_WRONG


@pytest.mark.parametrize(
    ("environment", "system", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "w"}, "linux", True),
        ({}, "win32", True),
    ],
)
def test_a_window_opens_by_itself_only_where_there_is_a_screen(
    environment: dict[str, str], system: str, shown: bool
) -> None:
    assert command_line.can_show_window(environment, system) is shown
