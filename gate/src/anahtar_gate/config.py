"""The gate's settings: one frozen, checked object read from the table ``[gate]`` of ``anahtar.toml``.

Secrets are paths to files that others may not read; nothing secret is ever a value of the settings.
"""

from __future__ import annotations

import os
import stat
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

ENVIRONMENT_NAME = "ANAHTAR_CONFIG"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Group and others: none of their bits may be set on a secret's file.
FORBIDDEN_MODE = 0o077


class ConfigWrong(Exception):
    """The settings, or a file they name, cannot be used; the message is meant for the operator."""


def _is_safe_address(url: str) -> bool:
    """True for https, and for plain http on a loopback name (RFC 8252, section 7.3)."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES)
    )


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ClientConfig(_Table):
    """One relying party: who may ask this gate who somebody is."""

    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
    client_secret_file: Path = Field(strict=False)
    redirect_uris: tuple[str, ...] = Field(min_length=1, strict=False)
    post_logout_redirect_uris: tuple[str, ...] = Field(default=(), strict=False)
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]

    @field_validator("redirect_uris", "post_logout_redirect_uris")
    @classmethod
    def _addresses_are_safe(cls, uris: tuple[str, ...]) -> tuple[str, ...]:
        for uri in uris:
            if not _is_safe_address(uri) or "#" in uri:
                raise ValueError(f"{uri!r} must be https (or http on a loopback name) and have no fragment")
        return uris

    @model_validator(mode="after")
    def _one_sector(self) -> Self:
        # Pairwise subjects need one sector; without a sector_identifier_uri that is the one host of the redirect URIs
        # (OpenID Connect Core 1.0, section 8.1).
        if len({urlsplit(uri).hostname for uri in self.redirect_uris}) != 1:
            raise ValueError("all redirect_uris of a client must have the same host")
        return self


class GateConfig(_Table):
    """Everything the gate must be told; paths are absolute once read."""

    rehearsal: bool
    public_url: str
    host: str = "127.0.0.1"
    port: int = Field(default=8401, ge=1, le=65535)
    database: Path = Field(strict=False)
    secret_key_file: Path = Field(strict=False)
    signing_key_file: Path = Field(strict=False)
    inbox: Path | None = Field(default=None, strict=False)
    clients: tuple[ClientConfig, ...] = Field(default=(), strict=False)

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        if not _is_safe_address(url) or parts.query or parts.fragment or parts.path not in ("", "/"):
            raise ValueError("must be https://host[:port] (http only for a loopback name) without a path")
        if (parts.hostname or "").endswith("turkiye.gov.tr"):
            raise ValueError("this gate never stands under a name of the real e-Devlet Kapısı")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _pretend_parts_need_rehearsal(self) -> Self:
        if not self.rehearsal and self.inbox is not None:
            raise ValueError("the SMS sink (inbox) works in rehearsal only")
        if self.rehearsal and self.inbox is None:
            raise ValueError("inbox: rehearsal needs the folder of the SMS sink")
        if len({client.client_id for client in self.clients}) != len(self.clients):
            raise ValueError("two clients carry the same client_id")
        return self

    @property
    def address(self) -> SplitResult:
        """The public URL in its parts."""
        return urlsplit(self.public_url)

    @property
    def is_https(self) -> bool:
        """True when holders reach the gate over TLS."""
        return self.address.scheme == "https"


def _with_absolute_paths(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same table with its path keys made absolute, relative ones against ``folder``."""
    path_keys = {"database", "secret_key_file", "signing_key_file", "inbox", "client_secret_file"}
    return {
        key: folder / value if key in path_keys and isinstance(value, str) else value for key, value in table.items()
    }


def _told(error: ValidationError) -> str:
    """The facts of a validation error in one line, without the values (one of them might be a secret)."""
    facts = (f"{'.'.join(str(part) for part in item['loc']) or 'gate'}: {item['msg']}" for item in error.errors())
    return "; ".join(facts)


def read_config(path: Path) -> GateConfig:
    """Read and check the settings.

    path: the TOML file; relative paths inside it are relative to its folder.
    Raises ConfigWrong with the file's name and every fault found.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigWrong(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigWrong(f"{path}: {error}") from error
    gate = document.get("gate")
    if not isinstance(gate, dict):
        raise ConfigWrong(f"{path}: the table [gate] is missing")
    folder = path.resolve().parent
    clients = [_with_absolute_paths(client, folder) for client in gate.get("clients", ())]
    table = {**_with_absolute_paths(gate, folder), "clients": clients, "rehearsal": document.get("rehearsal", False)}
    try:
        return GateConfig.model_validate(table)
    except ValidationError as error:
        raise ConfigWrong(f"{path}: {_told(error)}") from None


@lru_cache(maxsize=1)
def current_config() -> GateConfig:
    """The settings of this process, from the file that ANAHTAR_CONFIG names.

    Raises ConfigWrong when the variable is not set or the file cannot be used.
    """
    name = os.environ.get(ENVIRONMENT_NAME)
    if not name:
        raise ConfigWrong(f"{ENVIRONMENT_NAME} is not set: it names the settings file (anahtar.toml)")
    return read_config(Path(name))


def read_secret(path: Path) -> str:
    """The content of a secret's file, stripped; never log or keep it.

    Raises ConfigWrong when the file is absent, empty, or readable by others than its owner.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & FORBIDDEN_MODE:
                raise ConfigWrong(f"{path}: others may read or write this secret (mode {mode:04o}); run: chmod 600")
            secret = file.read().strip()
    except OSError as error:
        raise ConfigWrong(f"{path}: {error.strerror}") from error
    if not secret:
        raise ConfigWrong(f"{path}: this secret's file is empty")
    return secret


def write_secret(path: Path, secret: str) -> None:
    """Write a new secret's file that only its owner may read.

    Raises FileExistsError rather than replace one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
