"""What an authority may set about its certificates and status services."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from anahtar_server.certificates.rules import OUR_ARC, check_oids
from anahtar_server.config import Config, config


class CertificateSettings(BaseModel):
    """The table `[certificates]`; times in hours or seconds, as named.

    `oids` gives a policy or statement (see `rules.PARTS`) a place of its own under `arc`; anything outside is refused.
    `status_url` stands in every certificate and can never be changed for those already issued.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: str = "Anahtar Prova Sertifika Hizmetleri"
    arc: str = OUR_ARC
    oids: dict[str, str] = {}
    statement: str = "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır."
    notice: str = Field(
        "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır.", max_length=200
    )
    practice_url: str = "http://localhost:8403/"
    status_url: str = "http://localhost:8403"
    host: str = "127.0.0.1"
    port: int = 8403
    partitions: int = Field(1, ge=1, le=1000)
    list_hours: float = Field(24, gt=0)
    answer_hours: float = Field(12, gt=0)
    cache_seconds: int = Field(60, ge=0)
    """How long others may keep a list or an answer before they ask again."""
    gather_seconds_per_megabyte: float = 2.0
    """After an act a new list comes at once while it is small; a large one waits this long for further acts."""
    late_answer_seconds: int = 60
    late_list_seconds: int = 600

    @model_validator(mode="after")
    def _ours(self) -> Self:
        check_oids(self.arc, self.oids)
        return self


def of(settings: Config) -> CertificateSettings:
    """Return the table of these settings, or its defaults on the fourth port of a rehearsal."""
    own: CertificateSettings | None = getattr(settings, "certificates", None)
    if own is not None:
        return own
    port = settings.portal.port + 3
    return CertificateSettings(
        port=port, status_url=f"http://localhost:{port}", practice_url=f"http://localhost:{port}/"
    )


def current() -> CertificateSettings:
    """Return the settings that ANAHTAR_CONFIG names; raises SettingsWrong."""
    return of(config())
