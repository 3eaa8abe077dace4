"""Status answers a second, beside openssl, cfssl and a file served by nginx; as files; and how soon an act is seen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench.frame import Goal, Measure, Rounds, alternate, judge, not_measured
from bench.parts import machine
from bench.parts.alone import Network, network
from bench.parts.status import made, work
from bench.parts.unpacked import NotThere, environment, unpacked

ROUNDS = 5
CONNECTIONS = 16
SECONDS = 3
ACTS = 40
PORT = 8403
"""Ours, then openssl's, nginx's and cfssl's, in a network of their own."""
_PEERS = ("apache2-utils", "libapr1", "libaprutil1", "nginx")
_NGINX = """worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{ access_log off; keepalive_requests 1000000; sendfile on; default_type application/ocsp-response;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; merge_slashes off; root {folder}; }}
  include {folder}/status.conf; }}
"""
_SETTINGS = 'arc = "2.25.28146183"\nanswers_folder = "{folder}/status"\n'
"""An arc of few bits: what is made with Go before 1.22, as Debian's cfssl, reads no OID with a whole UUID."""
_DEPLOYED = Path(__file__).parents[1] / "deploy/nginx/status.conf"


@dataclass
class Load:
    """ApacheBench on the load's core; keeps each run's p99 (ms)."""

    peers: Path
    folder: Path
    net: Network
    busy: machine.Busy = field(default_factory=machine.Busy)
    p99: dict[str, list[float]] = field(default_factory=dict)

    def rate(self, who: str, port: int, path: str, *, kept: bool, post: bool = True) -> float:
        """Return requests answered a second; raises RuntimeError if one was not answered with 200."""
        options = ["-q", "-l", "-c", str(CONNECTIONS), "-t", str(SECONDS), "-n", "10000000", *(["-k"] if kept else [])]
        if post:
            options += ["-p", str(self.folder / "request.der"), "-T", "application/ocsp-request"]
        command = [str(self.peers / "usr/bin/ab"), *options, f"http://127.0.0.1:{port}{path}"]
        with machine.watched(self.busy):
            done = subprocess.run(
                self.net.inside(machine.on_core(machine.LOAD, command)),
                env=environment(self.peers),
                capture_output=True,
                text=True,
            )
        said = done.stdout
        failed, other = _number(r"Failed requests:\s+(\d+)", said), _number(r"Non-2xx responses:\s+(\d+)", said)
        if done.returncode or failed or other:
            raise RuntimeError(f"{who}: {failed:.0f} failed, {other:.0f} not 200: {done.stderr[-500:]}")
        self.p99.setdefault(who, []).append(_number(r"\s99%\s+(\d+)", said) or 0.5)
        return _number(r"Requests per second:\s+([\d.]+)", said)


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield rates by POST with kept and new connections, p99, and the time from an act to the answer."""
    folder = Path(tempfile.mkdtemp(prefix="anahtar-bench-ocsp-"))
    try:
        settings = made(folder / "register", certificates=_SETTINGS.format(folder=folder))
        work("fill", settings, count=1000, listed=False, answers=True)
        work("publish-for", settings, seconds=1)
        kit = work("kit", settings, folder=str(folder)).facts
        folder.chmod(0o755)
        try:
            peers = unpacked(*_PEERS)
        except NotThere as absent:
            yield not_measured("ocsp", "answers by POST", "1/s", str(absent), Goal(">=", 1.8))
            return
        with network() as net, _running(settings, folder, peers, net):
            with _openssl(folder, net):
                _verify(folder, net)
            load = Load(peers, folder, net)
            yield from _rates(load, int(kit["size"]), rounds or ROUNDS)
            yield _beside_cfssl(load, rounds or ROUNDS)
            yield _as_files(load, str(kit["path"]), rounds or ROUNDS)
            yield _freshness(settings, net)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rates(load: Load, size: int, rounds: int) -> Iterator[Measure]:
    def one(who: str, number: int, path: str, *, kept: bool, post: bool = True) -> float:
        return load.rate(who, PORT + number, path, kept=kept, post=post)

    def openssls() -> float:
        # A new one for each run: connections that the load cut off at the end of a run may leave it waiting for ever.
        with _openssl(load.folder, load.net):
            return one("openssl", 1, "/", kept=False)  # it closes every connection

    kept = alternate(
        lambda: one("ours", 0, "/ocsp", kept=True),
        openssls,
        lambda: one("nginx", 2, "/answer.der", kept=True, post=False),
        rounds,
    )
    why = (
        f"{CONNECTIONS} connections, P-256, answers of {size} bytes, one core each for server and load; ours and nginx "
        f"keep connections, openssl ocsp closes each; {load.busy}"
    )
    yield judge("ocsp", "by POST, kept connections", "1/s", kept, to="peer", goal=Goal(">=", 1.8), why=why)
    yield judge("ocsp", "by POST, beside a static file", "1/s", kept, to="limit", goal=Goal(">=", 0.33), why=why)
    slow = Rounds(load.p99["ours"], load.p99["openssl"])
    yield judge(
        "ocsp", "p99", "ms", slow, to="peer", goal=Goal("<=", 1.0), why="whole milliseconds, 0.5 for less than one"
    )
    new = alternate(
        lambda: one("ours, new", 0, "/ocsp", kept=False),
        openssls,
        None,
        rounds,
    )
    yield judge("ocsp", "by POST, a connection each", "1/s", new, to="peer", goal=Goal(">=", 0.8), why=why)


def _beside_cfssl(load: Load, rounds: int) -> Measure:
    goal = Goal(">=", 3.0)
    try:
        cfssl = unpacked("golang-cfssl")
    except NotThere as absent:
        return not_measured("ocsp", "beside cfssl's ocspserve", "1/s", str(absent), goal)
    command = [str(cfssl / "usr/bin/cfssl"), "ocspserve", "-port", str(PORT + 3), "-responses", "responses"]
    command += ["-loglevel", "3"]
    with _process(load.net.inside(machine.on_core(machine.SERVER, command)), load.folder, {}):
        _until_up(load.folder, load.net, PORT + 3)
        _asked_by_openssl(load.folder, load.net, PORT + 3, "/")
        taken = alternate(
            lambda: load.rate("ours", PORT, "/ocsp", kept=True),
            lambda: load.rate("cfssl", PORT + 3, "/", kept=True),
            None,
            rounds,
        )
    why = f"by POST, {CONNECTIONS} kept connections, the same answer from the memory of both, one core each"
    return judge("ocsp", "beside cfssl's ocspserve", "1/s", taken, to="peer", goal=goal, why=why)


def _as_files(load: Load, name: str, rounds: int) -> Measure:
    path = f"/ocsp/{quote(name, safe='')}"
    file = load.folder / "status/ocsp" / name
    if file.read_bytes() != (load.folder / "answer.der").read_bytes():
        raise RuntimeError("the file is not the answer")
    taken = alternate(
        lambda: load.rate("files", PORT + 4, path, kept=True, post=False),
        None,
        lambda: load.rate("nginx", PORT + 2, "/answer.der", kept=True, post=False),
        rounds,
    )
    why = "nginx as deploy/nginx/status.conf has it, by GET; the limit is the same answer under a short name"
    return judge("ocsp", "as files behind nginx", "1/s", taken, to="limit", goal=Goal(">=", 0.95), why=why)


def _freshness(settings: Path, net: Network) -> Measure:
    """An act is seen as soon as the worker has signed and the responder has looked."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "bench.parts.status", "publish-for", '{"seconds": 60}'],
        env={**os.environ, "ANAHTAR_CONFIG": str(settings)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        facts = work("act-and-see", settings, net.inside, port=PORT, acts=ACTS).facts
    finally:
        worker.terminate()
        worker.wait()
    taken = sorted(facts["ms"])
    p99 = taken[min(len(taken) - 1, int(len(taken) * 0.99))]
    if facts["old_answers_after_half_a_second"]:
        raise RuntimeError("an old answer was served half a second after an act")
    median = taken[len(taken) // 2]
    why = f"{ACTS} acts with a worker that publishes every 0.25 s; median {median:.0f} ms; the limit is 60 s"
    return judge(
        "ocsp", "an act seen, p99", "ms", Rounds([p99], [], [60_000.0]), to="limit", goal=Goal("<=", 1.0), why=why
    )


def _verify(folder: Path, net: Network) -> None:
    """Let openssl check an answer of ours and of its own before anything is timed."""
    _asked_by_openssl(folder, net, PORT, "/ocsp")
    _asked_by_openssl(folder, net, PORT + 1, "/")


def _asked_by_openssl(folder: Path, net: Network, port: int, path: str) -> None:
    ask = ["openssl", "ocsp", "-reqin", "request.der", "-url", f"http://127.0.0.1:{port}{path}"]
    ask += ["-CAfile", "root.pem", "-verify_other", "issuing.pem", "-resp_text"]
    said = subprocess.run(net.inside(ask), cwd=folder, capture_output=True, text=True, timeout=30)
    if "Response verify OK" not in said.stderr or "Cert Status: good" not in said.stdout:
        raise RuntimeError(f"openssl does not take the answer: {said.stderr[-500:]}")


@contextmanager
def _running(settings: Path, folder: Path, peers: Path, net: Network) -> Iterator[None]:
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=PORT + 2))
    deployed = _DEPLOYED.read_text(encoding="utf-8").replace("listen 80", f"listen 127.0.0.1:{PORT + 4}")
    (folder / "status.conf").write_text(deployed.replace("/run/anahtar/status", f"{folder}/status"))
    ours = [str(Path(sys.executable).parent / "anahtar"), "responder"]
    nginx = [str(peers / "usr/sbin/nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "user root;"]
    with ExitStack() as stack:
        for command, more in (
            (ours, {"ANAHTAR_CONFIG": str(settings)}),
            (nginx if os.geteuid() == 0 else nginx[:-2], environment(peers)),
        ):
            stack.enter_context(_process(net.inside(machine.on_core(machine.SERVER, command)), folder, more))
        _until_up(folder, net, PORT, PORT + 2, PORT + 4)
        yield


@contextmanager
def _openssl(folder: Path, net: Network) -> Iterator[None]:
    command = ["openssl", "ocsp", "-index", "index.txt", "-CA", "issuing.pem", "-rsigner", "ocsp.pem"]
    command += ["-rkey", "ocsp.key", "-port", str(PORT + 1), "-ndays", "1", "-ignore_err"]
    with _process(net.inside(machine.on_core(machine.SERVER, command)), folder, {}):
        _until_up(folder, net, PORT + 1)
        yield


def _until_up(folder: Path, net: Network, *ports: int) -> None:
    deadline = time.monotonic() + 20
    while not net.listen(*ports):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all servers came up: {(folder / 'servers.log').read_text()[-800:]}")
        time.sleep(0.05)


@contextmanager
def _process(command: list[str], folder: Path, more: dict[str, str]) -> Iterator[None]:
    with (folder / "servers.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=folder, env={**os.environ, **more}, stdout=log, stderr=log)
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0
