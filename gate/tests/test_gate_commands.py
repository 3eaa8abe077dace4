"""The command, as processes of its own: prepare, people, serve, and a walk over HTTP."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import mechanicalsoup  # type: ignore[import-untyped]
import pytest
import requests

from anahtar_gate.config import write_secret
from anahtar_wire.inbox import read

REDIRECT_URI = "http://localhost:8400/giris/donus"
PASSWORD = "prova-parolası-2"
PERSON = {
    "tckn": "10000000146",
    "given_name": "Işıl",
    "family_name": "Örnek",
    "birth_date": "1990-02-03",
    "mobile": "+905550000042",
    "password": PASSWORD,
}
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"  # SHA-256 of the verifier, base64url

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with settings for one gate on a free port."""
    port = free_port()
    (tmp_path / "anahtar.toml").write_text(
        f"""
rehearsal = true
[gate]
public_url = "http://localhost:{port}"
port = {port}
database = "gate.sqlite3"
secret_key_file = "secret/gate"
signing_key_file = "secret/signing.jwk"
inbox = "inbox"
[[gate.clients]]
client_id = "anahtar-portal"
client_secret_file = "secret/client"
redirect_uris = ["{REDIRECT_URI}"]
name = "Anahtar"
""",
        encoding="utf-8",
    )
    write_secret(tmp_path / "secret" / "client", "c" * 40)
    (tmp_path / "people.json").write_text(json.dumps([PERSON]), encoding="utf-8")
    return tmp_path


def command(*arguments: str) -> list[str]:
    """How the command is started, whatever the PATH says."""
    return [sys.executable, "-m", "anahtar_gate.commands", *arguments]


def environment(home: Path) -> dict[str, str]:
    """Nothing of the tests' own settings gets through."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "ANAHTAR_"))}
    return {**kept, "ANAHTAR_CONFIG": str(home / "anahtar.toml")}


@pytest.fixture
def run(home: Path) -> Run:
    """Runs the command to its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), env=environment(home), capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def served(home: Path, run: Run) -> Iterator[str]:
    """A gate that is prepared, knows a person, and serves; its address."""
    assert run("prepare").returncode == 0
    assert run("people", str(home / "people.json")).returncode == 0
    process = subprocess.Popen(command("serve"), env=environment(home), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str) -> None:
    """Return when the gate answers."""
    for _ in range(200):
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the gate does not answer")


def code_for(served: str, inbox: Path) -> str:
    """Walk the pages as a scripted browser does; the code that the client gets."""
    asked = {
        "response_type": "code",
        "client_id": "anahtar-portal",
        "redirect_uri": REDIRECT_URI,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    browser = mechanicalsoup.StatefulBrowser()
    browser.open(f"{served}/authorize", params=asked)
    browser.follow_link(link_text="E-Devlet Şifresi")
    browser.select_form("form")
    browser["tckn"], browser["password"] = PERSON["tckn"], PASSWORD
    browser.submit_selected()
    browser.select_form("form")
    browser["code"] = re.findall(r"\b[0-9]{6}\b", read(inbox)[-1].text)[0]
    location = browser.submit_selected(allow_redirects=False).headers["Location"]
    code: str = parse_qs(urlsplit(location).query)["code"][0]
    return code


def trade(served: str, code: str) -> requests.Response:
    """What the client does with a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    return requests.post(f"{served}/token", form, auth=("anahtar-portal", "c" * 40), timeout=10)


def test_a_scripted_browser_signs_in_over_http_and_of_many_trades_at_once_one_wins(served: str, home: Path) -> None:
    code = code_for(served, home / "inbox")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: trade(served, code), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    # Seven others came with the same code, so the token it gave is no longer trusted.
    (won,) = (answer for answer in answers if answer.ok)
    bearer = {"Authorization": f"Bearer {won.json()['access_token']}"}
    assert requests.get(f"{served}/userinfo", headers=bearer, timeout=10).status_code == 401
    trusted = trade(served, code_for(served, home / "inbox")).json()["access_token"]
    told = requests.get(f"{served}/userinfo", headers={"Authorization": f"Bearer {trusted}"}, timeout=10)
    assert told.json()["tckn"] == PERSON["tckn"]


def test_prepare_can_be_done_again_and_keeps_the_keys(run: Run, home: Path) -> None:
    assert run("prepare").returncode == 0
    before = (home / "secret" / "signing.jwk").read_bytes()
    assert (home / "secret" / "signing.jwk").stat().st_mode & 0o077 == 0
    assert run("prepare").returncode == 0
    assert (home / "secret" / "signing.jwk").read_bytes() == before


def test_serving_before_preparing_says_what_to_do(run: Run) -> None:
    refused = run("serve")
    assert refused.returncode == 2
    assert "anahtar-gate prepare" in refused.stderr


def test_the_version_is_told_without_loading_anything_heavy() -> None:
    code = """
import sys
from anahtar_gate.commands import main
try:
    main(["--version"])
finally:
    print(len({"django", "granian", "pydantic", "authlib"} & set(sys.modules)))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert told.stdout.split() == ["anahtar-gate", "0.1.0", "0"]


def test_under_https_cookies_are_secure_and_bound_to_the_host(home: Path) -> None:
    settings = home / "anahtar.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"http://localhost:\d+\"\nport", 'https://kapi.example"\nport', text), encoding="utf-8")
    write_secret(home / "secret" / "gate", "k" * 50)
    code = """
import anahtar_gate.django_settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
"""
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout.split() == ["__Host-anahtar_kapi_session", "__Host-anahtar_kapi_csrf", "True", "True"]
