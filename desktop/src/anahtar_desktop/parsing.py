"""The parser of `eimza`, made from the tables of `command_line`; help, man page and completion are made from it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, NoReturn

from anahtar_desktop.command_line import COMMANDS, EXIT_USAGE, FILES, FLAGS, LANGUAGES, LINKS, version
from anahtar_desktop.texts import Text, say

vars(argparse)["_"] = str
"""argparse looks for a catalogue of translations at each of its words, twenty times a start; ours are in `Words`."""


class Usage(argparse.ArgumentParser):
    """Refuses what it does not know without repeating it, for it may be a PIN or a code."""

    language = "tr"

    def error(self, message: str) -> NoReturn:
        """Explain and leave; `message` is not shown, because argparse puts the values into it."""
        print(say(Text.USAGE_SECRET, self.language), file=sys.stderr)
        self.exit(EXIT_USAGE)


class Words(argparse.HelpFormatter):
    """Help in our two languages, where argparse knows English words only, and as wide as the terminal."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{"width": _width(), **more})

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        ours = say(Text.HELP_USAGE, Usage.language) + " "
        super().add_usage(usage, actions, groups, ours if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        ours = {
            "options": say(Text.HELP_OPTIONS, Usage.language),
            "positional arguments": say(Text.HELP_ARGUMENTS, Usage.language),
        }
        super().start_section(ours.get(heading or "", heading))


def _width() -> int:
    """Return the columns for help as argparse would find them; its own way loads three compressors with `shutil`."""
    try:
        columns = int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(1).columns
    except (ValueError, OSError):  # not a number, not a terminal
        columns = 0
    return (columns or 80) - 2


def parser(language: str) -> argparse.ArgumentParser:
    """Return the parser, speaking `language`."""
    Usage.language = language
    common = Usage(add_help=False, allow_abbrev=False, formatter_class=Words)
    about = say(Text.HELP_LANGUAGE, language)
    common.add_argument("--language", choices=LANGUAGES, default=argparse.SUPPRESS, help=about)
    whole = _with_help(Usage(prog="eimza", epilog=say(Text.HELP_EXITS, language), **_shape(common, Text.HELP)))
    whole.add_argument("--version", action="version", version=version(language), help=say(Text.HELP_VERSION, language))
    commands = whole.add_subparsers(
        dest="command", metavar=" | ".join(COMMANDS), title=say(Text.HELP_COMMANDS, language)
    )
    for name, text in COMMANDS.items():
        command = _with_help(commands.add_parser(name, help=say(text, language), **_shape(common, text)))
        for flag, meaning in FLAGS.get(name, {}).items():
            command.add_argument(flag, action="store_true", help=say(meaning, language))
        for option, meaning in FILES.get(name, {}).items():
            command.add_argument(option, metavar=say(Text.HELP_FILE, language), help=say(meaning, language))
        if name in LINKS:
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
