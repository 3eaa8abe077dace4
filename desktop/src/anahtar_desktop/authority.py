"""Which authority this program belongs to: its name, the server's address and where people find help.

It stands in `authority.toml` beside the program, with its signature in `authority.toml.sig` (Ed25519, RFC 8032, over
the file's bytes); the key to check it with is in the build (`authority.pub`, PEM). So neither a link, nor a code, nor
who can write a file somewhere else, decides which server is spoken to. Whoever can change the program's own folder can
change the program. Signing is openssl's:

    openssl pkeyutl -sign -rawin -inkey authority.pem -in authority.toml -out authority.toml.sig

    name = "Örnek Sertifika Merkezi"
    server = "https://…"
    sealing_key = "…"            what `anahtar sealing-key` prints: to whom confirmations are sealed
    support = ["0850 000 00 00", "destek@…"]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from anahtar_card.record import record

KEY, FILE, SIGNATURE = "authority.pub", "authority.toml", "authority.toml.sig"
LARGEST = 16 * 1024
LONGEST, MOST = 120, 6
"""Characters of a name or a line of support, and how many such lines."""


class NotTheAuthoritys(Exception):
    """The authority's settings are missing or are not what the authority signed; the text says which and why."""


@record
class Authority:
    """Who issued the card and runs the server: `server` is its address, `sealing_key` its key service's X25519 public
    key (32 bytes), `support` lines for people."""

    name: str
    server: str
    sealing_key: bytes
    support: tuple[str, ...] = ()


def here() -> Authority | None:
    """Return the authority of this build; None for a build without a key, which belongs to none.

    Raises NotTheAuthoritys.
    """
    key = Path(__file__).parent / KEY
    if not key.exists():
        return None
    beside = Path(sys.executable).parent if getattr(sys, "frozen", False) else key.parent
    return read(key, beside / FILE)


def read(key: Path, file: Path) -> Authority:
    """Return what the authority's file says, once its signature holds; raises NotTheAuthoritys."""
    import tomllib

    try:
        text, signature = _bytes(file), _bytes(file.with_name(file.name + SIGNATURE.removeprefix(FILE)))
        _check(_bytes(key), signature, text)
        return _authority(tomllib.loads(text.decode()))
    except OSError as error:
        raise NotTheAuthoritys(f"{FILE}: {type(error).__name__}") from None
    except (ValueError, TypeError, KeyError):
        raise NotTheAuthoritys(f"{FILE}: not as it should be") from None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        read = file.read(LARGEST + 1)
    if len(read) > LARGEST:
        raise ValueError
    return read


def _check(key: bytes, signature: bytes, text: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    public = load_pem_public_key(key)
    if not isinstance(public, Ed25519PublicKey):
        raise TypeError
    try:
        public.verify(signature, text)
    except InvalidSignature:
        raise NotTheAuthoritys(f"{FILE}: not signed by the authority of this build") from None


def _authority(raw: dict[str, Any]) -> Authority:
    from anahtar_desktop.settings import sealing_key

    name, server, support = raw["name"], raw["server"], raw.get("support", [])
    lines = [name, *support]
    if not isinstance(server, str) or not isinstance(support, list) or len(support) > MOST or set(raw) - _KNOWN:
        raise ValueError
    if not all(isinstance(line, str) and 0 < len(line) <= LONGEST and line.isprintable() for line in lines):
        raise ValueError
    return Authority(name, server, sealing_key(raw["sealing_key"]), tuple(support))


_KNOWN = {"name", "server", "sealing_key", "support"}
