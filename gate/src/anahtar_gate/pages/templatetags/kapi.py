"""The one tag of our templates."""

from __future__ import annotations

from django import template
from django.urls import reverse

from anahtar_gate.pages.views import style

register = template.Library()


@register.simple_tag
def style_address() -> str:
    """The address of the style sheet, named by its content."""
    return reverse("style", args=[style()[0]])
