"""The five ways to sign in, as data: label, level, references and whether it is built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The assurance levels of eIDAS, written as they appear in ``acr`` (Implementing Regulation (EU) 2015/1502)."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    def reaches(self, wanted: Level) -> bool:
        """True when this level is ``wanted`` or above it."""
        order = list(Level)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to sign in. ``amr`` holds values of RFC 8176, ``key`` is our claim ``giris_yontemi``."""

    key: str
    label: str
    acr: Level
    amr: tuple[str, ...]
    built: bool


# Which level a method reaches is our own choice; no public text of the real gate fixes it.
METHODS: tuple[Method, ...] = (
    Method(
        key="e-devlet-sifresi", label="E-Devlet Şifresi", acr=Level.SUBSTANTIAL, amr=("pwd", "otp", "mfa"), built=True
    ),
    Method(key="mobil-imza", label="Mobil İmza", acr=Level.HIGH, amr=("mca", "pop", "hwk", "pin", "mfa"), built=False),
    Method(key="e-imza", label="E-İmza", acr=Level.HIGH, amr=("sc", "pop", "pin", "mfa"), built=False),
    Method(key="kimlik-karti", label="T.C. Kimlik Kartı", acr=Level.HIGH, amr=("sc", "pin", "mfa"), built=False),
    Method(key="internet-bankaciligi", label="İnternet Bankacılığı", acr=Level.SUBSTANTIAL, amr=("mfa",), built=False),
)
E_DEVLET_SIFRESI = METHODS[0]


def method(key: str) -> Method:
    """The method with this key. Raises KeyError."""
    return {one.key: one for one in METHODS}[key]


def levels_offered() -> tuple[Level, ...]:
    """The levels that the built methods reach, lowest first."""
    offered = {one.acr for one in METHODS if one.built}
    return tuple(level for level in Level if level in offered)
