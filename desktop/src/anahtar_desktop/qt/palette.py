"""The colours, the same as on the portal's pages, as data: light, dark, and for those who ask for high contrast."""

from __future__ import annotations

from anahtar_card.record import record


@record
class Palette:
    """Colours by what they are for; `…_ground` is the ground on which the colour of that name is read."""

    ink: str
    page: str
    quiet: str
    edge: str
    line: str
    soft: str
    brand: str
    brand_dark: str
    on_brand: str
    brand_ground: str
    focus: str
    on_focus: str
    good: str
    good_ground: str
    warning: str
    warning_ground: str
    bad: str
    bad_ground: str


LIGHT = Palette(
    ink="#0b2239",
    page="#ffffff",
    quiet="#f3f6f9",
    edge="#cfd8e0",
    line="#5c6f82",
    soft="#4a5d70",
    brand="#0b5c7a",
    brand_dark="#08445b",
    on_brand="#ffffff",
    brand_ground="#e6f1f5",
    focus="#ffd23f",
    on_focus="#0b2239",
    good="#00703c",
    good_ground="#e7f4ec",
    warning="#8a5a00",
    warning_ground="#fff4dc",
    bad="#b3261e",
    bad_ground="#fdeceb",
)
DARK = Palette(
    ink="#e8eef4",
    page="#0e1a26",
    quiet="#172737",
    edge="#33475a",
    line="#93a5b6",
    soft="#b3c1cd",
    brand="#7cc6e2",
    brand_dark="#a9dcef",
    on_brand="#06222e",
    brand_ground="#12303f",
    focus="#ffd23f",
    on_focus="#0b2239",
    good="#6fd39a",
    good_ground="#10301f",
    warning="#ffd479",
    warning_ground="#3a2c0a",
    bad="#ffb1ab",
    bad_ground="#43191a",
)
CONTRAST = Palette(
    ink="#ffffff",
    page="#000000",
    quiet="#000000",
    edge="#ffffff",
    line="#ffffff",
    soft="#ffffff",
    brand="#ffee32",
    brand_dark="#ffffff",
    on_brand="#000000",
    brand_ground="#000000",
    focus="#00e5ff",
    on_focus="#000000",
    good="#7dffb0",
    good_ground="#000000",
    warning="#ffee32",
    warning_ground="#000000",
    bad="#ffb3ad",
    bad_ground="#000000",
)

READ_ON = (
    ("ink", "page"),
    ("ink", "quiet"),
    ("soft", "page"),
    ("soft", "quiet"),
    ("brand", "page"),
    ("brand", "quiet"),
    ("brand_dark", "page"),
    ("on_brand", "brand"),
    ("on_brand", "brand_dark"),
    ("ink", "brand_ground"),
    ("on_focus", "focus"),
    ("good", "page"),
    ("good", "good_ground"),
    ("ink", "good_ground"),
    ("warning", "warning_ground"),
    ("ink", "warning_ground"),
    ("bad", "page"),
    ("bad", "bad_ground"),
    ("ink", "bad_ground"),
)
"""Which text stands on which ground: WCAG 2.2 asks for 4.5 to 1 (1.4.3), we ask for 7 to 1 in high contrast (1.4.6)."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance), 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
