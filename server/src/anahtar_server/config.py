"""The settings: one `anahtar.toml`, read once into frozen, checked objects. Secrets are paths to files.

In earnest (`rehearsal = false`) the pretend parts are refused: software keys, the sinks that only write an inbox.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

OUR_ARC = "2.25.281461830594093713463205129310517473811"
"""Our own OID arc, made of a UUID (ITU-T X.667)."""


class SettingsWrong(Exception):
    """The settings cannot be used; the text names the setting and the reason, never a secret."""


class _Table(BaseModel):
    # Tables are built once, with the whole that is read, not each alone before it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


def _placed(value: Path, info: ValidationInfo) -> Path:
    base = (info.context or {}).get("base", Path.cwd())
    return Path(base) / value


class SecretFile(_Table):
    """A file with a secret that nobody else may read."""

    path: Path

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value

    _place = field_validator("path")(_placed)

    def read(self) -> bytes:
        """Return the secret without a trailing line end; raises SettingsWrong if it is absent or others may read it."""
        try:
            mode = self.path.stat().st_mode
            secret = self.path.read_bytes().rstrip(b"\r\n")
        except OSError as error:
            raise SettingsWrong(f"secret file {self.path.name}: {error.strerror}") from None
        if mode & 0o077:
            raise SettingsWrong(f"secret file {self.path.name}: others may read it (chmod 600)")
        if not secret:
            raise SettingsWrong(f"secret file {self.path.name}: it is empty")
        return secret


class Sqlite(_Table):
    """The embedded database."""

    kind: Literal["sqlite"]
    path: Path
    _place = field_validator("path")(_placed)


class Roles(_Table):
    """The accounts of the processes that serve; `anahtar prepare` gives them their rights."""

    web: str
    keyservice: str
    worker: str
    publisher: str | None = None
    responder: str | None = None


class Postgresql(_Table):
    """PostgreSQL 15 or newer; `host` may be the folder of a unix socket, `user` is this process's own account."""

    kind: Literal["postgresql"]
    name: str
    user: str
    host: str
    port: int = 5432
    password_file: SecretFile | None = None
    roles: Roles | None = None


