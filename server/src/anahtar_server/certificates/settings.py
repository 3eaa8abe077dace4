"""What an authority may set about its certificates and status services, checked."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from anahtar_server.certificates.rules import check_oids
from anahtar_server.config import Certificates, Config, config


class CertificateSettings(Certificates):
    """The table `[certificates]`, with OIDs that are ours; raises ValueError for others (OutsideOurArc)."""

    @model_validator(mode="after")
    def _ours(self) -> Self:
        check_oids(self.arc, self.oids)
        return self


def of(settings: Config) -> CertificateSettings:
    """Return the table of these settings, or its defaults on the fourth port of a rehearsal."""
    if settings.certificates is not None:
        return CertificateSettings.model_validate(settings.certificates.model_dump())
    port = settings.portal.port + 3
    return CertificateSettings(
        port=port, status_url=f"http://localhost:{port}", practice_url=f"http://localhost:{port}/"
    )


def current() -> CertificateSettings:
    """Return the settings that ANAHTAR_CONFIG names; raises SettingsWrong."""
    return of(config())
