"""The Django app of the people room."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleApp(AppConfig):
    """Persons; their tables begin with ``people_``."""

    name = "anahtar_gate.people"
    label = "people"