class Portal(_Table):
    """The web pages and the program's API."""

    public_url: str
    host: str = "127.0.0.1"
    port: int = 8400
    name: str = "Anahtar"
    secret_key_file: SecretFile
    code_key_file: SecretFile
    proxies: tuple[str, ...] = ()
    """Addresses or networks of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody
    else's are."""
    downloads: Path | None = None

    @field_validator("downloads")
    @classmethod
    def _place(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        return None if value is None else _placed(value, info)


class SignIn(_Table):
    """The identity provider (OpenID Connect) and how fresh a sign-in must be, in minutes."""

    issuer: str
    client_id: str
    client_secret_file: SecretFile
    fresh_minutes: int = 15
    step_up_minutes: int = 5


class KeyService(_Table):
    """The unix socket on which the key service is asked, the key under which it keeps the SMS codes, and those that
    programs seal confirmations to."""

    socket: Path
    code_key_file: SecretFile
    sealing_key_files: tuple[SecretFile, ...] = Field(min_length=1)
    """X25519 private keys (PEM) that programs seal confirmations to: the first is the one for new builds, the others
    are those of builds still in use."""
    _place = field_validator("socket")(_placed)


class SoftwareKeys(_Table):
    """Keys in a file: for rehearsal only."""

    kind: Literal["software"]
    file: SecretFile


class Pkcs11Keys(_Table):
    """Keys in a token (PKCS#11 v2.40)."""

    kind: Literal["pkcs11"]
    module: str
    token: str
    pin_file: SecretFile
    configuration: Path | None = None
    """For SoftHSM: the file that SOFTHSM2_CONF names."""

    @field_validator("configuration")
    @classmethod
    def _place(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        return None if value is None else _placed(value, info)


class Notices(_Table):
    """How messages leave; `sink` writes them into the rehearsal's inbox instead."""

    sms: Literal["sink"] = "sink"
    email: Literal["sink", "smtp"] = "sink"
    inbox: Path = Path("inbox")
    inbox_port: int = 8402
    sender: str = "ANAHTAR"
    email_from: str = "bilgi@anahtar.invalid"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    _place = field_validator("inbox")(_placed)


class Limits(_Table):
    """How often and how long; times in seconds unless named otherwise."""

    code_seconds: int = 600
    code_tries: int = 5
    codes_per_address: int = 10
    codes_per_address_seconds: int = 600
    codes_overall_an_hour: int = 1000
    unlock_seconds: int = 1800
    sms_code_digits: int = 8
    sms_code_seconds: int = 180
    confirmation_tries: int = 5
    sms_per_unlock: int = 4
    consent_seconds: int = 300
    consents: int = 3
    wrong_proofs: int = 3
    silence_seconds: int = 60
    key_tries_needed: int = 3
    failed_cryptogram_hours: int = 24
    unlocks_per_card_a_day: int = 10
    contact_line_hours: int = 24
    web_password_hours: int = 24
    message_seconds: int = 180
    settles_per_address: int = 30
    unsettle_days: int = 90


class Certificates(_Table):
    """Our certificates and their status services. The first three stand in certificates: what was issued never changes.

    Left away whole, a rehearsal takes the fourth port from the portal's on.
    """

    status_url: str = "http://localhost:8403"
    """Where relying parties find lists, answers and authorities' certificates; plain http, as RFC 5280 wants it."""
    practice_url: str = "http://localhost:8403/"
    """Where the certification practice statement can be read."""
    organisation: str = "Anahtar Prova Sertifika Hizmetleri"
    """The authority's own name."""
    arc: str = OUR_ARC
    """The OID arc of policies and statements; `2.25.` and a UUID's number, else the start is refused."""
    oids: dict[str, str] = {}
    """A place of its own under the arc for a policy or statement; what lies outside is refused at the start."""
    statement: str = "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır."
    """The sentence of the national statement in a NES."""
    notice: str = Field(
        "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır.", max_length=200
    )
    """The notice beside a NES's policy."""
    host: str = "127.0.0.1"
    """The address that the responder listens on."""
    port: int = 8403
    """The port that the responder listens on."""
    partitions: int = Field(1, ge=1, le=1000)
    """On how many lists an authority's certificates are spread; a smaller number later takes no list away."""
    list_hours: float = Field(24, gt=0)
    """How long a list may be used; the next one comes at the half."""
    answer_hours: float = Field(12, gt=0)
    """How long an answer may be used; the next one comes at the half."""
    cache_seconds: int = Field(60, ge=0)
    """How long others may keep a list or an answer before they ask again."""
    gather_seconds_per_megabyte: float = 2.0
    """After an act a new list comes at once while it is small; a large one waits this long for further acts."""
    late_answer_seconds: int = 60
    """An answer that waits longer than this for its signing raises the alarm."""
    late_list_seconds: int = 600
    """A change that waits longer than this for its list raises the alarm."""
    signer: Path | None = None
    """The unix socket of the publisher, which signs what cannot be signed in advance: *unknown* for what we did not
    issue, several certificates in one request. Without it such requests are *unauthorized* (RFC 5019)."""
    answer_nonces: bool = False
    """Whether requests with a nonce go to the signer; else the nonce is ignored (RFC 5019)."""
    signed_per_second: int = 50
    """How many requests a second one responder sends to the signer; what is more is told to try later."""
    answers_folder: Path | None = None
    """A folder of the responder's own for answers as files, which a web server before it gives without asking it
    (deploy/nginx/status.conf). Without it the responder gives all answers itself."""

    @field_validator("signer", "answers_folder")
    @classmethod
    def _place(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        return None if value is None else _placed(value, info)


class Config(_Table):
    """All settings of the server."""

    rehearsal: bool = False
    database: Annotated[Sqlite | Postgresql, Field(discriminator="kind")]
    portal: Portal
    signin: SignIn
    keyservice: KeyService
    custody: Annotated[SoftwareKeys | Pkcs11Keys, Field(discriminator="kind")]
    notices: Notices = Notices()
    limits: Limits = Limits()
    certificates: Certificates | None = None

    @model_validator(mode="after")
    def _in_earnest(self) -> Self:
        if self.rehearsal:
            return self
        pretend = [
            name
            for name, used in (
                ("custody.kind = software", self.custody.kind == "software"),
                ("notices.sms = sink", self.notices.sms == "sink"),
                ("notices.email = sink", self.notices.email == "sink"),
                ("portal.public_url without https", not self.portal.public_url.startswith("https://")),
                ("no table [certificates] of one's own", self.certificates is None),
            )
            if used
        ]
        if pretend:
            raise ValueError("only a rehearsal may use: " + ", ".join(pretend))
        return self


def load(path: Path) -> Config:
    """Read and check the settings; relative paths count from the file's folder. Raises SettingsWrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsWrong(f"{path.name}: {error}") from None
    raw.pop("gate", None)  # the gate's own table, when both share a file
    try:
        return Config.model_validate(raw, context={"base": path.parent.absolute()})
    except ValueError as error:
        raise SettingsWrong(f"{path.name}: {error}") from None


@cache
def config() -> Config:
    """Return the settings that ANAHTAR_CONFIG names; raises SettingsWrong."""
    path = os.environ.get("ANAHTAR_CONFIG")
    if not path:
        raise SettingsWrong("ANAHTAR_CONFIG names no settings file")
    return load(Path(path))
