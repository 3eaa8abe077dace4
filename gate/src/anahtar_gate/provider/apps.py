"""The Django app of the provider room."""

from __future__ import annotations

from django.apps import AppConfig


class ProviderApp(AppConfig):
    """Clients, codes and tokens; their tables begin with ``provider_``."""

    name = "anahtar_gate.provider"
    label = "provider"
