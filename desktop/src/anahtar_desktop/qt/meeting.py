"""Where two starts of the program meet, asked of the system alone: on the way to the first window Qt's network part
would take longer to load than all that is done here."""

from __future__ import annotations

import _socket as socket  # without the names of `socket`, which take longer to make than the first page
import os
from contextlib import suppress
from pathlib import Path

WAITING = 4
"""Later starts that may wait to be heard."""


def place() -> str:
    """Return the socket's name, this user's own."""
    if os.name == "nt":
        return "eimza-" + "".join(one for one in os.environ.get("USERNAME", "") if one.isalnum())
    return f"eimza-{os.getuid()}"


def path_of(name: str) -> Path:
    """Return the file of a local socket, as QLocalServer names it where sockets are files."""
    return Path(os.environ.get("TMPDIR") or "/tmp") / name  # noqa: S108  who owns it is looked at


def is_ours(name: str) -> bool:
    """Tell whether the place is not somebody else's, who would hear our link."""
    if os.name == "nt":
        return True
    try:
        return path_of(name).lstat().st_uid == os.getuid()
    except OSError:
        return False


def may_be_there(name: str) -> bool:
    """Tell whether a first start may be there to talk to; a socket that nobody listens at was left behind."""
    return is_ours(name) and (os.name == "nt" or _listens(path_of(name)))


def _listens(path: Path) -> bool:
    asking = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        return asking.connect_ex(str(path)) == 0
    finally:
        asking.close()


def take_place(name: str) -> int | None:
    """Begin to listen and return the socket's number, which is the caller's to close; None where Qt has to do it, and
    where the place is somebody else's."""
    if os.name == "nt":
        return None
    path = path_of(name)
    with suppress(OSError):
        path.unlink()  # left behind by a program that was killed
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
        listening.listen(WAITING)
    except OSError:
        listening.close()
        return None
    finally:
        os.umask(before)
    listening.setblocking(False)
    return listening.detach()
