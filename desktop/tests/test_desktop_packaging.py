"""What delivery is made of: the bill of materials agrees with the lock, and the recipes name files that exist."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from anahtar_desktop import register_windows

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "desktop" / "packaging"
LOCK = ROOT / "requirements" / "test.txt"


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("eimza_sbom", PACKAGING / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_part_has_the_locks_version_and_sums_and_the_same_lock_makes_the_same_file(sbom: ModuleType) -> None:
    done = [
        subprocess.run([sys.executable, PACKAGING / "sbom.py", LOCK], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert done[0].stdout == done[1].stdout
    bill = json.loads(done[0].stdout)
    lock = LOCK.read_text(encoding="utf-8")
    parts = {one["name"]: one for one in bill["components"]}
    assert {"pyside6-essentials", "cryptography", "pyscard", "pydantic", "shiboken6"} <= set(parts)
    assert not {"django", "pytest"} & set(parts), "what the program does not bring is not in its bill"
    for name, part in parts.items():
        if name not in sbom.OWN:
            assert f"\n{name}=={part['version']} " in lock.lower().replace("[binary]", "")
            assert part["hashes"]
            assert all(one["content"] in lock for one in part["hashes"])


def test_every_part_that_is_needed_is_in_the_bill(sbom: ModuleType) -> None:
    bill = sbom.bill(sbom.locked(LOCK.read_text(encoding="utf-8")))
    known = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in bill["dependencies"]} == known
    assert all(set(one["dependsOn"]) <= known for one in bill["dependencies"])


def test_a_part_that_the_lock_does_not_hold_is_refused(sbom: ModuleType) -> None:
    lock = sbom.locked(LOCK.read_text(encoding="utf-8"))
    del lock["cryptography"]
    with pytest.raises(KeyError):
        sbom.bill(lock)


def test_what_a_build_took_from_the_system_is_in_its_bill(sbom: ModuleType, tmp_path: Path) -> None:
    inside = tmp_path / "_internal"
    inside.mkdir()
    for name in ("libpcsclite.so.1", "libpython3.11.so.1.0"):
        (inside / name).touch()
    (inside / "libQt6Core.so.6").symlink_to("PySide6/Qt/lib/libQt6Core.so.6")  # this one came in a wheel
    names = {one["name"]: one["purl"] for one in sbom.of_system(tmp_path)}
    assert set(names) == {"cpython", "libpcsclite1"}
    assert re.fullmatch(r"pkg:deb/debian/libpcsclite1@\d+\.\S+", names["libpcsclite1"])
    (inside / "libnobodys.so.7").touch()
    with pytest.raises(LookupError, match=r"libnobodys\.so\.7"):
        sbom.of_system(tmp_path)


@pytest.mark.parametrize("name", ["build", "debian", "try", "macos/build"])
def test_the_recipes_are_well_formed_and_name_files_that_exist(name: str) -> None:
    script = PACKAGING / name
    assert subprocess.run(["bash", "-n", script], capture_output=True).returncode == 0
    assert script.stat().st_mode & 0o111
    for file in re.findall(r"desktop/(?:share|packaging)/[\w.-]+", script.read_text(encoding="utf-8")):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("name", ["windows/build.ps1", "windows/eimza.iss", "windows/eimza.wxs", "macos/build"])
def test_what_nobody_ran_says_so(name: str) -> None:
    assert "UNRUN" in (PACKAGING / name).read_text(encoding="utf-8")[:200]


LINKS = {
    (register_windows.KEY, "", "URL:E-İmza Uygulaması"),
    (register_windows.KEY, "URL Protocol", ""),
    (register_windows.KEY + r"\shell\open\command", "", '"eimzaw.exe" open "%1"'),
}
"""What makes links open the program on Windows: key, name, value."""


def test_the_msi_registers_the_link_as_the_program_itself_does() -> None:
    wix = "{http://schemas.microsoft.com/wix/2006/wi}"
    found = {
        (str(key.get("Key")), value.get("Name", ""), value.get("Value", "").replace("[PROGRAM]", ""))
        for key in ElementTree.parse(PACKAGING / "windows" / "eimza.wxs").iter(f"{wix}RegistryKey")
        for value in key.iter(f"{wix}RegistryValue")
    }
    assert found == LINKS


def test_a_persons_installer_registers_the_link_for_that_person_and_asks_for_no_rights() -> None:
    text = (PACKAGING / "windows" / "eimza.iss").read_text(encoding="utf-8")
    assert "PrivilegesRequired=lowest" in text and "HKLM" not in text
    found = set()
    for line in text[text.index("[Registry]") :].splitlines()[1:]:
        said = dict(part.split(": ", 1) for part in line.split("; "))
        value = said["ValueData"].replace("{app}\\", "")
        value = value[1:-1].replace('""', '"') if value.startswith('"') else value
        found.add((said["Subkey"], said.get("ValueName", ""), value))
    assert found == LINKS
