"""The command `eimza`. It imports what a command needs and when: --help and --version know no card and no server."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from anahtar_desktop import command_line
from anahtar_desktop.command_line import EXIT_USAGE, Options
from anahtar_desktop.texts import Text, say

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from anahtar_desktop.assistant import Assistant, Overview
    from anahtar_desktop.settings import Settings
    from anahtar_desktop.terminal import TerminalView

WINDOWS = ("window", "open")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 outcome not known yet,
    130 stopped. Without a command the window opens, or the help is shown where there is none."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = command_line.language_wanted(given)
    if given == ["--version"]:
        print(command_line.version(command_line.language_of_system()))
        return 0
    options = command_line.plainly(given) or _parser(language).parse_args(given, Options())
    if options.command is None and not command_line.can_show_window():
        _parser(language).print_help()
        return 0
    try:
        return _run(options, language)
    except KeyboardInterrupt:
        return 130


def _parser(language: str | None) -> ArgumentParser:
    from anahtar_desktop.parsing import parser

    return parser(language or command_line.language_of_system())


def _run(options: Options, language: str | None) -> int:
    if options.command == "register":
        from anahtar_desktop.registering import register_here

        return register_here(language or "tr", remove=options.remove)
    from anahtar_desktop.settings import SettingsWrong, read

    try:
        settings = read(os.environ)
        return _act(options, settings, language or settings.language)
    except SettingsWrong as error:
        return _wrong_usage(say(Text.USAGE_SETTINGS, language or "tr", reason=error))


def _act(options: Options, settings: Settings, language: str) -> int:
    if options.command in (None, *WINDOWS):
        return _window(settings, language, getattr(options, "link", None))
    from anahtar_desktop.terminal import TerminalView

    wants_json = getattr(options, "json", False)
    # What a machine reads stays alone on the standard output.
    view = TerminalView(language, sys.stderr if wants_json else sys.stdout, sys.stderr)
    if settings.rehearsal:
        view.tell(Text.REHEARSAL)
    if options.command == "doctor":
        from anahtar_desktop.checking import check

        return check(settings, language, wants_json=wants_json, report=options.report)
    if options.command == "unlock" and settings.server is None:
        return _wrong_usage(say(Text.USAGE_SERVER, language))
    assistant = _assistant(view, settings, language, with_server=options.command == "unlock")
    if options.command == "status":
        return _status(assistant, language, wants_json)
    assistant.settle()
    return int((assistant.unlock() if options.command == "unlock" else assistant.change()).outcome)


def _window(settings: Settings, language: str, link: str | None) -> int:
    from importlib.util import find_spec

    if find_spec("PySide6") is None:
        return _wrong_usage(say(Text.USAGE_NO_WINDOW, language))
    from anahtar_desktop.qt.screen import missing

    library = missing(os.environ)
    if library is not None:
        return _wrong_usage(say(Text.USAGE_NO_LIBRARY, language, library=library))
    try:
        from anahtar_desktop.qt import quick

        quick.begin()
        from anahtar_desktop.qt.app import run
    except ImportError as error:  # Qt is there, and something of the system that it needs is not
        return _wrong_usage(say(Text.USAGE_NO_LIBRARY, language, library=str(error).split(":")[0]))
    return run(settings, language, link)


def _assistant(view: TerminalView, settings: Settings, language: str, *, with_server: bool) -> Assistant:
    from anahtar_desktop.assistant import Assistant
    from anahtar_desktop.journal import FileJournal, default_folder
    from anahtar_desktop.ports import Server
    from anahtar_desktop.readers import readers_of

    journal = FileJournal(settings.journal or default_folder(os.environ))
    server: Server | None = None
    if settings.server and (with_server or any(entry.unlock for entry in journal.open_entries())):
        from anahtar_desktop.client import HttpServer

        server = HttpServer.of(settings, language=language)
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


if __name__ == "__main__":
    sys.exit(main())
