"""The command `eimza`, as the shell and a person at a terminal meet it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from desk import NEW, OLD, OTHER_SERIAL, key

from anahtar_card.card_service import CardService
from anahtar_card.families.akis.example import example_card
from anahtar_card.virtual import Memory
from anahtar_card.vpcd import VpcdBridge
from anahtar_desktop import cli

NEEDLESS = (
    *("argparse", "dataclasses", "datetime", "hashlib", "inspect", "locale", "logging", "socket", "threading"),
    *("cryptography", "pydantic", "ssl", "tomllib", "importlib.resources", "smartcard", "anahtar_desktop.settling"),
)
"""What a look at the cards does not load: each costs more than the card's part of it."""
NOTICED = 1.5
"""Seconds in which pcscd has seen a card."""
HEAVY = (
    *("cryptography", "pydantic", "ssl", "smartcard", "anahtar_card", "anahtar_wire", "json", "tomllib", "getpass"),
    *("shutil", "lzma"),  # argparse's own way to a terminal's width
)


@pytest.fixture
def rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings for direct readers, and `cards` in it."""
    (tmp_path / "cards").mkdir()
    config = tmp_path / "eimza.toml"
    config.write_text(
        f'server = "http://127.0.0.1:9"\nsealing_key = "{"5e" * 32}"\n'
        'readers = "direct"\ncards = "cards"\nrehearsal = true\njournal = "state"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("EIMZA_CONFIG", str(config))
    return tmp_path


def put_card(folder: Path, name: str = "nes", pin: str | None = OLD, tries: int = 3, **more: bytes) -> Path:
    path = folder / "cards" / f"{name}.card"
    example_card(Memory.open(path, rehearsal=True), key=key(), pin=pin, pin_tries=tries, **more)
    return path


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["unlock", "--help"], []])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom anahtar_desktop.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_is_as_wide_as_the_terminal_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from anahtar_desktop.parsing import parser

    helps = {}
    for columns in ("60", "100", "0", "rubbish"):
        monkeypatch.setenv("COLUMNS", columns)
        helps[columns] = parser("tr").format_help()
    assert helps["60"].count("\n") > helps["0"].count("\n") >= helps["100"].count("\n")
    assert helps["0"] == helps["rubbish"]


def test_looking_at_cards_needs_neither_tls_nor_pydantic(rehearsal: Path) -> None:
    put_card(rehearsal)
    program = (
        "import sys\nfrom anahtar_desktop.cli import main\nmain(['status'])\n"
        "print([name for name in ('pydantic', 'ssl', 'urllib.request') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_look_through_pcsc_loads_little_and_starts_nothing_that_only_an_act_needs(tmp_path: Path) -> None:
    """One card in real PC/SC, one reader without: the whole way of `eimza status`."""
    program = (
        "import sys\nfrom anahtar_desktop.cli import main\nstatus = main(['status'])\n"
        f"print(status, [name for name in {NEEDLESS} if name in sys.modules])"
    )
    with CardService(tmp_path / "pcsc") as service:
        card = example_card(Memory(), key=key(), pin=OLD)
        with VpcdBridge(card, service.ports[0]):
            time.sleep(NOTICED)
            around = {**os.environ, **service.environment, "HOME": str(tmp_path)}
            done = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=around
            )
    shown = done.stdout.splitlines()
    assert "kalan deneme hakkı: 3" in shown[0]
    assert "Okuyucuda kart yok" in shown[1]
    assert shown[-1] == "0 []"


def test_help_says_the_exit_codes_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for language, word in (("tr", "Çıkış kodları"), ("en", "Exit status")):
        with pytest.raises(SystemExit) as left:
            cli.main(["--language", language, "--help"])
        assert left.value.code == 0
        out = capsys.readouterr().out
        assert word in out
        assert language == "en" or not {"usage", "options", "show"} & set(out.replace(":", " ").split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["unlock", "ABCD-EFGH-JKLM"],
        ["unlock", "--code", "ABCD-EFGH-JKLM"],
        ["unlock", "--code=ABCD-EFGH-JKLM"],
        ["change", "482916"],
        ["change", "--pin", "482916"],
        ["482916"],
        ["--pin=482916", "status"],
        ["status", "--json=482916"],
        ["--language", "482916", "status"],
    ],
)
@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_pin_or_code_on_the_command_line_is_refused_and_not_repeated(
    arguments: list[str], language: str, capsys: pytest.CaptureFixture[str], rehearsal: Path
) -> None:
    put_card(rehearsal)
    with pytest.raises(SystemExit) as left:
        cli.main([*arguments, "--language", language])
    out, err = capsys.readouterr()
    assert left.value.code == 2
    assert "PIN" in err
    assert len(err.splitlines()) <= 4
    for secret in ("482916", "ABCD", "JKLM"):
        assert secret not in out + err
    assert not (rehearsal / "state").exists()


def test_status_says_each_reader_with_its_card(capsys: pytest.CaptureFixture[str], rehearsal: Path) -> None:
    put_card(rehearsal, "1-nes", OLD, 2)
    put_card(rehearsal, "2-seal", None, 0, serial=OTHER_SERIAL)
    (rehearsal / "cards" / "3-mute.card").write_text("{}")
    assert cli.main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("PROVA")
    whose, state = lines[1].split(" (akis). ")
    assert whose == "PROVA 1-nes: Anahtar example card · kart …3A3B"
    assert state == "PIN etkin, kalan deneme hakkı: 2 · PUK kalan deneme hakkı: 3"
    assert "PIN henüz oluşturulmadı" in lines[2]
    assert lines[3].startswith("PROVA 3-mute: ")


def test_status_for_machines_is_json_alone(capsys: pytest.CaptureFixture[str], rehearsal: Path) -> None:
    put_card(rehearsal, "nes", OLD, 0)
    assert cli.main(["status", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "version": 1,
        "problem": None,
        "readers": [
            {
                "reader": "PROVA nes",
                "problem": None,
                "card": {
                    "serial": "…3A3B",
                    "family": "akis",
                    "can_unlock": True,
                    "pin": "locked",
                    "pin_tries": 0,
                    "puk_tries": 3,
                    "holder": "Anahtar example card",
                },
            }
        ],
        "open": [],
    }


def test_no_reader_is_a_problem_in_at_most_four_lines(capsys: pytest.CaptureFixture[str], rehearsal: Path) -> None:
    assert cli.main(["--language", "en", "status"]) == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 4
    assert err[-1] == "Code: no-reader"
    assert cli.main(["status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problem"] == "no-reader"


def test_no_reader_service_is_another_problem(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("EIMZA_CONFIG", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    program = "import sys\nfrom anahtar_desktop.cli import main\nsys.exit(main(['status']))"
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Kod: no-reader-service"


def test_an_unlock_without_a_server_in_the_settings_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EIMZA_CONFIG", raising=False)
    assert cli.main(["unlock"]) == 2
    assert "server" in capsys.readouterr().err


def test_wrong_settings_are_named(capsys: pytest.CaptureFixture[str], rehearsal: Path) -> None:
    (rehearsal / "eimza.toml").write_text("rehearsal = 7")
    assert cli.main(["status"]) == 2
    assert "rehearsal" in capsys.readouterr().err


class Terminal:
    """`eimza` in a terminal of its own; `screen` is all that it wrote there."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self._handle = pty.fork()
        if self.pid == 0:  # pragma: no cover
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started the tests may have it ignored
            os.execv(sys.executable, [sys.executable, "-m", "anahtar_desktop.cli", *arguments])
        self.screen = ""

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 10
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            if select.select([self._handle], [], [], 0.1)[0]:
                self._read()

    def type(self, question: str, line: str) -> None:
        self.wait_for(question)
        time.sleep(0.05)  # getpass turns the echo off after it wrote the question
        os.write(self._handle, line.encode() + b"\n")

    def end(self) -> int:
        deadline = time.monotonic() + 10
        while not select.select([self._handle], [], [], 0.1)[0] or self._read():
            assert time.monotonic() < deadline, self.screen
        _, status = os.waitpid(self.pid, 0)
        os.close(self._handle)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        try:
            data = os.read(self._handle, 65536)
        except OSError:  # Linux says EIO when the other side is gone
            return False
        self.screen += data.decode(errors="replace")
        return bool(data)


