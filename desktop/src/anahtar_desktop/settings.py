"""The settings: one TOML file named by EIMZA_CONFIG, read once into a frozen, checked object.

server = "https://…"        the portal's address; plain http only to this computer itself. A build of an authority's has
                            it from the authority's signed settings (`authority.py`), and here in rehearsal only
sealing_key = "64 hex"      the key that the server's key service opens confirmations with; goes with `server`
readers = "pcsc"            or "direct": virtual cards, in rehearsal only
cards = "folder"            where the virtual cards of "direct" lie, relative to the file
rehearsal = false           PROVA is shown, and virtual cards are allowed
journal = "folder"          instead of the user's state folder
language = "tr"             or "en"
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from anahtar_card.record import record, replace

if TYPE_CHECKING:
    from anahtar_desktop.authority import Authority

VARIABLE = "EIMZA_CONFIG"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
KINDS: dict[str, type] = {
    "server": str,
    "sealing_key": str,
    "readers": str,
    "cards": str,
    "rehearsal": bool,
    "journal": str,
    "language": str,
}


class SettingsWrong(Exception):
    """The settings cannot be used; the text names the setting and the reason."""


@record
class Settings:
    """What the program may know beforehand."""

    server: str | None = None
    sealing_key: bytes | None = None
    readers: Literal["pcsc", "direct"] = "pcsc"
    cards: Path | None = None
    rehearsal: bool = False
    journal: Path | None = None
    language: Literal["tr", "en"] = "tr"
    authority: Authority | None = None

    def __post_init__(self) -> None:
        _need(self.readers in ("pcsc", "direct"), 'readers: "pcsc" or "direct"')
        _need(self.language in ("tr", "en"), 'language: "tr" or "en"')
        _need(self.server is None or _is_safe(self.server), "server: https, or http to this computer itself")
        both = (self.server is None) is (self.sealing_key is None)
        _need(both, "sealing_key: goes with server, neither without the other")
        if self.readers == "direct":
            _need(self.rehearsal, "readers: direct readers hold virtual cards, which need rehearsal = true")
            _need(self.cards is not None, "cards: the folder of the virtual cards is missing")


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings of the file that EIMZA_CONFIG names, or the defaults without it, with the server that this
    build's authority names; raises SettingsWrong."""
    named = environment.get(VARIABLE)
    settings = read_file(Path(named)) if named else Settings()
    if settings.rehearsal:
        return settings
    from anahtar_desktop.authority import NotTheAuthoritys, here

    try:
        return of_authority(settings, here())
    except NotTheAuthoritys as error:
        raise SettingsWrong(str(error)) from None


def of_authority(settings: Settings, whose: Authority | None) -> Settings:
    """Return the settings with the authority's server, if this build belongs to one; raises SettingsWrong when they
    name a server of their own."""
    if whose is None:
        return settings
    _need(settings.server is None, "server: this build takes it from its authority's signed settings only")
    return replace(settings, server=whose.server, sealing_key=whose.sealing_key, authority=whose)


def read_file(path: Path) -> Settings:
    """Return the settings of a file; folders in it are relative to it. Raises SettingsWrong."""
    import tomllib

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path.name}: {type(error).__name__}") from None
    for key, value in raw.items():
        _need(key in KINDS, f"{key}: unknown")
        _need(isinstance(value, KINDS[key]), f"{key}: {KINDS[key].__name__} expected")
    placed: dict[str, Any] = {key: path.parent / raw[key] for key in ("cards", "journal") if key in raw}
    try:
        keys = {"sealing_key": sealing_key(raw["sealing_key"])} if "sealing_key" in raw else {}
    except ValueError:
        raise SettingsWrong("sealing_key: 64 hex digits") from None
    return Settings(**{**raw, **placed, **keys})


def sealing_key(text: object) -> bytes:
    """Return a key to seal to (X25519, 32 bytes) from its hex digits; raises ValueError."""
    key = bytes.fromhex(text) if isinstance(text, str) and len(text) == 64 else b""
    if len(key) != 32:
        raise ValueError
    return key


def _is_safe(address: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        bare = parts.port != 0 and "@" not in parts.netloc and not parts.query and not parts.fragment
        plain = parts.scheme == "http" and parts.hostname in LOOPBACK
        return bare and bool(parts.hostname) and (parts.scheme == "https" or plain)
    except ValueError:
        return False


def _need(holds: bool, reason: str) -> None:
    if not holds:
        raise SettingsWrong(reason)
