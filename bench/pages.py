"""What a page costs: bytes of a first visit, the server's work and queries, and what Lighthouse says of it."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Request, sync_playwright

from bench.frame import Goal, Measure, Rounds, judge, not_measured
from bench.parts import lighthouse
from bench.parts.looked import PAGES
from bench.parts.stage import Stage, stage

ROUNDS = 3
LOOKS = 100
FEW, MANY = 1, 100
"""Certificates of the holder who looks."""
MOST_KB, SCORE = 100.0, 98.0
SCORED = {"/": True, "/yardim/": True, "/nes/": False, "/nes/sertifika/": False}
"""Pages for Lighthouse, and whether search engines see them."""
WORK = (
    f"p95 of {LOOKS} looks in one process, without a network: middleware, view, SQLite, template; {MANY} certificates "
    f"on the holder's card, peer: {FEW}"
)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield the measures of a first visit, of each page's work, and Lighthouse's."""
    with stage(keys="software", seats=1) as one:
        with one.running():
            yield from _first_visit(one)
            yield from _scores(one)
        yield from _work(one, rounds or ROUNDS)


@dataclass
class _Visit:
    """What a fresh browser loaded."""

    size: int = 0
    requests: int = 0
    elsewhere: int = 0

    def note(self, request: Request, host: str) -> None:
        """Count a finished request."""
        said = request.sizes()
        self.size += said["responseBodySize"] + said["responseHeadersSize"]
        self.requests += 1
        self.elsewhere += urlsplit(request.url).netloc != host


def _first_visit(one: Stage) -> Iterator[Measure]:
    address, chromium = f"http://localhost:{one.port}/", shutil.which("chromium")
    if chromium is None:
        yield not_measured("pages", "first visit", "KB", "chromium is not installed", Goal("<=", 1.0))
        return
    seen = _Visit()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.on("requestfinished", lambda request: seen.note(request, urlsplit(address).netloc))
        page.goto(address, wait_until="networkidle")
        browser.close()
    kilobytes = Rounds([seen.size / 1024], limit=[MOST_KB])
    why = f"landing page in a fresh browser, {seen.requests} requests, bodies and headers; the limit is given"
    yield judge("pages", "first visit", "KB", kilobytes, to="limit", goal=Goal("<=", 1.0), why=why)
    own = Rounds([float(seen.requests - seen.elsewhere)], limit=[float(seen.requests)])
    why = "requests of that visit that stayed with this host; the limit is all of them"
    yield judge("pages", "requests to this host", "", own, to="limit", goal=Goal(">=", 1.0), why=why)


def _scores(one: Stage) -> Iterator[Measure]:
    missing, goal = lighthouse.lacking(), Goal(">=", 1.0)
    seat = pickle.loads((one.folder / "seats").read_bytes())[0]  # noqa: S301  # written by the stage itself
    for page, searched in SCORED.items():
        name = f"Lighthouse, the lowest, {page}"
        if missing:
            yield not_measured("pages", name, "", missing, goal)
            continue
        try:
            cookie = "" if searched else f"anahtar_oturum={seat.session}"
            found = lighthouse.scores(f"http://localhost:{one.port}{page}", cookie=cookie)
        except (RuntimeError, subprocess.SubprocessError, ValueError) as error:
            yield not_measured("pages", name, "", str(error), goal)
            continue
        counted = {category: score for category, score in found.items() if searched or category != "seo"}
        why = ", ".join(f"{category} {score:.0f}" for category, score in counted.items())
        rounds = Rounds([min(counted.values())], limit=[SCORE])
        yield judge("pages", name, "", rounds, to="limit", goal=goal, why=f"{why}; a phone on a slow line")


def _work(one: Stage, rounds: int) -> Iterator[Measure]:
    few = [_looked(one, FEW) for _ in range(rounds)]  # first: rows are added, never taken away
    many = [_looked(one, MANY) for _ in range(rounds)]
    for page in PAGES:
        times = Rounds([run[page][0] for run in many], [run[page][0] for run in few])
        yield judge("pages", f"server's work, {page}", "ms", times, to="peer", why=WORK)
        queries = Rounds([float(many[0][page][1])], [float(few[0][page][1])]) if few[0][page][1] else None
        if queries is not None:
            why = f"{MANY} certificates of the holder, peer: {FEW}"
            yield judge("pages", f"queries, {page}", "", queries, to="peer", goal=Goal("<=", 1.0), why=why)


def _looked(one: Stage, certificates: int) -> dict[str, tuple[float, int]]:
    command = [sys.executable, "-m", "bench.parts.looked", str(one.folder), str(certificates), str(LOOKS)]
    said = subprocess.run(command, env=one.environment, capture_output=True, text=True)
    if said.returncode:
        raise RuntimeError(said.stderr[-1000:])
    return {page: (float(found[0]), int(found[1])) for page, found in json.loads(said.stdout.splitlines()[-1]).items()}
