"""The command line of `eimza` as data, and plain ones read at once: a command and its flags need no parser, whose
making costs more than a look at a card. Everything else is `parsing`'s."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from anahtar_desktop import RELEASE
from anahtar_desktop.texts import Text, say

Options = SimpleNamespace
"""`command`, and its flags and values by their names."""

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
LINKS = ("open",)
"""Commands that want a link."""


def plainly(given: Sequence[str]) -> Options | None:
    """Return what `parsing` would make of nothing, or of a command with its flags and no values; None for all else:
    help, values, languages, and whatever is wrong."""
    command, rest = (given[0], given[1:]) if given else (None, given)
    flags = FLAGS.get(command or "", {})
    if (command is not None and command not in COMMANDS) or command in LINKS or any(one not in flags for one in rest):
        return None
    values: dict[str, object] = {flag.removeprefix("--"): flag in rest for flag in flags}
    values |= dict.fromkeys(option.removeprefix("--") for option in FILES.get(command or "", {}))
    return Options(command=command, **values)


def version(language: str) -> str:
    """Return the program's name and release, as `--version` says them."""
    return f"{say(Text.PROGRAM, language)} {RELEASE}"


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
