"""Which room answers which address."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("anahtar_server.api.urls")),
    path("", include("anahtar_server.portal.urls")),
]
