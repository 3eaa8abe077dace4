"""A list of a million: written from the register beside `openssl ca -gencrl`, and changed in one place beside
`openssl crl` that only reads it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench.frame import Goal, Measure, Rounds, alternate, judge
from bench.parts.status import made, process, scaled, work

ENTRIES = scaled(1_000_000)
ROUNDS = 3
_CONFIG = """[ca]
default_ca = here
[here]
database = index.txt
crlnumber = number
default_md = sha384
default_crl_days = 1
certificate = ca.pem
private_key = ca.key
"""
WHY = (
    "whole process, P-384, {entries:,} entries with a reason, openssl reading the same rows from its index.txt; ours "
    "reads the register (SQLite, synchronous=FULL) and stores the list there; {size} MB"
)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield time and memory of writing a whole list, and the time of a new list after one act."""
    rounds = rounds or ROUNDS
    folder = Path(tempfile.mkdtemp(prefix="anahtar-bench-crl-"))
    try:
        settings = made(folder / "register")
        work("fill", settings, count=ENTRIES, listed=True)
        work("fill", settings, count=50, listed=False)
        size = round(int(work("write-list", settings).facts["size"]) / 1e6)
        peer = _openssl_authority(folder / "peer")
        yield from _whole(settings, peer, rounds, WHY.format(entries=ENTRIES, size=size))
        yield _one_change(settings, folder, rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _whole(settings: Path, peer: Path, rounds: int, why: str) -> Iterator[Measure]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(work("write-list", settings))
        command = ["openssl", "ca", "-gencrl", "-config", "ca.cnf", "-out", "list.pem", "-batch"]
        theirs.append(process(command, cwd=peer))
    time_taken = Rounds([one.seconds for one in ours], [seconds for _, seconds, _ in theirs])
    memory = Rounds([one.megabytes for one in ours], [megabytes for _, _, megabytes in theirs])
    yield judge("crl", f"a list of {ENTRIES:,}, time", "s", time_taken, to="peer", goal=Goal("<=", 0.15), why=why)
    yield judge("crl", f"a list of {ENTRIES:,}, memory", "MB", memory, to="peer", goal=Goal("<=", 0.35), why=why)


def _one_change(settings: Path, folder: Path, rounds: int) -> Measure:
    taken = iter(work("change-one", settings, rounds=rounds + 1).facts["seconds"][1:])
    file = folder / "list.crl"
    work("list-to", settings, file=str(file))
    said = subprocess.run(
        ["openssl", "crl", "-inform", "DER", "-in", str(file), "-noout", "-crlnumber"], capture_output=True, text=True
    )
    if "crlNumber" not in said.stdout:
        raise RuntimeError(f"openssl does not read our list: {said.stderr}")

    def read() -> float:
        began = time.perf_counter()
        subprocess.run(["openssl", "crl", "-inform", "DER", "-in", str(file), "-noout"], check=True)
        return time.perf_counter() - began

    both = alternate(lambda: next(taken), read, None, rounds)
    why = "from the committed act to the stored list, full and delta, in a worker that runs; openssl crl only reads it"
    return judge("crl", "a new list after one act", "s", both, to="peer", goal=Goal("<=", 0.35), why=why)


def _openssl_authority(folder: Path) -> Path:
    """Make openssl's own authority with as many revoked certificates."""
    folder.mkdir()
    (folder / "ca.cnf").write_text(_CONFIG)
    (folder / "number").write_text("01\n")
    (folder / "index.txt.attr").write_text("unique_subject = no\n")
    with (folder / "index.txt").open("w") as index:
        for number in range(ENTRIES):
            serial = ((0x40 << 152) + number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 159)
            text = f"{serial:X}"
            text = text if len(text) % 2 == 0 else "0" + text
            index.write(f"R\t290101000000Z\t260101000000Z,keyCompromise\t{text}\tunknown\t/CN=Deneme\n")
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-384",
        "-nodes",
        "-days",
        "9",
    ]
    subprocess.run(
        [*request, "-subj", "/CN=Peer", "-keyout", "ca.key", "-out", "ca.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    with suppress(FileNotFoundError):
        (folder / "list.pem").unlink()
    return folder
