"""The command `eimza`. It imports what a command needs and when: --help and --version know no card and no server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from anahtar_desktop import RELEASE
from anahtar_desktop.texts import Text, say

if TYPE_CHECKING:
    from anahtar_desktop.assistant import Assistant, Overview
    from anahtar_desktop.settings import Settings
    from anahtar_desktop.terminal import TerminalView

EXIT_USAGE = 2
LANGUAGES = ("tr", "en")
COMMANDS = {"unlock": Text.HELP_UNLOCK, "change": Text.HELP_CHANGE, "status": Text.HELP_STATUS}


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
        super().start_section(say(Text.HELP_OPTIONS, Usage.language) if heading == "options" else heading)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 outcome not known yet,
    130 stopped."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _language_wanted(given)
    parser = _parser(language or _language_of_system())
    options = parser.parse_args(given)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        return _run(options, language)
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, language: str | None) -> int:
    from anahtar_desktop.settings import SettingsWrong, read

    try:
        settings = read(os.environ)
        language = language or settings.language
        return _act(options, settings, language)
    except SettingsWrong as error:
        return _wrong_usage(say(Text.USAGE_SETTINGS, language or "tr", reason=error))


def _act(options: argparse.Namespace, settings: Settings, language: str) -> int:
    from anahtar_desktop.terminal import TerminalView

    wants_json = options.command == "status" and options.json
    # What a machine reads stays alone on the standard output.
    view = TerminalView(language, sys.stderr if wants_json else sys.stdout, sys.stderr)
    if settings.rehearsal:
        view.tell(Text.REHEARSAL)
    if options.command == "unlock" and settings.server is None:
        return _wrong_usage(say(Text.USAGE_SERVER, language))
    assistant = _assistant(view, settings, language, with_server=options.command == "unlock")
    if options.command == "status":
        return _status(assistant, language, wants_json)
    assistant.settle()
    return int((assistant.unlock() if options.command == "unlock" else assistant.change()).outcome)


def _assistant(view: TerminalView, settings: Settings, language: str, *, with_server: bool) -> Assistant:
    from anahtar_desktop.assistant import Assistant
    from anahtar_desktop.journal import FileJournal, default_folder
    from anahtar_desktop.ports import Server
    from anahtar_desktop.readers import readers_of

    journal = FileJournal(settings.journal or default_folder(os.environ))
    server: Server | None = None
    if settings.server and (with_server or any(entry.unlock for entry in journal.open_entries())):
        from anahtar_desktop.client import HttpServer

        server = HttpServer(settings.server, language=language)
    return Assistant(view, server, readers_of(settings), journal)


def _status(assistant: Assistant, language: str, wants_json: bool) -> int:
    from anahtar_desktop.overview import as_json, as_lines

    assistant.settle()
    overview: Overview = assistant.status()
    if wants_json:
        print(as_json(overview))
    else:
        for line in as_lines(overview, language):
            print(line, file=sys.stderr if overview.problem else sys.stdout)
    return 1 if overview.problem else 0


def _wrong_usage(text: str) -> int:
    print(text, file=sys.stderr)
    return EXIT_USAGE


def _parser(language: str) -> argparse.ArgumentParser:
    Usage.language = language
    common = Usage(add_help=False, allow_abbrev=False)
    about = say(Text.HELP_LANGUAGE, language)
    common.add_argument("--language", choices=LANGUAGES, default=argparse.SUPPRESS, help=about)
    parser = _command(Usage(prog="eimza", epilog=say(Text.HELP_EXITS, language), **_shape(common, Text.HELP)))
    version = f"{say(Text.PROGRAM, language)} {RELEASE}"
    parser.add_argument("--version", action="version", version=version, help=say(Text.HELP_VERSION, language))
    commands = parser.add_subparsers(
        dest="command", metavar=" | ".join(COMMANDS), title=say(Text.HELP_COMMANDS, language)
    )
    for name, text in COMMANDS.items():
        command = _command(commands.add_parser(name, help=say(text, language), **_shape(common, text)))
        if name == "status":
            command.add_argument("--json", action="store_true", help=say(Text.HELP_JSON, language))
    return parser


def _shape(common: Usage, text: Text) -> dict[str, Any]:
    description = say(text, Usage.language)
    return {
        "description": description,
        "parents": [common],
        "allow_abbrev": False,
        "add_help": False,
        "formatter_class": Words,
    }


def _command(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("-h", "--help", action="help", help=say(Text.HELP_SELF, Usage.language))
    return parser


def _language_wanted(given: Sequence[str]) -> str | None:
    """Return the language on the command line, before it is parsed: refusing, too, is done in it."""
    for position, argument in enumerate(given):
        value = argument.removeprefix("--language=") if argument.startswith("--language=") else None
        if argument == "--language" and position + 1 < len(given):
            value = given[position + 1]
        if value in LANGUAGES:
            return value
    return None


def _language_of_system() -> str:
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "tr"
    return "en" if wanted.startswith("en") else "tr"


if __name__ == "__main__":
    sys.exit(main())
