"""A gate of the tests' own: settings, keys and a client in a temporary folder, a person, a visitor at a browser."""

from __future__ import annotations

import atexit
import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

FOLDER = Path(tempfile.mkdtemp(prefix="anahtar-gate-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

CLIENT_ID = "anahtar-portal"
CLIENT_SECRET = "a-secret-of-the-tests-0123456789"
REDIRECT_URI = "http://localhost:8400/giris/donus"
ISSUER = "http://localhost:8401"
TCKN = "10000000146"
STRANGER = "12345678950"
PASSWORD = "prova-parolası-1"
MOBILE = "+905550000042"
VERIFIER = "v" * 43

SETTINGS = f"""
rehearsal = true
[gate]
public_url = "{ISSUER}"
database = "gate.sqlite3"
secret_key_file = "secret/gate"
signing_key_file = "secret/signing.jwk"
inbox = "inbox"
[[gate.clients]]
client_id = "{CLIENT_ID}"
client_secret_file = "secret/client"
redirect_uris = ["{REDIRECT_URI}"]
post_logout_redirect_uris = ["http://localhost:8400/"]
name = "Anahtar Portalı"
"""


def write_settings(folder: Path, text: str = SETTINGS) -> Path:
    """A settings file and the secrets it names; returns the file."""
    from anahtar_gate.config import write_secret

    (folder / "anahtar.toml").write_text(text, encoding="utf-8")
    write_secret(folder / "secret" / "gate", "k" * 50)
    write_secret(folder / "secret" / "client", CLIENT_SECRET)
    return folder / "anahtar.toml"


def pytest_configure() -> None:
    """Django reads its settings once, so the gate's must be there before."""
    os.environ["ANAHTAR_CONFIG"] = str(write_settings(FOLDER))
    os.environ["DJANGO_SETTINGS_MODULE"] = "anahtar_gate.django_settings"
    import django

    from anahtar_gate.provider.keys import make_signing_key

    make_signing_key(FOLDER / "secret" / "signing.jwk")
    django.setup()


def s256(verifier: str) -> str:
    """The challenge to a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def request_parameters(**changes: str | None) -> dict[str, str]:
    """A right authorization request, with changes; None takes a parameter out."""
    right = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid profile",
        "state": "durum & state",
        "nonce": "nonce-1",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not None}


def inbox_codes() -> list[str]:
    """The codes sent so far, oldest first."""
    from anahtar_wire.inbox import read

    return [match for message in read(FOLDER / "inbox") for match in re.findall(r"\b[0-9]{6}\b", message.text)]


@dataclass
class Visitor:
    """Somebody at a browser without script: follows links, fills forms, keeps cookies, sends CSRF tokens."""

    browser: Any
    page: Any = None

    # What tests need to know, here because pytest's importlib mode lets no test import this file.
    issuer = ISSUER
    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET
    redirect_uri = REDIRECT_URI
    tckn = TCKN
    unknown_tckn = STRANGER
    right_password = PASSWORD
    mobile = MOBILE
    verifier = VERIFIER
    folder = FOLDER

    def open(self, address: str, **parameters: str) -> Visitor:
        """Go to an address, and on along the gate's own redirects."""
        self.page = self.browser.get(address, parameters)
        return self._on()

    def authorize(self, **changes: str | None) -> Visitor:
        """Arrive from the client with a request."""
        return self.open("/authorize", **request_parameters(**changes))

    def submit(self, form: str, **fields: str) -> Visitor:
        """Fill in and send the form of that id."""
        from bs4 import BeautifulSoup

        found = BeautifulSoup(self.text, "lxml").select_one(f"form#{form}")
        assert found is not None, f"no form {form} on this page"
        hidden = {str(field["name"]): str(field["value"]) for field in found.select("input[type=hidden]")}
        unknown = set(fields) - {str(field["name"]) for field in found.select("input")}
        assert not unknown, f"no fields {unknown} in the form"
        self.page = self.browser.post(found.get("action") or self.page.request["PATH_INFO"], {**hidden, **fields})
        return self._on()

    def _on(self) -> Visitor:
        while self.page.status_code == 302 and self.page["Location"].startswith("/"):
            self.page = self.browser.get(self.page["Location"])
        return self

    def choose_password(self) -> Visitor:
        """From the list of methods to the password page."""
        return self.open(re.findall(r'href="([^"]*/e-devlet-sifresi)"', self.text)[0])

    def password(self, tckn: str = TCKN, password: str = PASSWORD) -> Visitor:
        """First step."""
        return self.submit("giris", tckn=tckn, password=password)

    def code(self, code: str | None = None) -> Visitor:
        """Second step, with the code that came."""
        return self.submit("kod", code=code or inbox_codes()[-1])

    def sign_in(self, **changes: str | None) -> Visitor:
        """The whole way."""
        return self.authorize(**changes).choose_password().password().code()

    @staticmethod
    def codes() -> list[str]:
        """The codes sent so far, oldest first."""
        return inbox_codes()

    @staticmethod
    def request(**changes: str | None) -> dict[str, str]:
        """A right authorization request, with changes."""
        return request_parameters(**changes)

    @property
    def text(self) -> str:
        """The page's HTML."""
        content: bytes = self.page.content
        return content.decode()

    @property
    def answer(self) -> dict[str, str]:
        """The parameters that the client got in the final redirect."""
        assert self.page.status_code == 302, self.text
        assert self.page["Location"].startswith(f"{REDIRECT_URI}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page["Location"]).query).items()}

    def trade(self, code: str | None = None, secret: str = CLIENT_SECRET, **changes: str) -> Any:
        """What the client does with a code: the token endpoint's answer."""
        basic = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
        form = {
            "grant_type": "authorization_code",
            "code": code or self.answer["code"],
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
            **changes,
        }
        headers = {"Authorization": f"Basic {basic}"}
        return self.browser.post("/token", urlencode(form), "application/x-www-form-urlencoded", headers=headers)


@pytest.fixture(autouse=True)
def quick_argon2(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same algorithm with little memory: tests here count tries, they do not measure work."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    from anahtar_gate.methods.e_devlet_sifresi import nobodys_password

    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
    nobodys_password.cache_clear()
    yield
    nobodys_password.cache_clear()


@pytest.fixture
def clients(db: None) -> None:
    """The client of the settings, registered."""
    from anahtar_gate.config import current_config
    from anahtar_gate.provider.acts import register_clients

    register_clients(actor="test", clients=current_config().clients)


@pytest.fixture
def person(db: None) -> Any:
    """A made person with a telephone."""
    from anahtar_gate.people.acts import record_person
    from anahtar_gate.people.rules import PersonRecord

    record = PersonRecord(tckn=TCKN, given_name="Işıl", family_name="Örnek", birth_date=date(1990, 2, 3), mobile=MOBILE)
    return record_person(actor="test", record=record, password=PASSWORD, rehearsal=True, now=datetime.now(UTC))


@pytest.fixture
def new_visitor(clients: None, person: Any) -> Callable[[], Visitor]:
    """Makes visitors with browsers of their own."""
    from django.test import Client

    (FOLDER / "inbox" / "messages.jsonl").unlink(missing_ok=True)
    return lambda: Visitor(Client(SERVER_NAME="localhost", SERVER_PORT="8401", enforce_csrf_checks=True))


@pytest.fixture
def visitor(new_visitor: Callable[[], Visitor]) -> Visitor:
    """One visitor, before whom the gate stands ready."""
    return new_visitor()
