"""Our pictures as line SVG, coloured when they are drawn: the mark, a card, a reader, and signs of one stroke."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

LINE = 'fill="none" stroke="{ink}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"'

MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="{ink}"><path fill-rule="evenodd" '
    'd="M4 4.25a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5zm0 2a1.75 1.75 0 1 1 0 3.5 1.75 1.75 0 0 1 0-3.5z"/>'
    '<path d="M7 7.1h2v1.8H7zM8.8 3.2h3.1v2.6H8.8zM12.7 3.2h3.1v2.6h-3.1zM8.8 6.7h3.1v2.6H8.8zM12.7 6.7h3.1v2.6h-3.1z'
    'M8.8 10.2h3.1v2.6H8.8zM12.7 10.2h3.1v2.6h-3.1z"/></svg>'
)
CHIP = (
    '<rect x="{x}" y="{y}" width="18" height="16" rx="3" fill="{accent}" fill-opacity="0.25" stroke="{accent}" '
    'stroke-width="1.6"/><path d="M{x} {line1}h6m6 0h6M{x} {line2}h6m6 0h6" stroke="{accent}" stroke-width="1.4"/>'
)
CARD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 84 56"><rect x="2" y="2" width="80" height="52" rx="6" '
    'fill="{ground}" stroke="{ink}" stroke-width="2"/>'
    + CHIP.format(x=12, y=17, line1=22, line2=28, accent="{accent}")
    + '<path d="M42 24h28M42 33h20" stroke="{ink}" stroke-width="2" stroke-linecap="round" opacity="0.55"/></svg>'
)
INSERT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 120">'
    '<rect x="128" y="26" width="84" height="68" rx="10" fill="{ground}" stroke="{ink}" stroke-width="2.5"/>'
    '<path d="M128 46v28" stroke="{ink}" stroke-width="6"/><circle cx="196" cy="42" r="3.5" fill="{accent}"/>'
    '<path d="M212 60h8" stroke="{ink}" stroke-width="2.5"/>'
    '<rect x="6" y="34" width="84" height="52" rx="6" fill="{ground}" stroke="{ink}" stroke-width="2.5"/>'
    + CHIP.format(x=62, y=52, line1=57, line2=63, accent="{accent}")
    + '<path d="M18 48h24M18 56h16" stroke="{ink}" stroke-width="2" stroke-linecap="round" opacity="0.55"/>'
    '<path d="M98 60h18m-7-7 7 7-7 7" fill="none" stroke="{accent}" stroke-width="3.5" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
SIGNS = {
    "good": "M5 12.5l4.5 4.5L19 7.5",
    "bad": "M12 6.5v6.5M12 17.2v.1",
    "warning": "M12 6.5v6.5M12 17.2v.1",
    "info": "M12 11v6M12 6.8v.1",
    "question": "M9 9a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.1-1.4 2.1M12 17.4v.1",
    "paste": "M9 4.5h6v3H9zM9 6H6v14h12V6h-3M9 12h6M9 16h4",
    "wait": "M7 4h10M7 20h10M8 4c0 5 8 6 8 16M16 4c0 5-8 6-8 16",
    "lock": "M7 11h10v9H7zM9 11V8a3 3 0 0 1 6 0v3",
    "open": "M6 12.5l4 4L18 8",
    "none": "M6 12h12",
    "dead": "M7 7l10 10M17 7L7 17",
}
"""The stroke of each sign in a box of 24."""
RINGED = ("bad", "info", "question", "good")


def sign(name: str, ink: str) -> str:
    """Return a sign as SVG; each has a shape of its own, for colour alone says nothing."""
    ring = f'<circle cx="12" cy="12" r="10.6" {LINE.format(ink=ink, width=1.8)}/>' if name in RINGED else ""
    if name == "warning":
        ring = f'<path d="M12 2.2L22.6 21H1.4z" {LINE.format(ink=ink, width=1.8)}/>'
    stroke = f'<path d="{SIGNS[name]}" {LINE.format(ink=ink, width=2.2)}/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{ring}{stroke}</svg>'


def pixmap(svg: str, height: int, ratio: float = 2.0) -> QPixmap:
    """Return an SVG drawn so high, in pixels of the layout; `ratio` more of them are drawn, for fine screens.

    The same drawing is the same picture: Qt keeps what it makes of each for the screen, so a new one for each page made
    the program grow with every page.
    """
    name = f"{svg} {height} {ratio}"
    kept = QPixmap()
    if not QPixmapCache.find(name, kept):
        kept = _drawn(svg, height, ratio)
        QPixmapCache.insert(name, kept)
    return kept


def _drawn(svg: str, height: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    size = renderer.defaultSize()
    wanted = QSize(round(height * size.width() / max(1, size.height())), height)
    picture = QPixmap(wanted * ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(svg: str, height: int) -> QIcon:
    """Return a drawing as an icon."""
    return QIcon(pixmap(svg, height))
