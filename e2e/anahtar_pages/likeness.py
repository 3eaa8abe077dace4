"""Whether a page still looks like its kept picture, as an eye a few steps away would say (decision 0016).

A kept picture is a fifth of the page in each direction, with 16 steps a colour: what lies below a pixel of it (how an
edge of a letter is smoothed) is not kept. A colour, a missing line, a button elsewhere is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QImage, QPainter

SMALLER = 5
FAR = 56
"""Of 255 steps of a colour: so far apart two pixels are seen as different."""
FEW = 12
"""So many pixels may be far apart: fewer than a word of text makes."""

_RGB = QImage.Format.Format_RGB888
_STEPS = bytes((value >> 4) * 17 for value in range(256))
_IS_FAR = bytes(value > FAR for value in range(256))


@dataclass(frozen=True, slots=True)
class Difference:
    """How many pixels are far apart, and the part of the page (left, top, right, bottom in its own pixels) with all of
    them."""

    pixels: int
    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        return f"{self.pixels} pixels between ({self.left}, {self.top}) and ({self.right}, {self.bottom})"


def small(png: bytes) -> QImage:
    """Return a screenshot as it is kept."""
    whole = QImage.fromData(QByteArray(png)).convertToFormat(_RGB)
    size = whole.size() / SMALLER
    exact, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return _of(whole.scaled(size, exact, smooth), _STEPS)


def keep(picture: QImage, file: Path) -> None:
    """Write a picture, packed as hard as can be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(str(file), quality=0)  # of a PNG: how hard it is packed


def difference(fresh: QImage, kept: QImage) -> Difference | None:
    """Return how two small pictures differ to the eye, None when they do not. One that is longer differs there."""
    height = max(fresh.height(), kept.height())
    apart = _on_ground(fresh, height)
    painter = QPainter(apart)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.drawImage(0, 0, _on_ground(kept, height))
    painter.end()
    return _measured(_of(apart, _IS_FAR))


def _on_ground(picture: QImage, height: int) -> QImage:
    """Return a picture of that height, grey where it had ended."""
    ground = QImage(picture.width(), height, _RGB)
    ground.fill(Qt.GlobalColor.gray)
    painter = QPainter(ground)
    painter.drawImage(0, 0, picture)
    painter.end()
    return ground


def _measured(far: QImage) -> Difference | None:
    rows = [_row(far, y) for y in range(far.height())]
    pixels = sum(len(row) for row in rows)
    if pixels <= FEW:
        return None
    across = [x for row in rows for x in row]
    down = [y for y, row in enumerate(rows) if row]
    return Difference(
        pixels, min(across) * SMALLER, min(down) * SMALLER, (max(across) + 1) * SMALLER, (max(down) + 1) * SMALLER
    )


def _row(far: QImage, y: int) -> list[int]:
    """Return the columns of a row in which any colour is far apart."""
    start = y * far.bytesPerLine()
    row = bytes(far.constBits()[start : start + 3 * far.width()])
    return [x for x in range(far.width()) if any(row[3 * x : 3 * x + 3])] if any(row) else []


def _of(picture: QImage, table: bytes) -> QImage:
    """Return a picture with each step of each colour replaced as `table` says."""
    bits = bytes(picture.constBits()).translate(table)
    return QImage(bits, picture.width(), picture.height(), picture.bytesPerLine(), _RGB).copy()
