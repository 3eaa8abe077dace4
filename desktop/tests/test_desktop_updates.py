"""Releases under TUF metadata: a newer one is told, and whoever holds the portal cannot lie about it for long."""

from __future__ import annotations

import importlib.util
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from desk import Desk

from anahtar_desktop import updates
from anahtar_desktop.doctor import Grade, Patient, examine
from anahtar_desktop.doctor_texts import Found
from anahtar_desktop.transport import Answer, Request, Transport
from anahtar_desktop.updates import News, Releases, look
from anahtar_wire.problems import Problem, Refusal

SCRIPT = Path(__file__).parents[1] / "packaging" / "release.py"
NOW = datetime.now(UTC).replace(microsecond=0)
SERVER = "https://portal.example.invalid"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("eimza_release", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = _loaded()


class Portal(Transport):
    """A portal whose folder `downloads` is served from disk."""

    def __init__(self, downloads: Path) -> None:
        super().__init__()
        self.downloads = downloads
        self.problem: Problem | None = None
        self.asked: list[str] = []

    def send(self, request: Request, seconds: float) -> Answer:
        assert request.address == SERVER
        self.asked.append(request.path)
        if self.problem is not None:
            raise Refusal(self.problem)
        file = self.downloads / request.path.removeprefix("/downloads/")
        return Answer(200, file.read_bytes()) if file.is_file() else Answer(404, b"")


class House:
    """An authority with its keys, its portal, and one holder's program."""

    def __init__(self, folder: Path, now: datetime = NOW) -> None:
        self.keys, self.downloads, self.state = folder / "keys", folder / "downloads", folder / "state"
        release.begin(self.keys, self.downloads, now)
        self.root = (self.downloads / "metadata" / "1.root.json").read_bytes()
        self.portal = Portal(self.downloads)
        self.build = folder / "eimza-linux.tar.xz"
        self.build.write_bytes(b"a build" * 100)

    def publish(self, number: str, system: str = "linux", now: datetime = NOW) -> None:
        release.add(self.keys, self.downloads, system, number, self.build, now)

    def look(self, system: str = "linux") -> Releases:
        return look(SERVER, self.root, self.state, transport=self.portal, system=system)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_newer_release_is_told_and_none_is_fetched(house: House) -> None:
    assert house.look() == Releases(News.NONE_PUBLISHED)
    house.publish("0.1.0")
    assert house.look() == Releases(News.NEWEST, "0.1.0")
    house.publish("0.10.0")
    assert house.look() == Releases(News.NEWER_THERE, "0.10.0")
    assert house.look("win32") == Releases(News.NONE_PUBLISHED)
    assert not [path for path in house.portal.asked if path.endswith(".xz")]


def test_a_portal_without_downloads_has_published_none(tmp_path: Path) -> None:
    house = House(tmp_path)
    shutil.rmtree(house.downloads)
    assert house.look() == Releases(News.NONE_PUBLISHED)


@pytest.mark.parametrize("problem", [Problem.SERVER_GONE, Problem.SERVER_SLOW, Problem.SERVER_RUBBISH])
def test_a_portal_out_of_reach_says_nothing_of_releases(house: House, problem: Problem) -> None:
    house.portal.problem = problem
    assert house.look() == Releases(News.NOT_REACHED)
    house.portal.problem = Problem.SERVER_UNTRUSTED
    assert house.look() == Releases(News.UNTRUSTED)


def test_rollback_an_older_list_is_not_believed_again(house: House, tmp_path: Path) -> None:
    house.publish("0.1.0")
    shutil.copytree(house.downloads, tmp_path / "old")
    house.publish("0.2.0")
    assert house.look() == Releases(News.NEWER_THERE, "0.2.0")
    house.portal.downloads = tmp_path / "old"
    assert house.look() == Releases(News.UNTRUSTED)
    house.portal.downloads = house.downloads
    assert house.look() == Releases(News.NEWER_THERE, "0.2.0"), "and the right list is believed as before"


def test_freeze_a_list_that_is_never_signed_anew_is_noticed_after_a_week(tmp_path: Path) -> None:
    house = House(tmp_path, NOW - timedelta(days=8))
    house.publish("0.1.0", now=NOW - timedelta(days=8))
    assert house.look() == Releases(News.STALE)
    release.refresh(house.keys, house.downloads, NOW)
    assert house.look() == Releases(News.NEWEST, "0.1.0")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_a_list_signed_by_another_is_not_believed(house: House, tmp_path: Path, role: str) -> None:
    house.publish("0.2.0")
    other = House(tmp_path / "other")
    other.publish("0.3.0")
    for file in (other.downloads / "metadata").glob(f"*{role}.json"):
        shutil.copy(file, house.downloads / "metadata" / file.name)
    assert house.look().news is News.UNTRUSTED


def test_a_changed_target_is_not_believed(house: House) -> None:
    house.publish("0.2.0")
    for file in (house.downloads / "targets" / "linux").glob("*newest.json"):
        file.write_text(json.dumps({"version": 1, "release": "9.9.9", "file": "evil"}))
    assert house.look().news in (News.UNTRUSTED, News.NOT_REACHED)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"release": 3}', b'{"release": "1.x"}', b"\xff"])
def test_a_signed_target_that_is_rubbish_is_not_believed(
    house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    whole = release._write
    monkeypatch.setattr(release, "_write", lambda path, data: whole(path, said if path.name == "newest.json" else data))
    house.publish("0.2.0")
    assert house.look() == Releases(News.UNTRUSTED)


def test_the_portals_page_reads_what_was_published(house: House) -> None:
    house.publish("0.1.0")
    house.publish("0.2.0")
    house.publish("0.2.0", "windows")
    builds = json.loads((house.downloads / "builds.json").read_text(encoding="utf-8"))
    assert [one["system"] for one in builds] == ["linux", "windows"]
    for one in builds:
        file = house.downloads / one["address"].removeprefix("/downloads/")
        assert (file.stat().st_size, release.hashlib.sha256(file.read_bytes()).hexdigest()) == (
            one["size"],
            one["sha256"],
        )


def test_keys_are_the_owners_alone_and_never_overwritten(house: House) -> None:
    assert {path.stat().st_mode & 0o777 for path in house.keys.iterdir()} == {0o600}
    with pytest.raises(FileExistsError):
        release.begin(house.keys, house.downloads, NOW)
    with pytest.raises(ValueError, match="one of linux"):
        house.publish("0.2.0", "beos")


@pytest.mark.parametrize("news", list(News))
def test_the_check_page_tells_each_news_and_only_a_lie_stands_in_the_way(news: News, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    patient = Patient(desk.readers, desk.journal, releases=lambda: Releases(news, "0.2.0"))
    [found] = [one for one in examine(patient) if one.what.startswith("release-")]
    assert (found.grade is Grade.BAD) == (news is News.UNTRUSTED)
    assert found.facts == {"release": "0.2.0"}


def test_a_build_without_a_root_asks_nobody(tmp_path: Path) -> None:
    assert updates.root_of_build() is None
    desk = Desk(tmp_path)
    found = [one.what for one in examine(Patient(desk.readers, desk.journal))]
    assert not [one for one in found if one.startswith("release-") or one is Found.AUTHORITY]
