"""The Django app of the methods room."""

from __future__ import annotations

from django.apps import AppConfig


class MethodsApp(AppConfig):
    """Tries and SMS codes; their tables begin with ``methods_``."""

    name = "anahtar_gate.methods"
    label = "methods"
