"""nginx as a test's own process."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx"
_MAIN = """worker_processes 1; daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 32; }}
http {{ access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {server} }}
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def nginx(folder: Path, server: str, port: int) -> Iterator[None]:
    """Run nginx with one block `server`, which listens on `port`, until the end of the block."""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, server=server), encoding="utf-8")
    running = subprocess.Popen([_NGINX, "-p", str(folder), "-e", f"{folder}/nginx.log", "-c", f"{folder}/nginx.conf"])
    try:
        deadline = time.monotonic() + 5
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert running.poll() is None and time.monotonic() < deadline, (folder / "nginx.log").read_text()
            time.sleep(0.02)
        yield
    finally:
        running.terminate()
        running.wait(5)
