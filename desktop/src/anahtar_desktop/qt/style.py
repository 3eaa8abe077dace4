"""The look, made of the palette and one size: a style sheet, and the application's own colours for what Qt draws."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from anahtar_card.record import as_dict, record
from anahtar_desktop.qt.palette import CONTRAST, DARK, LIGHT, Palette

FAMILIES = ("Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
READABLE = 11.5
"""The smallest text, in points, that a person is shown, whatever the system's own size."""

PICTURES = Path(__file__).parent / "pictures"
TICKS = {"contrast": CONTRAST, "dark": DARK, "light": LIGHT}
"""The tick of a box has to be a file for Qt; there is one for each palette."""

SHEET = """
* {{ outline: none; }}
QMainWindow, QWidget#stage, QScrollArea, QScrollArea > QWidget > QWidget {{ background: {page}; }}
QLabel, QCheckBox, QRadioButton {{ color: {ink}; background: transparent; font-size: {body}px; }}
QLabel[role="title"] {{ font-size: {title}px; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: {heading}px; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="soft"] {{ color: {soft}; font-size: {small}px; }}
QLabel[role="program"] {{ font-size: {heading}px; font-weight: 700; }}
QLabel[role="error"] {{ color: {bad}; font-weight: 600; }}
QLabel[role="met"] {{ color: {good}; }}
QLabel[role="big"] {{ font-size: {title}px; font-weight: 700; letter-spacing: 2px; }}
QFrame#head {{ background: {page}; border: none; border-top: 4px solid {brand}; border-bottom: 1px solid {edge}; }}
QLabel#rehearsal {{ background: {warning_ground}; color: {warning}; font-weight: 600; padding: 6px 24px; }}
QFrame[role="panel"] {{ background: {quiet}; border: 1px solid {edge}; border-radius: 8px; }}
QFrame[role="panel"][fresh="true"] {{ border: 2px solid {brand}; }}
QFrame[role="strip"] {{ background: {quiet}; border: none; border-radius: 8px; }}
QFrame[role="info"] {{ background: {brand_ground}; border: none; border-left: 5px solid {brand}; }}
QFrame[role="good"] {{ background: {good_ground}; border: none; border-left: 5px solid {good}; }}
QFrame[role="warning"] {{ background: {warning_ground}; border: none; border-left: 5px solid {warning}; }}
QFrame[role="bad"] {{ background: {bad_ground}; border: none; border-left: 5px solid {bad}; }}
QFrame:focus[role="info"], QFrame:focus[role="good"], QFrame:focus[role="warning"],
QFrame:focus[role="bad"], QFrame:focus[role="panel"] {{ border: 3px solid {focus}; }}
QFrame[role="rule"] {{ background: {edge}; border: none; max-height: 1px; min-height: 1px; }}
QLineEdit {{
  background: {page}; color: {ink}; border: 2px solid {line}; border-radius: 5px; padding: 8px 10px;
  font-size: {field}px; selection-background-color: {brand}; selection-color: {on_brand};
}}
QLineEdit[wrong="true"] {{ border-color: {bad}; }}
QLineEdit:focus {{ border: 3px solid {focus_edge}; padding: 7px 9px; }}
QPushButton {{
  background: {page}; color: {brand}; border: 2px solid {brand}; border-radius: 6px; padding: 9px 18px;
  font-size: {body}px; font-weight: 600;
}}
QPushButton:hover {{ color: {brand_dark}; border-color: {brand_dark}; }}
QPushButton[kind="main"] {{ background: {brand}; color: {on_brand}; }}
QPushButton[kind="main"]:hover {{ background: {brand_dark}; border-color: {brand_dark}; }}
QPushButton[kind="danger"] {{ color: {bad}; border-color: {bad}; }}
QPushButton[kind="link"] {{
  background: transparent; border: 2px solid transparent; padding: 6px 4px; font-weight: 500;
  text-decoration: underline; text-align: left;
}}
QPushButton[kind="icon"] {{ padding: 6px; min-width: {icon}px; min-height: {icon}px; }}
QPushButton:focus, QPushButton[kind="link"]:focus {{
  background: {focus}; color: {on_focus}; border: 2px solid {on_focus};
}}
QPushButton[kind="main"]:focus {{
  background: {brand}; color: {on_brand}; border: 4px solid {focus}; padding: 7px 16px;
}}
QPushButton[kind="danger"]:focus {{ background: {focus}; color: {on_focus}; border: 2px solid {on_focus}; }}
QPushButton:disabled {{ color: {soft}; border-color: {edge}; background: {quiet}; }}
QCheckBox, QRadioButton {{ spacing: 12px; padding: 6px; border: 3px solid transparent; border-radius: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {focus_edge}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {soft}; }}
QCheckBox::indicator, QRadioButton::indicator {{
  width: {icon}px; height: {icon}px; border: 2px solid {line}; background: {page}; border-radius: 4px;
}}
QRadioButton::indicator {{ border-radius: {round}px; }}
QCheckBox::indicator:checked {{ background: {brand}; border-color: {brand}; image: url("{tick}"); }}
QRadioButton::indicator:checked {{
  border-color: {brand};
  background: qradialgradient(cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, stop:0 {brand}, stop:0.55 {brand},
                              stop:0.65 {page}, stop:1 {page});
}}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {edge}; background: {quiet}; }}
QPlainTextEdit {{ background: {quiet}; color: {ink}; border: 1px solid {edge}; border-radius: 6px; padding: 8px; }}
QPlainTextEdit:focus {{ border: 3px solid {focus_edge}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; }}
QScrollBar::handle:vertical {{ background: {line}; border-radius: 5px; min-height: 32px; margin: 1px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; }}
QScrollBar::handle:horizontal {{ background: {line}; border-radius: 5px; min-width: 32px; margin: 1px; }}
QLabel#below {{ background: {brand_ground}; padding: 10px 24px; }}
QMenu {{ background: {page}; color: {ink}; border: 1px solid {edge}; }}
QMenu::item:selected {{ background: {brand}; color: {on_brand}; }}
QToolTip {{ background: {ink}; color: {page}; border: none; padding: 4px; }}
"""


