"""Two web processes and two key services over one PostgreSQL, each process with an account of its own."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import replace
from pathlib import Path

from anahtar_story.stage import Stage

from anahtar_desktop.transport import Answer, Request, Transport

ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"
OWNER = "anahtar_owner"
_DATABASE = """kind = "postgresql"
name = "anahtar"
user = "anahtar_owner"
host = "{host}"

[database.roles]
web = "anahtar_web"
keyservice = "anahtar_keyservice"
worker = "anahtar_worker"
publisher = "anahtar_publisher"
responder = "anahtar_responder\""""


def make_roles(host: str, psql: Path) -> None:
    """Do what the database's administrator does once."""
    command = [str(psql), "-h", host, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(ROLES), "postgres"]
    subprocess.run(command, check=True, capture_output=True)


class PairStage(Stage):
    """The stage with two of each, over the database reached by the unix socket in the folder `host`."""

    processes = {
        **Stage.processes,
        "portal-2": ["anahtar", "serve"],
        "keyservice-2": ["anahtar", "keyservice"],
    }

    def __init__(self, folder: Path, *, first_port: int, host: str) -> None:
        super().__init__(folder, readers="direct", seed=3, first_port=first_port, database=_DATABASE.format(host=host))
        self.second_portal = f"http://localhost:{first_port + 4}"
        self._ports["portal-2"] = first_port + 4

    def _start(self) -> None:
        common = (self.folder / "anahtar.toml").read_text(encoding="utf-8")
        own_port, own_socket = f"port = {self._ports['portal']}", 'socket = "keyservice.sock"'
        second = common.replace(own_port, f"port = {self._ports['portal-2']}")
        second = second.replace(own_socket, 'socket = "keyservice-2.sock"')
        for name, text, account in (
            ("portal", common, "anahtar_web"),
            ("portal-2", second, "anahtar_web"),
            ("keyservice", common, "anahtar_keyservice"),
            ("keyservice-2", second, "anahtar_keyservice"),
            ("worker", common, "anahtar_worker"),
            ("publisher", common, "anahtar_publisher"),
            ("responder", common, "anahtar_responder"),
        ):
            settings = self.folder / f"{name}.toml"
            settings.write_text(text.replace(f'user = "{OWNER}"', f'user = "{account}"'), encoding="utf-8")
            self.own_environment[name] = {"ANAHTAR_CONFIG": str(settings)}
        super()._start()

    def _ready(self) -> bool:
        return super()._ready() and (self.folder / "keyservice-2.sock").exists()


class Alternating(Transport):
    """A line that takes one address for each request in turn, as a balancer in front of two portals does."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self._turns = itertools.cycle(addresses)

    def send(self, request: Request, seconds: float) -> Answer:
        """See Transport.send."""
        return super().send(replace(request, address=next(self._turns)), seconds)
