"""Which readers the settings mean: those of this computer, or, in rehearsal only, files with virtual cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from anahtar_card.reader import Reader, Readers
from anahtar_desktop.settings import Settings, SettingsWrong

if TYPE_CHECKING:
    from anahtar_card.families.akis.virtual import AkisCard

NOT_A_CARD = (".lock", ".part")
"""What lies beside a stored card while it is used."""


def readers_of(settings: Settings) -> Readers:
    """Return the readers; raises SettingsWrong when direct ones are wanted outside rehearsal."""
    if settings.readers == "direct":
        if settings.cards is None or not settings.rehearsal:
            raise SettingsWrong("readers: direct readers hold virtual cards, which need rehearsal = true")
        return DirectReaders(settings.cards)
    from anahtar_card.pcsc import PcscReaders

    return PcscReaders()


class DirectReaders:
    """One reader for each virtual card stored in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> list[Reader]:
        """Return the readers, in the order of the files' names; none when there is no such folder."""
        from anahtar_card.virtual_reader import FileReader

        if not self._folder.is_dir():
            return []
        cards = sorted(path for path in self._folder.iterdir() if _is_card(path))
        return [FileReader(f"PROVA {path.stem}", path, open_card) for path in cards]


def open_card(path: Path) -> AkisCard:
    """Open a stored virtual card; raises CardMute when the file holds none."""
    from anahtar_card.errors import CardMute
    from anahtar_card.families.akis.virtual import AkisCard
    from anahtar_card.virtual import Memory

    try:
        return AkisCard.open(Memory.open(path, rehearsal=True))
    except (OSError, ValueError, KeyError):
        raise CardMute from None


def _is_card(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix not in NOT_A_CARD