@record
class Look:
    """What pages draw with: the colours, and the body text's height in pixels, which all other sizes follow."""

    palette: Palette
    body: int

    def scaled(self, factor: float) -> int:
        """Return a length that grows with the text."""
        return round(self.body * factor)


def wanted_palette() -> Palette:
    """Return the palette that the person's system asks for."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def dress(app: QApplication, palette: Palette | None = None, points: float | None = None) -> Look:
    """Dress the application and return the look; `points` is the text size, the system's own without it."""
    font = _font(points or app.font().pointSizeF())
    app.setFont(font)
    look = Look(palette or wanted_palette(), round(font.pointSizeF() * app.primaryScreen().logicalDotsPerInchY() / 72))
    app.setPalette(_system_colours(look.palette))
    app.setStyleSheet(_sheet(look))
    return look


def _font(points: float) -> QFont:
    there = set(QFontDatabase.families())
    family = next((one for one in FAMILIES if one in there), "")
    font = QFont(family) if family else QFont()
    font.setPointSizeF(max(points, READABLE))
    return font


def _sheet(look: Look) -> str:
    colours = as_dict(look.palette)
    sizes = {"body": 1, "title": 1.75, "heading": 1.2, "small": 0.9, "field": 1.1, "icon": 1.3}
    tick = next(name for name, one in TICKS.items() if one is look.palette or name == "light")
    # A yellow edge alone is hard to see on white: there the ink goes around the field that has the focus.
    edge = look.palette.ink if look.palette is LIGHT else look.palette.focus
    lengths = {name: look.scaled(size) for name, size in sizes.items()} | {"round": look.scaled(0.65) + 2}
    return SHEET.format(**colours, **lengths, focus_edge=edge, tick=(PICTURES / f"tick-{tick}.svg").as_posix())


def _system_colours(palette: Palette) -> QPalette:
    role = QPalette.ColorRole
    colours = QPalette(QColor(palette.page))
    for part in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText):
        colours.setColor(part, QColor(palette.ink))
    for part in (role.Window, role.Base, role.Button):
        colours.setColor(part, QColor(palette.page))
    colours.setColor(role.Highlight, QColor(palette.brand))
    colours.setColor(role.HighlightedText, QColor(palette.on_brand))
    colours.setColor(role.PlaceholderText, QColor(palette.soft))
    return colours
