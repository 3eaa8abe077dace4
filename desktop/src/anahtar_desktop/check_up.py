"""Whom the check page looks at, by the settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from anahtar_card.reader import Readers
from anahtar_desktop.doctor import Patient
from anahtar_desktop.ports import Journal
from anahtar_desktop.settings import Settings

if TYPE_CHECKING:
    from anahtar_desktop.updates import Releases
    from anahtar_wire.messages import Hello


def patient_of(settings: Settings, readers: Readers, journal: Journal) -> Patient:
    """Return the patient: these readers and this journal, and the server that the settings name."""
    address = settings.server
    virtual = settings.readers == "direct"
    if address is None:
        return Patient(readers, journal, virtual=virtual)

    def hello() -> Hello:
        from anahtar_desktop.client import HttpServer

        return HttpServer.of(settings).hello()

    def certificate_ends() -> datetime | None:
        from anahtar_desktop.server_certificate import ends

        return ends(address)

    return Patient(
        readers,
        journal,
        hello,
        certificate_ends,
        virtual,
        authority=settings.authority,
        releases=_releases(address, settings),
    )


def _releases(server: str, settings: Settings) -> Callable[[], Releases] | None:
    """Return what asks for releases; None for a build that has no root to believe them by."""
    from anahtar_desktop.journal import default_folder
    from anahtar_desktop.updates import look, root_of_build

    root = root_of_build()
    if root is None:
        return None
    return lambda: look(server, root, (settings.journal or default_folder(os.environ)) / "releases")
