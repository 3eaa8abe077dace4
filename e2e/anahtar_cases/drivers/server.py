"""The server gone, slow, answering rubbish; the key service gone; the database locked; the clock jumping."""

from __future__ import annotations

import json
import sqlite3
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from anahtar_cases.proxy import Answer, Asked, Proxy, Trouble, at
from anahtar_cases.world import Happened, Visit, World
from anahtar_desktop.program_key import ProgramKey
from anahtar_wire.messages import State

PAGE = Answer(200, b"<html><body>Welcome to our network</body></html>", "text/html")
LATER = Answer(200, b'{"version": 2, "news": "all is different"}')


def _through(world: World, trouble: Trouble, *, tries: int = 2) -> Visit:
    """Run the whole unlock through a proxy with trouble in it."""
    visit = world.visit(tries=tries)
    with Proxy(world.stage.portal, trouble) as proxy:
        visit.program(server=proxy.address)
    return visit


def _gone(asked: Asked) -> None:
    """The request never arrives."""


def _answer_lost(asked: Asked) -> None:
    """The request arrives and is served; its answer is lost."""
    asked.pass_on()


def gone(world: World) -> Happened:
    """Nobody listens there."""
    visit = world.visit()
    with Proxy(world.stage.portal) as proxy:
        nowhere = proxy.address
    visit.program(server=nowhere)
    return visit.happened()


def gone_when_the_consent_is_asked(world: World) -> Happened:
    """The consent was never asked for; nobody can know that yet, so it is looked at."""
    return _through(world, at("consent", _gone), tries=0).happened()


def consent_lost_on_its_way(world: World) -> Happened:
    """The consent was recorded and never came; the card shows that it is as it was."""
    return _through(world, at("consent", _answer_lost), tries=0).happened()


def slow_with_the_card_open(world: World) -> Happened:
    """The consent takes longer than a card may be held open."""

    def slow(asked: Asked) -> Answer:
        answer = asked.pass_on()
        time.sleep(4.5)
        return answer

    return _through(world, at("consent", slow), tries=0).happened()


def report_lost(world: World) -> Happened:
    """The new PIN is set; the server does not hear of it at first."""
    return _through(world, at("report", _gone), tries=0).happened()


def rubbish(world: World) -> Happened:
    """A network's own page in the place of our server."""
    return _through(world, at("claim", lambda asked: PAGE)).happened()


def rubbish_for_the_consent(world: World) -> Happened:
    """The consent was recorded; what came in its place cannot be read."""

    def instead(asked: Asked) -> Answer:
        asked.pass_on()
        return PAGE

    return _through(world, at("consent", instead), tries=0).happened()


def program_key_swapped_at_the_claim(world: World) -> Happened:
    """Whoever serves the web claims with a key of their own, and signs with it whatever the holder's program sends."""
    key = ProgramKey()

    def swapped(asked: Asked) -> Answer:
        body = asked.body
        if asked.act == "claim":
            body = json.dumps(json.loads(body) | {"program_key": key.public().hex()}).encode()
        return asked.send(body, key.prove(asked.method, asked.path, body))

    return _through(world, swapped).happened()


def of_a_later_version(world: World) -> Happened:
    """The server speaks a version that this program does not know."""
    return _through(world, at("claim", lambda asked: LATER)).happened()


def not_to_be_trusted(world: World) -> Happened:
    """A TLS certificate that no one vouches for."""
    visit = world.visit()
    with Proxy(world.stage.portal) as proxy, tempfile.TemporaryDirectory() as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(Path(folder)))
        proxy.use_tls(context)
        visit.program(server=proxy.address.replace("http://", "https://"))
    return visit.happened()


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return file


@contextmanager
def _without_key_service(world: World) -> Iterator[None]:
    """Nobody finds the key service meanwhile."""
    socket = world.stage.folder / "keyservice.sock"
    aside = socket.with_suffix(".aside")
    socket.rename(aside)
    try:
        yield
    finally:
        aside.rename(socket)


def key_service_gone_at_the_confirmation(world: World) -> Happened:
    """The code is taken; the SMS cannot be sent."""
    visit = world.visit()
    with _without_key_service(world):
        visit.program()
    return visit.happened()


def key_service_gone_at_the_consent(world: World) -> Happened:
    """Confirmed, and then nobody there to consent."""

    def alone(asked: Asked) -> Answer:
        with _without_key_service(world):
            return asked.pass_on()

    return _through(world, at("consent", alone), tries=0).happened()


@contextmanager
def _database_locked(world: World, seconds: float) -> Iterator[None]:
    """Another process writes for so long; it begins before this returns."""
    begun = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(world.database, timeout=20, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            begun.set()
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    begun.wait(20)
    yield
    thread.join()


def database_locked_at_the_code(world: World) -> Happened:
    """Another process writes for a second: the claim waits its turn."""

    def waiting(asked: Asked) -> Answer:
        with _database_locked(world, 1.0):
            return asked.pass_on()

    return _through(world, at("claim", waiting)).happened()


def database_locked_at_the_consent(world: World) -> Happened:
    """Another process writes for a second: the consent waits its turn."""

    def waiting(asked: Asked) -> Answer:
        with _database_locked(world, 1.0):
            return asked.pass_on()

    return _through(world, at("consent", waiting)).happened()


def clock_forward_after_the_confirmation(world: World) -> Happened:
    """The clock jumps by six minutes after the confirmation: it counts no more."""
    visit = world.visit()

    def jumped(asked: Asked) -> Answer:
        visit.jump("confirmation", 6 * 60)
        visit.wait_for(State.EXPIRED)
        return asked.pass_on()

    with Proxy(world.stage.portal, at("grant", jumped)) as proxy:
        visit.program(server=proxy.address)
    return visit.happened()


def clock_back_after_the_confirmation(world: World) -> Happened:
    """The clock is set back by two minutes: a confirmation from the future counts for nothing."""
    visit = world.visit()

    def jumped(asked: Asked) -> Answer:
        visit.jump("confirmation", -2 * 60)
        return asked.pass_on()

    with Proxy(world.stage.portal, at("consent", jumped)) as proxy:
        visit.program(server=proxy.address)
    return visit.happened()
