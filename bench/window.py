"""The window: its first picture, the way from Onay to success, the card's release, memory, size; and `eimza status`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.frame import Goal, Measure, Rounds, alternate, judge, not_measured
from bench.parts.packages import lacking
from bench.parts.stage import Stage, stage
from bench.parts.unpacked import NotThere, environment, unpacked

ROUNDS = 9
STARTS = 5
UNLOCKS = 10
ROOT = Path(__file__).parents[1]
FIRST_WINDOW, FIRST_TO_PEER = Goal("<=", 1.5), Goal("<=", 0.9)
STATUS = Goal("<=", 0.35)
ONAY = Goal("<=", 1.2)
RELEASE_WITHIN = 100.0
"""Milliseconds from a card's last answer to its release."""
NO_GROWTH = Goal("<=", 1.02)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield the program's measures."""
    with _screen() as screen:
        yield from _first_window(screen, rounds or ROUNDS)
    yield from _status(rounds or ROUNDS)
    yield from _acts(rounds or UNLOCKS)
    yield from _size()


@contextmanager
def _screen() -> Iterator[dict[str, str]]:
    """Yield the environment of a screen without a monitor, and a home of its own for what is shown on it."""
    reading, writing = os.pipe()
    # Without -noreset the screen begins anew when its last program goes, and refuses who comes meanwhile.
    command = ["Xvfb", "-displayfd", str(writing), "-noreset", "-nolisten", "tcp", "-screen", "0", "1366x1024x24"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as said, tempfile.TemporaryDirectory(prefix="anahtar-", dir="/tmp") as home:
        number = said.readline().strip()
        try:
            yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"}
        finally:
            server.terminate()
            server.wait()


def _first_window(screen: dict[str, str], rounds: int) -> Iterator[Measure]:
    name = "first window"
    how = f"from the start of the process to the first picture, X11 without a monitor, the median of {STARTS} starts"
    for which in ("ours", "bare"):
        _first(which, screen)  # the first one fills the caches
    taken = alternate(partial(_first, "ours", screen), None, partial(_first, "bare", screen), rounds)
    yield judge("window", name, "ms", taken, to="limit", goal=FIRST_WINDOW, why=f"{how}; the limit is a PySide6 window")
    yield _beside_ausweisapp(screen, rounds)


def _first(which: str, screen: dict[str, str]) -> float:
    """Return the median of some starts, in milliseconds."""
    return statistics.median(_first_picture(which, screen) for _ in range(STARTS))


def _first_picture(which: str, screen: dict[str, str]) -> float:
    began = time.monotonic()
    command = [sys.executable, "-m", "bench.parts.first_window", which]
    done = subprocess.run(command, env={**os.environ, **screen}, capture_output=True, text=True, check=True, cwd=ROOT)
    return (float(done.stdout.split()[-1]) - began) * 1000


def _beside_ausweisapp(screen: dict[str, str], rounds: int) -> Measure:
    """Both are watched from outside, by the window's appearance on the screen."""
    name = "first window beside AusweisApp2"
    why = lacking("x11-utils")
    try:
        folder = unpacked(*_parts_of("ausweisapp2")) if not why else Path()
        found = (one for one in folder.rglob("AusweisApp2") if one.is_file()) if not why else iter(())
        program = next(found, None)
        if program is None:
            raise NotThere(why or "the package holds no program")
        around = environment(folder) | screen | _places_of(folder)
        ours = [str(Path(sys.executable).parent / "eimza"), "window"]
        both = (
            partial(_mapped, ours, {**os.environ, **screen}, "eimza"),
            partial(_mapped, [str(program)], around, "AusweisApp2"),
        )
        for take in both:
            take()  # the first one fills the caches
        taken = alternate(*both, None, rounds)
    except (NotThere, RuntimeError) as error:
        return not_measured("window", name, "ms", str(error), FIRST_TO_PEER)
    return judge("window", name, "ms", taken, to="peer", goal=FIRST_TO_PEER, why="until X11 shows the window")


def _parts_of(package: str) -> list[str]:
    """Return a package and what this machine lacks of what it needs; nothing is installed."""
    asked = ["apt-get", "install", "-s", "-qq", "--no-install-recommends", package]
    planned = subprocess.run(asked, capture_output=True, text=True).stdout
    return [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")] or [package]


def _places_of(folder: Path) -> dict[str, str]:
    """Return where an unpacked program finds its Qt's parts and its own data (it ends by itself where it misses its
    `config.json`); its pages are drawn without a graphics card."""
    plugins = next((str(one.parent) for one in folder.rglob("platforms") if one.is_dir()), "")
    pages = next((str(one) for one in folder.rglob("qml") if one.is_dir()), "")
    data = f"{folder / 'usr' / 'share'}:/usr/local/share:/usr/share"
    return {
        "QT_PLUGIN_PATH": plugins,
        "QML2_IMPORT_PATH": pages,
        "QT_QUICK_BACKEND": "software",
        "XDG_DATA_DIRS": data,
    }


def _mapped(command: list[str], around: dict[str, str], name: str) -> float:
    """Return milliseconds until a window of this class is on the screen; the program is ended then."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=around, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            while time.monotonic() < began + 20:
                tree = subprocess.run(["xwininfo", "-root", "-tree"], env=around, capture_output=True, text=True).stdout
                if f'"{name}"' in tree and process.poll() is None and _large(tree, name):
                    return (time.monotonic() - began) * 1000
                if process.poll() is not None:
                    said.seek(0)
                    last = said.read().decode(errors="replace").strip().splitlines()[-1:] or ["no word"]
                    raise RuntimeError(f"{Path(command[0]).name} ended: {last[0]}")
            raise RuntimeError(f"{Path(command[0]).name} showed no window in 20 s")
        finally:
            process.kill()
            process.wait()


def _large(tree: str, name: str) -> bool:
    """Tell whether one of this class's windows is a window for people, and not one of the toolkit's own."""
    sizes = [
        line.split(")")[1].split()[0].split("x")
        for line in tree.splitlines()
        if f'("{name}"' in line or f'"{name}")' in line
    ]
    return any(int(size[0]) > 100 for size in sizes if size[0].isdigit())


def _status(rounds: int) -> Iterator[Measure]:
    name = "eimza status beside ykman list"
    why = lacking("opensc", "pcscd", "vsmartcard-vpcd", "yubikey-manager")
    if why:
        yield not_measured("window", name, "ms", why, STATUS)
        return
    from bench.parts.desk import desk

    eimza = str(Path(sys.executable).parent / "eimza")
    with desk() as one:
        around = {**os.environ, **one.environment}
        ours = partial(_whole, [eimza, "status"], around)
        peer, limit = partial(_whole, ["ykman", "list"], around), partial(_whole, ["opensc-tool", "-l"], around)
        for take in (ours, peer, limit):
            take()
        taken = alternate(ours, peer, limit, rounds)
    how = (
        f"whole processes on one card service, the median of {STARTS} starts a figure; eimza opens the card and reads "
        "its state, opensc-tool -l only lists"
    )
    yield judge("window", name, "ms", taken, to="peer", goal=STATUS, why=how)
    yield judge("window", "eimza status beside opensc-tool -l", "ms", taken, to="limit", why=how)


def _whole(command: list[str], around: dict[str, str]) -> float:
    """Return the median of some starts: one start of a few milliseconds says little."""
    return statistics.median(_start(command, around) for _ in range(STARTS))


def _start(command: list[str], around: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=around, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return (time.perf_counter() - began) * 1000


def _acts(unlocks: int) -> Iterator[Measure]:
    with stage(keys="software", seats=8) as one, one.running():
        seen = _live(one, unlocks)
    how = f"{len(seen)} unlocks by keys in the real window, server on loopback, the card takes 30 ms a command"
    taken = Rounds([row["whole"] for row in seen], [], [row["waited"] for row in seen])
    yield judge(
        "window",
        "Onay to success page",
        "ms",
        taken,
        to="limit",
        goal=ONAY,
        why=f"{how}; the limit is what server and card took",
    )
    released = Rounds([row["released"] for row in seen], [], [RELEASE_WITHIN] * len(seen))
    yield judge(
        "window", "card released after its last answer", "ms", released, to="limit", goal=Goal("<=", 1.0), why=how
    )
    if len(seen) < 3:
        return
    memory = Rounds([seen[-1]["memory"]], [], [seen[1]["memory"]])
    yield judge(
        "window",
        f"memory after {len(seen)} unlocks",
        "MiB",
        memory,
        to="limit",
        goal=NO_GROWTH,
        why="beside the second unlock's (PSS)",
    )


def _live(one: Stage, unlocks: int) -> list[dict[str, float]]:
    order = json.dumps({"folder": str(one.folder), "port": one.port, "unlocks": unlocks})
    command = [sys.executable, "-m", "bench.parts.window_acts", order]
    done = subprocess.run(command, env=one.environment, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"the window's walk broke: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _size() -> Iterator[Measure]:
    built = ROOT / "out" / "desktop"
    for name, path in {"built folder": built / "eimza", "its archive": built / "eimza-linux.tar.xz"}.items():
        if not path.exists():
            yield not_measured("window", name, "MiB", "not built: desktop/packaging/build")
            continue
        files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and not one.is_symlink()]
        size = sum(one.stat().st_size for one in files) / 2**20
        yield Measure(bench="window", name=name, unit="MiB", ours=size, verdict="met", why="for information: no goal")
