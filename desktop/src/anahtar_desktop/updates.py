"""Whether a newer release is there: told, never fetched and never installed.

The portal serves what was released under TUF metadata (The Update Framework 1.0); the first root is in the build
(`releases-root.json`). So neither the portal nor anyone between can show a release that was not signed, go back to an
older list (rollback), or hold us at an old one for longer than its time stamp lasts (freeze).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anahtar_desktop import RELEASE
from anahtar_wire.problems import Problem, Refusal

if TYPE_CHECKING:
    from anahtar_desktop.transport import Transport

LOG = logging.getLogger(__name__)
ROOT = "releases-root.json"
PATIENCE = 5.0
"""Seconds for one file of the list."""
LONGEST = 20
"""Characters of a release's number."""
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


class News(Enum):
    """What is known of releases."""

    NEWEST = "newest"
    NEWER_THERE = "newer-there"
    NONE_PUBLISHED = "none-published"
    NOT_REACHED = "not-reached"
    STALE = "stale"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Releases:
    """What was found; `release` is the newest one, where it is known."""

    news: News
    release: str = ""


def root_of_build() -> bytes | None:
    """Return the root that releases are believed by; None for a build without one, which asks nobody."""
    path = Path(__file__).parent / ROOT
    return path.read_bytes() if path.exists() else None


def look(
    server: str, root: bytes, folder: Path, *, transport: Transport | None = None, system: str = sys.platform
) -> Releases:
    """Ask the portal at `server` for its list of releases; `folder` keeps what was believed last. Raises nothing."""
    from tuf.api import exceptions

    try:
        release = _newest(server, root, folder, transport, SYSTEMS.get(system, system))
    except exceptions.ExpiredMetadataError:
        return Releases(News.STALE)
    except exceptions.RepositoryError as error:
        LOG.warning("releases: %s", type(error).__name__)
        return Releases(News.UNTRUSTED)
    except (exceptions.DownloadError, OSError) as error:
        missing = isinstance(error, exceptions.DownloadHTTPError) and error.status_code == 404
        return Releases(News.NONE_PUBLISHED if missing else News.NOT_REACHED)
    except (ValueError, KeyError, TypeError):
        return Releases(News.UNTRUSTED)
    if release is None:
        return Releases(News.NONE_PUBLISHED)
    return Releases(News.NEWER_THERE if _number(release) > _number(RELEASE) else News.NEWEST, release)


def _newest(server: str, root: bytes, folder: Path, transport: Transport | None, system: str) -> str | None:
    from tuf.ngclient.updater import Updater

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    base = f"{server.rstrip('/')}/downloads"
    updater = Updater(
        str(folder), f"{base}/metadata/", str(folder), f"{base}/targets/", fetcher=_fetcher(transport), bootstrap=root
    )
    target = updater.get_targetinfo(f"{system}/newest.json")
    if target is None:
        return None
    release = json.loads(Path(updater.download_target(target)).read_bytes())["release"]
    if not isinstance(release, str) or len(release) > LONGEST:
        raise ValueError
    _number(release)
    return release


def _fetcher(transport: Transport | None) -> Any:
    """Return TUF's way to files by our own transport: the system's proxy and trust store, small answers, in time."""
    from tuf.api import exceptions
    from tuf.ngclient.fetcher import FetcherInterface

    from anahtar_desktop.transport import Request, Transport

    way = transport or Transport()

    class Fetcher(FetcherInterface):
        def _fetch(self, url: str) -> Iterator[bytes]:
            parts = urlsplit(url)
            request = Request(f"{parts.scheme}://{parts.netloc}", parts.path, None, {})
            try:
                answer = way.send(request, PATIENCE)
            except Refusal as refusal:
                if refusal.problem is Problem.SERVER_UNTRUSTED:
                    raise exceptions.RepositoryError(str(refusal.problem)) from None
                raise exceptions.DownloadError(str(refusal.problem)) from None
            if answer.status != 200:
                raise exceptions.DownloadHTTPError("refused", answer.status)
            yield answer.body

    return Fetcher()


def _number(release: str) -> tuple[int, ...]:
    """Return a release as numbers, for comparing; raises ValueError."""
    return tuple(int(part) for part in release.split("."))
