"""The room as Django knows it; no process starts with OIDs that are not ours."""

from __future__ import annotations

from django.apps import AppConfig

from anahtar_server.config import SettingsWrong


class CertificatesConfig(AppConfig):
    """Checks at start-up what would otherwise stand in certificates for years."""

    name = "anahtar_server.certificates"

    def ready(self) -> None:
        """Raises SettingsWrong for policy and statement OIDs outside our arc."""
        from anahtar_server.certificates.settings import current

        try:
            current()
        except ValueError as error:
            raise SettingsWrong(f"certificates: {error}") from None
