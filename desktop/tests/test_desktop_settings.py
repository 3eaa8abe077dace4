"""Settings and readers: checked once, and nothing pretended in earnest."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import OLD, key

from anahtar_card.errors import CardMute, NoCard
from anahtar_card.families.akis.example import SERIAL, example_card
from anahtar_card.pcsc import PcscReaders
from anahtar_card.virtual import Memory
from anahtar_desktop.looking import survey
from anahtar_desktop.readers import readers_of
from anahtar_desktop.settings import Settings, SettingsWrong, read

SEALED = f'sealing_key = "{"5e" * 32}"\n'


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "eimza.toml"
    path.write_text(text, encoding="utf-8")
    return read({"EIMZA_CONFIG": str(path)})


def test_without_a_file_the_defaults_are_for_real_readers_and_no_server() -> None:
    assert read({}) == Settings(server=None, readers="pcsc", rehearsal=False, language="tr")
    assert isinstance(readers_of(Settings()), PcscReaders)


def test_a_file_is_read_and_its_folders_are_relative_to_it(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        SEALED + 'server = "http://127.0.0.1:8400"\nreaders = "direct"\ncards = "cards"\nrehearsal = true\n'
        'journal = "state"\nlanguage = "en"\n',
    )
    assert found.sealing_key == b"\x5e" * 32
    assert (found.cards, found.journal) == (tmp_path / "cards", tmp_path / "state")
    with pytest.raises(AttributeError):
        found.server = "https://other.invalid"  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        'pin = "123456"',
        "server = 7",
        'server = "https://portal.invalid"',
        SEALED,
        f'server = "https://portal.invalid"\nsealing_key = "{"5e" * 31}"',
        f'server = "https://portal.invalid"\nsealing_key = "{"zz" * 32}"',
        SEALED + 'server = "http://portal.invalid"',
        SEALED + 'server = "ftp://127.0.0.1"',
        SEALED + 'server = "https://user@portal.invalid"',
        SEALED + 'server = "https://"',
        SEALED + 'server = "https://[::1"',
        'readers = "vpcd"',
        'language = "de"',
        'readers = "direct"\nrehearsal = true',
        'readers = "direct"\ncards = "cards"',
    ],
)
def test_settings_that_cannot_be_used_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong):
        settings(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong):
        read({"EIMZA_CONFIG": str(tmp_path / "absent.toml")})


def test_in_rehearsal_every_stored_card_has_a_reader_of_its_own(tmp_path: Path) -> None:
    example_card(Memory.open(tmp_path / "nes.card", rehearsal=True), key=key(), pin=OLD)
    (tmp_path / "nes.card.lock").touch()
    (tmp_path / "broken.card").write_text("{}")
    readers = readers_of(Settings(readers="direct", cards=tmp_path, rehearsal=True))
    broken, nes = survey(readers)
    assert nes.look is not None
    assert (nes.reader, nes.look.serial, nes.look.pin_tries) == ("PROVA nes", SERIAL.hex().upper(), 3)
    assert isinstance(broken.trouble, CardMute)
    [_, reader] = readers.list()
    (tmp_path / "nes.card").unlink()
    with pytest.raises(NoCard):
        reader.connect()
    assert readers_of(Settings(readers="direct", cards=tmp_path / "none", rehearsal=True)).list() == []
