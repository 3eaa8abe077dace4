"""Behind a reverse proxy with TLS: forms are taken from our own origin only, cookies are bound to the host, and only
the proxy is believed about where a request comes from."""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
from typing import Any

import pytest

ORIGIN = "https://islemler.example"
SETTINGS = """
rehearsal = true
[database]
kind = "sqlite"
path = "anahtar.sqlite3"
[portal]
public_url = "https://islemler.example"
secret_key_file = "secret"
code_key_file = "secret"
proxies = ["10.0.0.7"]
[signin]
issuer = "https://kapi.example"
client_id = "portal"
client_secret_file = "secret"
[keyservice]
socket = "keyservice.sock"
code_key_file = "secret"
sealing_key_files = ["secret"]
[custody]
kind = "software"
file = "secret"
[notices]
inbox = "inbox"
"""
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """What a portal with these settings answers; a process of its own, for settings are read once."""
    folder = tmp_path_factory.mktemp("https")
    (folder / "anahtar.toml").write_text(SETTINGS)
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text(secrets.token_hex(32))
    environment = {**os.environ, "ANAHTAR_CONFIG": str(folder / "anahtar.toml")}
    environment["DJANGO_SETTINGS_MODULE"] = "anahtar_server.django_settings"
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, check=True)
    read = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(read, dict)
    return read


def test_a_form_from_our_own_origin_is_taken(answers: dict[str, Answer]) -> None:
    assert answers["own"]["status"] == 422  # the code is wrong, the form is right


@pytest.mark.parametrize("case", ["other", "plain-http", "no-token"])
def test_every_other_form_is_refused_with_a_page(answers: dict[str, Answer], case: str) -> None:
    assert (answers[case]["status"], answers[case]["problem"]) == (403, "form-old")


def test_cookies_are_bound_to_the_host_and_to_tls(answers: dict[str, Answer]) -> None:
    cookie = answers["get"]["cookie"]
    assert cookie.startswith("__Host-anahtar_csrf=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_browsers_are_told_to_stay_with_tls(answers: dict[str, Answer]) -> None:
    assert answers["get"]["hsts"].startswith("max-age=31536000")


def test_another_host_name_is_not_served(answers: dict[str, Answer]) -> None:
    assert answers["host"]["status"] == 404


def test_only_the_proxy_says_where_a_request_comes_from(answers: dict[str, Answer]) -> None:
    assert answers["get"]["from"] == "203.0.113.5"
    assert answers["stranger"]["from"] == "198.51.100.9"


def _ask(method: str, body: str = "", **environ: str) -> tuple[Answer, str]:
    """Call the application as the proxy would, and return what came and the page."""
    from wsgiref.util import setup_testing_defaults

    from anahtar_server.wsgi import application

    data = body.encode()
    asked: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": "/itiraz/", "HTTP_HOST": "islemler.example", "REMOTE_ADDR": "10.0.0.7",
        "HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_X_FORWARDED_PROTO": "https",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data), **environ,
    }  # fmt: skip
    setup_testing_defaults(asked)
    came: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        came.update(status=int(status[:3]), headers=dict(headers))

    page = b"".join(application(asked, start)).decode()
    said: dict[str, str] = came["headers"]
    told = {"cookie": "Set-Cookie", "problem": "X-Problem", "hsts": "Strict-Transport-Security"}
    shown = {name: said.get(header, "").strip() for name, header in told.items()}
    return {"status": came["status"], "from": asked["REMOTE_ADDR"], **shown}, page


def _main() -> None:
    import re

    from django import setup
    from django.core.management import call_command

    setup()
    call_command("migrate", verbosity=0)
    got, page = _ask("GET")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None, page
    form, cookie = f"csrfmiddlewaretoken={token[1]}&kod=X", {"HTTP_COOKIE": got["cookie"].split(";")[0]}
    print(
        json.dumps(
            {
                "get": got,
                "own": _ask("POST", form, HTTP_ORIGIN=ORIGIN, **cookie)[0],
                "other": _ask("POST", form, HTTP_ORIGIN="https://evil.example", **cookie)[0],
                "plain-http": _ask("POST", form, HTTP_ORIGIN="http://islemler.example", **cookie)[0],
                "no-token": _ask("POST", "kod=X", HTTP_ORIGIN=ORIGIN, **cookie)[0],
                "host": _ask("GET", HTTP_HOST="127.0.0.2")[0],
                "stranger": _ask("GET", REMOTE_ADDR="198.51.100.9")[0],
            }
        )
    )


if __name__ == "__main__":
    _main()
