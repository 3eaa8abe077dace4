"""The Django app of the pages: templates and their tag."""

from __future__ import annotations

from django.apps import AppConfig


class PagesApp(AppConfig):
    """No tables."""

    name = "anahtar_gate.pages"
    label = "pages"
