"""One window a person: a second start hands what it was given to the first and leaves.

The two meet at a local socket that only this user may open (QLocalServer::UserAccessOption). What comes in is one line,
short, and nothing but a link or the wish to be seen; it is treated as hostile all the same.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from anahtar_desktop.links import LONGEST
from anahtar_desktop.qt.meeting import is_ours, path_of, place, take_place

SHOW = "show"
PATIENCE = 400
"""Milliseconds that the second start waits for the first."""


def hand_over(link: str | None, name: str | None = None) -> bool:
    """Give the link, or the wish to be seen, to a window that is already open; return whether there was one."""
    if not is_ours(name or place()):
        return False
    socket = QLocalSocket()
    socket.connectToServer(name or place())
    if not socket.waitForConnected(PATIENCE):
        return False
    socket.write(((link or SHOW)[: LONGEST + 1] + "\n").encode("utf-8", "replace"))
    socket.waitForBytesWritten(PATIENCE)
    socket.waitForReadyRead(PATIENCE)  # the first says that it heard
    said = bytes(socket.readAll().data())
    socket.disconnectFromServer()
    return said == b"ok\n"


HEARING = 200
"""Milliseconds that the first start listens to one later start."""


class FirstStart(QObject):
    """Listens for later starts, on the socket that `take_place` gave where it gave one. `came` carries the link that
    one brought, or an empty text."""

    came = Signal(str)

    def __init__(self, name: str | None = None, held: int | None = None) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(4)
        self._server.newConnection.connect(self._greet)
        self._name = name or place()
        held = take_place(self._name) if held is None else held
        self.listening = self._server.listen(self._name if held is None else held)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        if self.listening:
            path_of(self._name).unlink(missing_ok=True)

    @Slot()
    def _greet(self) -> None:
        while self._server.hasPendingConnections():
            line = _heard(self._server.nextPendingConnection())
            if line is not None:
                self.came.emit("" if line == SHOW else line[: LONGEST + 1])


def _heard(socket: QLocalSocket) -> str | None:
    """Return the line that a later start says, None when none comes in time or it does not end.

    Read at once and not by signals: only this user's programs can connect, a real one has its line ready, and a socket
    that Python slots hold and Qt deletes was seen to end the process.
    """
    said = b""
    while (
        b"\n" not in said and len(said) <= 4 * LONGEST and (socket.bytesAvailable() or socket.waitForReadyRead(HEARING))
    ):
        said += bytes(socket.read(LONGEST).data())
    whole = b"\n" in said[: 4 * LONGEST]
    if whole:
        socket.write(b"ok\n")
        socket.waitForBytesWritten(HEARING)
    socket.abort()
    return said.split(b"\n")[0].decode("utf-8", "replace").strip() if whole else None
