"""Puts builds into the folder that a portal serves, under TUF metadata (The Update Framework 1.0).

    release.py begin   KEYS DOWNLOADS                        keys for the four roles, the first metadata, an empty list
    release.py add     KEYS DOWNLOADS SYSTEM RELEASE FILE    publish a build for linux, windows or macos
    release.py refresh KEYS DOWNLOADS                        sign the time stamp anew; every day, from a timer

KEYS lies outside the tree and on no server: `root` and `targets` on a medium that is put away, `snapshot` and
`timestamp` where `refresh` runs. In earnest make more keys than one for `root`, with a threshold. DOWNLOADS gets
`metadata/`, `targets/` and `builds.json`, which the portal's page reads. Programs are built with `metadata/1.root.json`
(`desktop/packaging/build`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

ROLES = ("root", "targets", "snapshot", "timestamp")
LASTS = {
    "root": timedelta(days=730),
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=365),
    "timestamp": timedelta(days=7),
}
"""How long a role's word is believed: a portal that is frozen at an old list is noticed after a week."""
SYSTEMS = ("linux", "windows", "macos")


def begin(keys: Path, downloads: Path, now: datetime) -> None:
    """Make keys and the first metadata; raises FileExistsError where there are some already."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    signers = {role: CryptoSigner.generate_ed25519() for role in ROLES}
    for role, signer in signers.items():
        _write_new(keys / f"{role}.pem", signer.private_bytes)
    root = Root(expires=now + LASTS["root"])
    for role, signer in signers.items():
        root.add_key(signer.public_key, role)
    for folder in ("metadata", "targets"):
        (downloads / folder).mkdir(parents=True, exist_ok=True)
    _publish(downloads, "root", Metadata(root), signers["root"])
    _publish(downloads, "targets", Metadata(Targets(expires=now + LASTS["targets"])), signers["targets"])
    _publish_lists(keys, downloads, now)
    _write(downloads / "builds.json", b"[]\n")


def add(keys: Path, downloads: Path, system: str, release: str, file: Path, now: datetime) -> None:
    """Publish a build: copied under a name that tells its release, signed, listed for the portal's page."""
    if system not in SYSTEMS:
        raise ValueError(f"{system}: one of {', '.join(SYSTEMS)}")
    name = f"{system}/{release}/{file.name}"
    _write(downloads / "targets" / name, file.read_bytes())
    newest = {"version": 1, "release": release, "file": name}
    _write(downloads / "targets" / _newest(system), json.dumps(newest).encode())
    targets = _read(downloads, "targets", Targets)
    for one in (name, _newest(system)):
        targets.signed.targets[one] = TargetFile.from_file(one, str(downloads / "targets" / one))
    targets.signed.version += 1
    targets.signed.expires = now + LASTS["targets"]
    _publish(downloads, "targets", targets, _signer(keys, "targets"))
    _publish_lists(keys, downloads, now)
    _list_build(downloads, system, name, file)


def refresh(keys: Path, downloads: Path, now: datetime) -> None:
    """Sign a new time stamp over what is published."""
    stamp = _read(downloads, "timestamp", Timestamp)
    stamp.signed.version += 1
    stamp.signed.expires = now + LASTS["timestamp"]
    _publish(downloads, "timestamp", stamp, _signer(keys, "timestamp"))


def _newest(system: str) -> str:
    return f"{system}/newest.json"


def _publish_lists(keys: Path, downloads: Path, now: datetime) -> None:
    """Sign snapshot and time stamp over the targets that are there now."""
    of_targets = _read(downloads, "targets", Targets).signed.version
    snapshot = Metadata(Snapshot(_next(downloads, "snapshot", Snapshot), expires=now + LASTS["snapshot"]))
    snapshot.signed.meta["targets.json"] = MetaFile(of_targets)
    _publish(downloads, "snapshot", snapshot, _signer(keys, "snapshot"))
    stamp = Metadata(Timestamp(_next(downloads, "timestamp", Timestamp), expires=now + LASTS["timestamp"]))
    stamp.signed.snapshot_meta = MetaFile(snapshot.signed.version)
    _publish(downloads, "timestamp", stamp, _signer(keys, "timestamp"))


def _publish(downloads: Path, role: str, metadata: Metadata[Any], signer: CryptoSigner) -> None:
    metadata.sign(signer)
    versioned = role if role == "timestamp" else f"{metadata.signed.version}.{role}"
    _write(downloads / "metadata" / f"{versioned}.json", metadata.to_bytes())


def _versions(downloads: Path, role: str) -> list[int]:
    return [int(path.name.split(".")[0]) for path in (downloads / "metadata").glob(f"*.{role}.json")]


def _next(downloads: Path, role: str, kind: type[Any]) -> int:
    there = (downloads / "metadata" / "timestamp.json").exists() if role == "timestamp" else _versions(downloads, role)
    return int(_read(downloads, role, kind).signed.version) + 1 if there else 1


def _read(downloads: Path, role: str, kind: type[Any]) -> Metadata[Any]:
    name = role if role == "timestamp" else f"{max(_versions(downloads, role))}.{role}"
    metadata = Metadata[Any].from_file(str(downloads / "metadata" / f"{name}.json"))
    if not isinstance(metadata.signed, kind):
        raise TypeError(role)
    return metadata


def _signer(keys: Path, role: str) -> CryptoSigner:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key((keys / f"{role}.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return CryptoSigner(key)


def _list_build(downloads: Path, system: str, name: str, file: Path) -> None:
    """Keep the newest build of each system where the portal's page reads it (`anahtar_server.portal.downloads`)."""
    whole = file.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()
    path = downloads / "builds.json"
    listed = [one for one in json.loads(path.read_text(encoding="utf-8")) if one["system"] != system]
    published = f"{Path(name).parent.as_posix()}/{digest}.{file.name}"
    one = {"system": system, "name": file.name, "size": len(whole), "sha256": digest}
    listed.append(one | {"address": f"/downloads/targets/{published}"})
    _write(path, json.dumps(listed, indent=1).encode() + b"\n")


def _write(path: Path, data: bytes) -> None:
    """Write so that a reader sees the old file or the new one; a target also under its digest's name (TUF 1.0, 6.2)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    if "targets" in path.parts:
        part.replace(path)
        os.link(path, part)
        part.replace(path.with_name(f"{hashlib.sha256(data).hexdigest()}.{path.name}"))
        return
    part.replace(path)


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)


def main(arguments: list[str]) -> int:
    """Run one command; 2 for wrong usage."""
    now = datetime.now(UTC).replace(microsecond=0)
    match arguments:
        case ["begin", keys, downloads]:
            begin(Path(keys), Path(downloads), now)
        case ["add", keys, downloads, system, release, file]:
            add(Path(keys), Path(downloads), system, release, Path(file), now)
        case ["refresh", keys, downloads]:
            refresh(Path(keys), Path(downloads), now)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
