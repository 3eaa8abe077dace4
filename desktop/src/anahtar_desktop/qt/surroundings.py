"""What a window works with, from outside: readers, journal, server. Practice mode brings others of the same kind."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from anahtar_card.record import record
from anahtar_desktop.readers import readers_of
from anahtar_desktop.settings import Settings

if TYPE_CHECKING:  # the first page shows before any of these is loaded
    from anahtar_card.reader import Readers
    from anahtar_desktop.assistant import Assistant
    from anahtar_desktop.doctor import Patient
    from anahtar_desktop.ports import Journal, Server, View
    from anahtar_desktop.practice import Practice


@record
class Surroundings:
    """`journal` and `server` make theirs when they are first needed; `server` is None where none is known."""

    readers: Readers
    journal: Callable[[], Journal]
    server: Callable[[], Server] | None
    rehearsal: bool = False
    settings: Settings = Settings()

    def patient(self) -> Patient:
        """Return what the check page looks at."""
        from anahtar_desktop.check_up import patient_of

        return patient_of(self.settings, self.readers, self.journal())

    def assistant(self, view: View, *, with_server: bool) -> Assistant:
        """Return an assistant; the server is there for an unlock, and for what an earlier one left open."""
        from anahtar_desktop.assistant import Assistant

        journal = self.journal()
        wanted = with_server or any(entry.unlock for entry in journal.open_entries())
        server = self.server() if self.server is not None and wanted else None
        return Assistant(view, server, self.readers, journal)


def real(settings: Settings, language: str) -> Surroundings:
    """Return what the settings name; raises SettingsWrong."""

    def journal() -> Journal:
        from anahtar_desktop.journal import FileJournal, default_folder

        return FileJournal(settings.journal or default_folder(os.environ))

    def server() -> Server:
        from anahtar_desktop.client import HttpServer

        return HttpServer.of(settings, language=language)

    return Surroundings(
        readers_of(settings), journal, server if settings.server else None, settings.rehearsal, settings
    )


def of_practice(practice: Practice) -> Surroundings:
    """Return what a practice works with."""
    return Surroundings(practice.readers, lambda: practice.journal, lambda: practice.server)
