"""One window a person: a second start hands what it was given to the first and leaves.

The two meet at a local socket that only this user may open (QLocalServer::UserAccessOption). What comes in is one line,
short, and nothing but a link or the wish to be seen; it is treated as hostile all the same.
"""

from __future__ import annotations

import getpass
import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from anahtar_desktop.links import LONGEST

SHOW = "show"
PATIENCE = 400
"""Milliseconds that the second start waits for the first."""


def place() -> str:
    """Return the socket's name, this user's own."""
    return "eimza-" + hashlib.sha256(getpass.getuser().encode()).hexdigest()[:16]


def hand_over(link: str | None, name: str | None = None) -> bool:
    """Give the link, or the wish to be seen, to a window that is already open; return whether there was one."""
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


class FirstStart(QObject):
    """Listens for later starts. `came` carries the link that one brought, or an empty text."""

    came = Signal(str)

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(4)
        self._server.newConnection.connect(self._greet)
        QLocalServer.removeServer(name or place())  # left behind by a program that was killed
        self.listening = self._server.listen(name or place())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _greet(self) -> None:
        while socket := self._server.nextPendingConnection():
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > 2 * LONGEST:
                socket.abort()
            return
        line = bytes(socket.readLine(4 * LONGEST).data()).decode("utf-8", "replace").strip()
        socket.write(b"ok\n")
        socket.flush()
        self.came.emit("" if line == SHOW else line[: LONGEST + 1])
