"""The command line of `eimza` as data and as a parser; help, man page and completion are made from the same."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from anahtar_desktop import RELEASE
from anahtar_desktop.texts import Text, say

EXIT_USAGE = 2
LANGUAGES = ("tr", "en")
COMMANDS = {
    "window": Text.HELP_WINDOW,
    "unlock": Text.HELP_UNLOCK,
    "change": Text.HELP_CHANGE,
    "status": Text.HELP_STATUS,
    "doctor": Text.HELP_DOCTOR,
    "register": Text.HELP_REGISTER,
    "open": Text.HELP_OPEN,
}
FLAGS: dict[str, dict[str, Text]] = {
    "status": {"--json": Text.HELP_JSON},
    "doctor": {"--json": Text.HELP_JSON},
    "register": {"--remove": Text.HELP_REMOVE},
}
FILES: dict[str, dict[str, Text]] = {"doctor": {"--report": Text.HELP_REPORT}}


class Usage(argparse.ArgumentParser):
    """Refuses what it does not know without repeating it, for it may be a PIN or a code."""

    language = "tr"

    def error(self, message: str) -> NoReturn:
        """Explain and leave; `message` is not shown, because argparse puts the values into it."""
        print(say(Text.USAGE_SECRET, self.language), file=sys.stderr)
        self.exit(EXIT_USAGE)


class Words(argparse.HelpFormatter):
    """Help in our two languages, where argparse knows English words only."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        ours = say(Text.HELP_USAGE, Usage.language) + " "
        super().add_usage(usage, actions, groups, ours if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        ours = {
            "options": say(Text.HELP_OPTIONS, Usage.language),
            "positional arguments": say(Text.HELP_ARGUMENTS, Usage.language),
        }
        super().start_section(ours.get(heading or "", heading))


def parser(language: str) -> argparse.ArgumentParser:
    """Return the parser, speaking `language`."""
    Usage.language = language
    common = Usage(add_help=False, allow_abbrev=False)
    about = say(Text.HELP_LANGUAGE, language)
    common.add_argument("--language", choices=LANGUAGES, default=argparse.SUPPRESS, help=about)
    whole = _with_help(Usage(prog="eimza", epilog=say(Text.HELP_EXITS, language), **_shape(common, Text.HELP)))
    version = f"{say(Text.PROGRAM, language)} {RELEASE}"
    whole.add_argument("--version", action="version", version=version, help=say(Text.HELP_VERSION, language))
    commands = whole.add_subparsers(
        dest="command", metavar=" | ".join(COMMANDS), title=say(Text.HELP_COMMANDS, language)
    )
    for name, text in COMMANDS.items():
        command = _with_help(commands.add_parser(name, help=say(text, language), **_shape(common, text)))
        for flag, meaning in FLAGS.get(name, {}).items():
            command.add_argument(flag, action="store_true", help=say(meaning, language))
        for option, meaning in FILES.get(name, {}).items():
            command.add_argument(option, metavar=say(Text.HELP_FILE, language), help=say(meaning, language))
        if name == "open":
            command.add_argument("link", metavar="eimza://…", help=say(Text.HELP_LINK, language))
    return whole


def _shape(common: Usage, text: Text) -> dict[str, Any]:
    return {
        "description": say(text, Usage.language),
        "parents": [common],
        "allow_abbrev": False,
        "add_help": False,
        "formatter_class": Words,
    }


def _with_help(one: argparse.ArgumentParser) -> argparse.ArgumentParser:
    one.add_argument("-h", "--help", action="help", help=say(Text.HELP_SELF, Usage.language))
    return one


def language_wanted(given: Sequence[str]) -> str | None:
    """Return the language on the command line, before it is parsed: refusing, too, is done in it."""
    for position, argument in enumerate(given):
        value = argument.removeprefix("--language=") if argument.startswith("--language=") else None
        if argument == "--language" and position + 1 < len(given):
            value = given[position + 1]
        if value in LANGUAGES:
            return value
    return None


def language_of_system(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of the person's system, Turkish unless it is English."""
    wanted = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or "tr"
    return "en" if wanted.startswith("en") else "tr"


def can_show_window(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Tell whether Qt is installed and there is a screen to show a window on, without loading Qt."""
    from importlib.util import find_spec

    screen = system != "linux" or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(screen) and find_spec("PySide6") is not None
