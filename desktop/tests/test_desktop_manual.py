"""Man page and completion say what the program says, and the ones that are shipped are up to date."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest

from anahtar_desktop import manual
from anahtar_desktop.command_line import COMMANDS, LANGUAGES, plainly
from anahtar_desktop.parsing import parser
from anahtar_desktop.qt.screen import missing

SHARE = Path(__file__).parents[1] / "share"
SHIPPED = {"eimza.1": lambda: manual.man("en"), "eimza.tr.1": lambda: manual.man("tr"), "eimza.bash": manual.bash}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_what_the_parser_says(name: str) -> None:
    assert (SHARE / name).read_text(encoding="utf-8") == SHIPPED[name](), "make desktop/share anew (desktop/README.md)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_man_page_names_every_command_and_exit_status(language: str) -> None:
    page = manual.man(language)
    for name in COMMANDS:
        assert f".B {name}\n" in page
    assert "130" in page
    assert "\n.B \\-\\-json\n" in page
    tool = shutil.which("man")
    if tool:
        done = subprocess.run([tool, "--warnings", "-l", "-"], input=page, capture_output=True, text=True)
        assert done.stderr == ""


def complete(*words: str) -> set[str]:
    """What bash offers after these words, the last one unfinished."""
    line = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _eimza"
    program = f"{manual.bash()}\n{asked}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_languages() -> None:
    assert complete("eimza", "") >= set(COMMANDS)
    assert complete("eimza", "st") == {"status"}
    assert complete("eimza", "doctor", "--") == {"--json", "--report", "--language", "--help"}
    assert complete("eimza", "unlock", "--") == {"--language", "--help"}
    assert complete("eimza", "--language", "") == set(LANGUAGES)


def test_a_command_line_read_at_once_is_what_the_parser_makes_of_it() -> None:
    words = [*COMMANDS, "--json", "--remove", "--report", "--language", "tr", "--help", "123456", ""]
    lines = [line for count in range(4) for line in itertools.product(words, repeat=count)]
    read = [(line, options) for line in lines if (options := plainly(line)) is not None]
    whole = parser("tr")
    assert {line[0] if line else None for line, _ in read} == {None, *COMMANDS} - {"open"}
    assert all(vars(whole.parse_args(line)) == vars(options) for line, options in read)


def test_a_missing_screen_library_is_looked_for_on_x11_only() -> None:
    assert missing({"QT_QPA_PLATFORM": "offscreen"}, "linux") is None
    assert missing({"WAYLAND_DISPLAY": "wayland-0"}, "linux") is None
    assert missing({}, "win32") is None
    found = missing({"DISPLAY": ":0"}, "linux")
    assert found is None or ".so" in found