def test_a_pin_is_changed_at_a_terminal_and_never_shown_there(rehearsal: Path) -> None:
    path = put_card(rehearsal)
    terminal = Terminal("change")
    terminal.type("PIN Kodu: ", OLD)
    terminal.type("Yeni PIN Kodu: ", NEW)
    terminal.type("Yeni PIN Kodu (Tekrar): ", NEW)
    assert terminal.end() == 0
    assert "PIN Kodunuz başarılı bir şekilde değiştirilmiştir." in terminal.screen
    assert OLD not in terminal.screen
    assert NEW not in terminal.screen
    from anahtar_card.families.akis.secrets_held import pin_of

    assert pin_of(Memory.open(path, rehearsal=True)).matches(NEW.encode())


def test_ctrl_c_at_a_question_stops_safely_and_says_what_is_left_behind(rehearsal: Path) -> None:
    put_card(rehearsal)
    terminal = Terminal("change", "--language", "en")
    terminal.wait_for("PIN Kodu (PIN): ")
    time.sleep(0.05)
    os.kill(terminal.pid, signal.SIGINT)
    assert terminal.end() == 130
    assert "Nothing is left behind" in terminal.screen
    assert "Traceback" not in terminal.screen


def test_the_end_of_input_stops_too(rehearsal: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "anahtar_desktop.cli", "unlock"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 130
    assert "cancelled" in done.stderr


def test_a_server_that_is_not_there_is_said_and_nothing_is_lost(rehearsal: Path) -> None:
    path = put_card(rehearsal)
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "anahtar_desktop.cli", "unlock"],
        input="ABCD-EFGH-JKLM\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Kod: server-gone"
    assert len(done.stderr.splitlines()) == 4
    assert path.read_bytes() == before
