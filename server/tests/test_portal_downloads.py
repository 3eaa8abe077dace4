"""The program's releases on the portal: what was published is listed and sent as it is, nothing else of the disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.test import Client
from portal_stage import problem_of

from anahtar_server import config as configuration
from anahtar_server.portal.downloads import LIST, SYSTEMS, downloads

pytestmark = pytest.mark.django_db
BUILD = b"\x1f\x8b a build"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as `desktop/packaging/release.py` leaves it, and something beside it that is nobody's business."""
    folder = tmp_path / "downloads"
    for part in ("metadata", "targets/linux/0.2.0"):
        (folder / part).mkdir(parents=True)
    (folder / "metadata" / "timestamp.json").write_text("{}")
    (folder / "targets" / "linux" / "0.2.0" / "eimza.tar.xz").write_bytes(BUILD)
    one = {"system": "linux", "name": "eimza.tar.xz", "size": len(BUILD), "sha256": hashlib.sha256(BUILD).hexdigest()}
    listed = [one | {"address": "/downloads/targets/linux/0.2.0/eimza.tar.xz"}]
    (folder / LIST).write_text(json.dumps(listed))
    (tmp_path / "secret").write_text("secret")
    (folder / "targets" / "way-out").symlink_to(tmp_path / "secret")
    portal = configuration.config().portal.model_copy(update={"downloads": folder})
    whole = configuration.config().model_copy(update={"portal": portal})
    monkeypatch.setattr("anahtar_server.portal.downloads.config", lambda: whole)
    return folder


def test_without_a_folder_every_system_reads_not_published_yet() -> None:
    assert downloads() == [(name, None) for name in SYSTEMS.values()]
    assert problem_of(Client().get("/downloads/metadata/timestamp.json")) == (404, "page-not-found")


def test_a_published_build_is_listed_and_comes_whole(published: Path) -> None:
    listed = {name: build for name, build in downloads() if build}
    [build] = listed.values()
    answer = Client().get(build.address)
    whole = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert (answer.status_code, hashlib.sha256(whole).hexdigest(), len(whole)) == (200, build.sha256, build.size)
    assert answer["Content-Disposition"] == 'attachment; filename="eimza.tar.xz"'


def test_the_metadata_is_asked_anew_each_time(published: Path) -> None:
    answer = Client().get("/downloads/metadata/timestamp.json")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-cache")
    answer.close()


@pytest.mark.parametrize(
    "place",
    [
        "builds.json",
        "metadata",
        "metadata/",
        "metadata/../builds.json",
        "targets/../../secret",
        "targets/way-out",
        "targets/%2e%2e/%2e%2e/secret",
        "targets//etc/passwd",
        "/etc/passwd",
        "targets/%00",
        "targets/no-such",
    ],
)
def test_nothing_else_of_the_disk_is_sent(published: Path, place: str) -> None:
    assert problem_of(Client().get(f"/downloads/{place}")) == (404, "page-not-found")


@pytest.mark.parametrize("text", ["", "{}", '[{"system": "linux"}]', "[" * 2000])
def test_a_list_that_is_rubbish_publishes_nothing(published: Path, text: str) -> None:
    (published / LIST).write_text(text)
    assert all(build is None for _, build in downloads())
