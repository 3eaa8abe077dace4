"""The rehearsal's folder: settings, secrets and keys, all made here, all thrown away with it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from anahtar_server.custody import softhsm
from anahtar_server.custody.seals import Seals, new_key

Keys = Literal["software", "pkcs11"]

_SETTINGS = """# A rehearsal's settings: made by `anahtar rehearsal make`, for this computer only.
rehearsal = true

[database]
{database}

[portal]
public_url = "http://localhost:{portal}"
port = {portal}
secret_key_file = "secrets/portal"
code_key_file = "secrets/verification-codes"

[signin]
issuer = "http://localhost:{gate}"
client_id = "anahtar-portal"
client_secret_file = "secrets/client"

[keyservice]
socket = "keyservice.sock"
code_key_file = "secrets/sms-codes"
sealing_key_files = ["secrets/sealing-key.pem"]

[custody]
{custody}

[notices]
sms = "sink"
email = "sink"
inbox = "inbox"
inbox_port = {inbox}

[certificates]
status_url = "http://localhost:{status}"
practice_url = "http://localhost:{status}/"
port = {status}
signer = "signer.sock"

[gate]
public_url = "http://localhost:{gate}"
port = {gate}
database = "gate.sqlite3"
secret_key_file = "secrets/gate"
signing_key_file = "secrets/gate-signing-key.pem"
inbox = "inbox"

[[gate.clients]]
client_id = "anahtar-portal"
client_secret_file = "secrets/client"
redirect_uris = ["http://localhost:{portal}/giris/donus/"]
name = "Anahtar Online İşlemler"
"""

_SOFTWARE = 'kind = "software"\nfile = "secrets/keys.json"'
_PKCS11 = (
    'kind = "pkcs11"\nmodule = "{module}"\ntoken = "anahtar"\npin_file = "secrets/token-pin"\n'
    'configuration = "{configuration}"'
)
_PROGRAM = """# The rehearsal's settings of E-İmza Uygulaması.
server = "http://localhost:{portal}"
sealing_key = "{sealing_key}"
rehearsal = true
readers = "{readers}"
cards = "cards"
journal = "journal"
"""


def best_keys() -> Keys:
    """Return `pkcs11` where SoftHSM is installed, else `software`."""
    return "pkcs11" if softhsm.available() else "software"


def make(
    folder: Path,
    *,
    keys: Keys,
    readers: Literal["direct", "pcsc"],
    database: str | None = None,
    first_port: int = 8400,
) -> Path:
    """Make the folder with fresh secrets and return its settings file.

    Four loopback ports from `first_port` on are for portal, gate, inbox and status services. `database` is the text of
    the table `[database]`, an embedded SQLite without it. Raises FileExistsError when the folder holds a rehearsal.
    """
    settings = folder / "anahtar.toml"
    if settings.exists():
        raise FileExistsError(settings)
    (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "cards").mkdir(mode=0o700, exist_ok=True)
    for name in ("portal", "verification-codes", "client", "sms-codes", "gate"):
        _write_secret(folder / "secrets" / name, secrets.token_urlsafe(40))
    ports = {name: first_port + offset for offset, name in enumerate(("portal", "gate", "inbox", "status"))}
    text = _SETTINGS.format(
        database=database or 'kind = "sqlite"\npath = "anahtar.sqlite3"', custody=_custody(folder, keys), **ports
    )
    settings.write_text(text, encoding="utf-8")
    sealing_key = new_key()
    _write_secret(folder / "secrets" / "sealing-key.pem", sealing_key.decode())
    program = _PROGRAM.format(readers=readers, sealing_key=Seals([sealing_key]).public.hex(), **ports)
    (folder / "eimza.toml").write_text(program, encoding="utf-8")
    return settings


def _custody(folder: Path, keys: Keys) -> str:
    if keys == "software":
        _write_secret(folder / "secrets" / "keys.json", '{"masters": {}, "signing": {}}')
        return _SOFTWARE
    pin = secrets.token_hex(8)
    _write_secret(folder / "secrets" / "token-pin", pin)
    configuration = softhsm.make_token(folder / "token", label="anahtar", pin=pin, so_pin=secrets.token_hex(8))
    return _PKCS11.format(module=softhsm.module(), configuration=configuration.relative_to(folder))


def _write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret)


if __name__ == "__main__":
    # For tools that only need readable settings (script/types).
    import sys

    print(make(Path(sys.argv[1]), keys="software", readers="direct"))
