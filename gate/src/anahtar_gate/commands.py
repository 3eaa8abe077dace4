"""The command ``anahtar-gate``. Heavy parts are imported only by the act that needs them."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from anahtar_gate import __version__

ACTOR = "operator:anahtar-gate"
BLOCKING_THREADS = 3


def _start_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_gate.django_settings")
    django.setup()


def prepare(arguments: argparse.Namespace) -> int:
    """Make what is absent (secret key, signing key, tables) and register the clients of the settings."""
    from anahtar_gate.config import current_config, write_secret

    config = current_config()
    if not config.secret_key_file.exists():
        write_secret(config.secret_key_file, secrets.token_urlsafe(48))
    config.database.parent.mkdir(parents=True, exist_ok=True)
    _start_django()
    from django.core.management import call_command
    from django.utils import timezone

    from anahtar_gate.people.queries import refuse_rehearsal_data
    from anahtar_gate.provider.acts import register_clients
    from anahtar_gate.provider.keys import load_signing_key, make_signing_key
    from anahtar_gate.tidy import forget_old

    if not config.signing_key_file.exists():
        make_signing_key(config.signing_key_file)
    load_signing_key(config.signing_key_file)
    call_command("migrate", verbosity=0, interactive=False)
    refuse_rehearsal_data(config)
    forget_old(now=timezone.now())
    register_clients(actor=ACTOR, clients=config.clients)
    print(f"anahtar-gate: ready to serve {config.public_url}")
    return 0


def people(arguments: argparse.Namespace) -> int:
    """Record the persons of a JSON file; one that is known is corrected."""
    from anahtar_gate.config import current_config

    config = current_config()
    _start_django()
    from django.db import transaction
    from django.utils import timezone

    from anahtar_gate.people.acts import record_person
    from anahtar_gate.people.intake import read_people

    entries = read_people(arguments.file, rehearsal=config.rehearsal)
    with transaction.atomic():
        for record, password in entries:
            record_person(actor=ACTOR, record=record, password=password, rehearsal=config.rehearsal, now=timezone.now())
    print(f"anahtar-gate: {len(entries)} person(s) recorded")
    return 0


def serve(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from anahtar_gate.config import ConfigWrong, current_config, read_secret

    config = current_config()
    if not config.database.exists():
        raise ConfigWrong(f"{config.database}: not there yet; run: anahtar-gate prepare")
    if config.inbox is None:
        raise ConfigWrong("no SMS gateway is built yet: the gate serves in rehearsal only")
    for secret in (config.secret_key_file, config.signing_key_file):
        read_secret(secret)  # a clear error here, rather than a worker that dies
    print(f"anahtar-gate: {config.public_url} (listening on {config.host}:{config.port})", flush=True)
    Server(
        "anahtar_gate.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anahtar-gate", description="An e-government gate of our own.")
    parser.add_argument("--version", action="version", version=f"anahtar-gate {__version__}")
    acts = parser.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("prepare", help="make keys and tables, register the clients of the settings").set_defaults(
        act=prepare
    )
    persons = acts.add_parser("people", help="record the persons of a JSON file")
    persons.add_argument("file", type=Path, metavar="FILE.json")
    persons.set_defaults(act=people)
    acts.add_parser("serve", help="serve until told to stop").set_defaults(act=serve)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Do one act; 0 when it is done, 2 when the settings or a file cannot be used (said on stderr)."""
    arguments = _parser().parse_args(argv)
    from anahtar_gate.config import ConfigWrong

    try:
        result: int = arguments.act(arguments)
    except ConfigWrong as error:
        print(f"anahtar-gate: {error}", file=sys.stderr)
        return 2
    return result


if __name__ == "__main__":
    sys.exit(main())
