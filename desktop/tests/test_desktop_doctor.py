"""Sistem Kontrolü: every finding comes from its cause, has one fix in both languages, and tells no secret."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk import NEW, OLD, Desk, card_memory, reader_with

from anahtar_card.errors import CardError, CardGone, CardMute, CardShared, NoReaderService, UnknownCard
from anahtar_card.families.akis.virtual import AkisCard
from anahtar_card.pcsc import PcscFailed
from anahtar_card.reader import Reader
from anahtar_card.virtual_reader import VirtualReader, VirtualReaders
from anahtar_desktop import cli
from anahtar_desktop.check_report import as_json, as_text, in_words
from anahtar_desktop.computer import Computer
from anahtar_desktop.doctor import Finding, Grade, Patient, examine, is_well
from anahtar_desktop.doctor_texts import FOUND, Found, found
from anahtar_desktop.journal import FileJournal
from anahtar_wire.messages import Hello
from anahtar_wire.problems import Problem, Refusal

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Broken:
    """Readers, or a reader, that fail so."""

    name = "Okuyucu 1"

    def __init__(self, error: CardError) -> None:
        self.error = error

    def list(self) -> list[Reader]:
        raise self.error

    def connect(self) -> object:
        raise self.error


def hello(late: float = 0) -> Callable[[], Hello]:
    return lambda: Hello(name="Anahtar", release="0.1.0", time=NOW + timedelta(seconds=late), rehearsal=True)


def refuse(problem: Problem) -> Callable[[], Hello]:
    def ask() -> Hello:
        raise Refusal(problem)

    return ask


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """A Linux computer with nothing on it."""
    return Computer({}, "linux", tmp_path / "proc", tmp_path / "usb", own=7)


def program(computer: Computer, number: int, name: str, library: str = "/usr/lib/libpcsclite.so.1") -> None:
    folder = computer.proc / str(number)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")
    (folder / "maps").write_text(f"7f00-7f01 r-xp 0 08:01 1 {library}\n")


def usb_reader(computer: Computer) -> None:
    device = computer.usb / "1-2"
    device.mkdir(parents=True)
    (device / "product").write_text("ACR39U ICC Reader\n")
    (computer.usb / "1-2:1.0").mkdir()
    (computer.usb / "1-2:1.0" / "bInterfaceClass").write_text("0b\n")


def patient(tmp_path: Path, computer: Computer, **more: object) -> Patient:
    given: dict[str, object] = {
        "readers": VirtualReaders([reader_with(card_memory())]),
        "journal": FileJournal(tmp_path / "state"),
        "hello": hello(),
        "certificate_ends": lambda: NOW + timedelta(days=200),
        "computer": computer,
        "clock": lambda: NOW,
    }
    return Patient(**(given | more))  # type: ignore[arg-type]


def grades(findings: list[Finding]) -> dict[Found, Grade]:
    return {finding.what: finding.grade for finding in findings}


def test_a_computer_that_has_everything_is_well(tmp_path: Path, computer: Computer) -> None:
    findings = examine(patient(tmp_path, computer))
    assert set(grades(findings).values()) == {Grade.GOOD}
    assert is_well(findings)
    assert [finding.what for finding in findings] == [
        Found.PROGRAM,
        Found.SERVICE_RUNS,
        Found.READER_THERE,
        Found.CARD_AWAKE,
        Found.JOURNAL_WRITABLE,
        Found.SERVER_REACHED,
        Found.CERTIFICATE_GOOD,
        Found.CLOCK_RIGHT,
        Found.SESSION_LOCAL,
    ]


def missing_library() -> NoReaderService:
    error = NoReaderService("pyscard is not installed")
    error.__cause__ = ImportError("smartcard")
    return error


READERS: list[tuple[object, Found]] = [
    (Broken(NoReaderService()), Found.SERVICE_STOPPED),
    (Broken(missing_library()), Found.SERVICE_MISSING),
    (Broken(PcscFailed(0x8010006A)), Found.RIGHTS_MISSING),
    (VirtualReaders([]), Found.READER_NONE),
    (VirtualReaders([Broken(CardMute())]), Found.CARD_MUTE),  # type: ignore[list-item]
    (VirtualReaders([Broken(UnknownCard())]), Found.CARD_UNKNOWN),  # type: ignore[list-item]
    (VirtualReaders([Broken(CardShared())]), Found.CARD_SHARED),  # type: ignore[list-item]
    (VirtualReaders([Broken(CardGone())]), Found.CARD_FAILED),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("readers", "what"), READERS)
def test_each_trouble_of_readers_and_cards_has_its_finding(
    readers: object, what: Found, tmp_path: Path, computer: Computer
) -> None:
    findings = examine(patient(tmp_path, computer, readers=readers))
    assert grades(findings)[what] is Grade.BAD
    assert not is_well(findings)
    assert found(what, "tr", **{**_any_facts(what), **_facts(findings, what)})[1]


def _facts(findings: list[Finding], what: Found) -> dict[str, str | int]:
    return next(finding.facts for finding in findings if finding.what is what)


def _any_facts(what: Found) -> dict[str, str]:
    return {name: "x" for pair in FOUND[what] for text in pair for name in names_in(text)}


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_an_empty_reader_is_no_fault(tmp_path: Path, computer: Computer) -> None:
    findings = examine(patient(tmp_path, computer, readers=VirtualReaders([VirtualReader("Boş")])))
    assert grades(findings)[Found.CARD_NONE] is Grade.NOTE
    assert is_well(findings)


def test_a_service_that_is_not_installed_is_told_from_one_that_does_not_run(tmp_path: Path) -> None:
    there = tmp_path / "pcscd"
    missing = Computer({}, "linux", tmp_path, tmp_path, pcscd=there)
    assert "install pcscd" in missing.start_service
    there.touch()
    assert "systemctl" in missing.start_service
    assert "services.msc" in Computer({}, "win32", tmp_path, tmp_path).start_service


def test_a_reader_on_usb_that_the_service_does_not_know_lacks_its_driver(tmp_path: Path, computer: Computer) -> None:
    usb_reader(computer)
    findings = examine(patient(tmp_path, computer, readers=VirtualReaders([])))
    assert _facts(findings, Found.DRIVER_MISSING) == {"product": "ACR39U ICC Reader"}
    assert Found.READER_NONE not in grades(findings)


def test_the_program_that_shares_the_card_is_named(tmp_path: Path, computer: Computer) -> None:
    program(computer, 41, "scdaemon")
    program(computer, 42, "vim", "/usr/lib/libc.so.6")
    program(computer, 7, "eimza")
    readers = VirtualReaders([Broken(CardShared())])  # type: ignore[list-item]
    findings = examine(patient(tmp_path, computer, readers=readers))
    assert _facts(findings, Found.CARD_SHARED_BY)["programs"] == "scdaemon"
    assert grades(findings)[Found.SHARERS] is Grade.NOTE


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (Problem.SERVER_GONE, Found.SERVER_GONE),
        (Problem.SERVER_SLOW, Found.SERVER_SLOW),
        (Problem.SERVER_UNTRUSTED, Found.SERVER_UNTRUSTED),
        (Problem.SERVER_RUBBISH, Found.SERVER_RUBBISH),
        (Problem.UPDATE_NEEDED, Found.UPDATE_NEEDED),
        (Problem.INTERNAL, Found.SERVER_RUBBISH),
    ],
)
def test_each_trouble_with_the_server_has_its_finding(
    problem: Problem, what: Found, tmp_path: Path, computer: Computer
) -> None:
    findings = examine(patient(tmp_path, computer, hello=refuse(problem)))
    assert grades(findings)[what] is Grade.BAD
    assert Found.CLOCK_RIGHT not in grades(findings)


@pytest.mark.parametrize(
    ("late", "what"), [(80, Found.CLOCK_RIGHT), (-80, Found.CLOCK_RIGHT), (600, Found.CLOCK_WRONG)]
)
def test_the_clock_is_compared_with_the_servers(late: float, what: Found, tmp_path: Path, computer: Computer) -> None:
    findings = examine(patient(tmp_path, computer, hello=hello(late)))
    assert what in grades(findings)
    if what is Found.CLOCK_WRONG:
        assert _facts(findings, what) == {"seconds": 600}


def unreachable() -> datetime | None:
    raise OSError


@pytest.mark.parametrize(
    ("ends", "what"),
    [
        (lambda: NOW + timedelta(days=3), Found.CERTIFICATE_ENDS),
        (lambda: None, Found.CERTIFICATE_LOCAL),
        (unreachable, Found.CLOCK_RIGHT),
    ],
)
def test_the_servers_certificate_is_looked_at(
    ends: Callable[[], datetime | None], what: Found, tmp_path: Path, computer: Computer
) -> None:
    assert what in grades(examine(patient(tmp_path, computer, certificate_ends=ends)))


def test_without_a_server_or_a_place_for_the_journal_it_says_so(tmp_path: Path, computer: Computer) -> None:
    (tmp_path / "file").write_text("")
    journal = FileJournal(tmp_path / "file" / "below")
    findings = grades(examine(patient(tmp_path, computer, hello=None, journal=journal)))
    assert findings[Found.SERVER_UNNAMED] is Grade.NOTE
    assert findings[Found.JOURNAL_UNWRITABLE] is Grade.BAD


@pytest.mark.parametrize(
    "environment", [{"SSH_CONNECTION": "x"}, {"XRDP_SESSION": "1"}, {"SESSIONNAME": "RDP-Tcp#3"}, {"SSH_CLIENT": "x"}]
)
def test_a_remote_session_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    far = Computer(environment, "linux", tmp_path, tmp_path)
    assert Found.SESSION_REMOTE in grades(examine(patient(tmp_path, far)))


def test_every_finding_has_its_texts_in_both_languages_with_the_same_facts() -> None:
    assert set(FOUND) == set(Found)
    for what, (turkish, english) in FOUND.items():
        for one, other in zip(turkish, english, strict=True):
            assert names_in(one) == names_in(other), what
            assert bool(one) == bool(other), what
        assert turkish[0], what


def test_what_is_bad_always_has_a_fix() -> None:
    good = {Found.PROGRAM, Found.SERVICE_RUNS, Found.SERVICE_VIRTUAL, Found.READER_THERE, Found.CARD_AWAKE}
    good |= {Found.JOURNAL_WRITABLE, Found.SERVER_REACHED, Found.CERTIFICATE_GOOD, Found.CERTIFICATE_LOCAL}
    good |= {Found.CLOCK_RIGHT, Found.SESSION_LOCAL, Found.SHARERS}
    good |= {Found.AUTHORITY, Found.RELEASE_NEWEST, Found.RELEASE_NONE}
    assert {what for what in Found if not FOUND[what][0][1]} == good


def test_the_report_holds_no_secret_no_name_and_no_whole_serial(tmp_path: Path, computer: Computer) -> None:
    desk = Desk(tmp_path / "desk", card_memory(OLD, 2))
    desk.assistant.change()
    findings = examine(patient(tmp_path, computer, readers=desk.readers, journal=desk.journal))
    for text in (as_text(findings, "tr"), as_text(findings, "en"), as_json(findings), repr(findings)):
        for secret in (OLD, NEW, "303132333435363738393A3B", "Anahtar example card", str(Path.home())):
            assert secret not in text
        assert "3A3B" in text


def test_text_from_a_readers_name_cannot_steer_the_terminal(tmp_path: Path, computer: Computer) -> None:
    evil = VirtualReader("\x1b[2J\nevil", AkisCard.open(card_memory()))
    text = as_text(examine(patient(tmp_path, computer, readers=VirtualReaders([evil]))), "tr")
    assert "\x1b" not in text


def test_a_card_is_looked_at_without_a_try(tmp_path: Path, computer: Computer) -> None:
    memory = card_memory(OLD, 1)
    [line] = [
        one.said
        for one in in_words(examine(patient(tmp_path, computer, readers=VirtualReaders([reader_with(memory)]))), "en")
        if "3A3B" in one.said
    ]
    assert line.endswith("PIN active")
    assert memory.read("pin_tries") == 1


def test_the_command_prints_and_saves_and_says_by_its_status_whether_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "eimza.toml"
    config.write_text('readers = "direct"\ncards = "cards"\nrehearsal = true\njournal = "state"\n', encoding="utf-8")
    monkeypatch.setenv("EIMZA_CONFIG", str(config))
    assert cli.main(["--language", "en", "doctor", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert "reader-none" in [one["finding"] for one in document["findings"]]
    assert cli.main(["--language", "en", "doctor", "--report", str(tmp_path / "report.txt")]) == 1
    assert "No card reader was found." in (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert "→ Plug the reader" in capsys.readouterr().out
    assert cli.main(["doctor", "--report", str(tmp_path / "none" / "report.txt")]) == 1
    assert "kaydedilemedi" in capsys.readouterr().err
