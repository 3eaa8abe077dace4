"""Which room answers which address."""

from __future__ import annotations

from django.urls import include, path

handler400 = "anahtar_server.portal.middleware.bad_request"
handler403 = handler404 = "anahtar_server.portal.middleware.page_not_found"
handler500 = "anahtar_server.portal.middleware.internal"

urlpatterns = [
    path("api/v1/", include("anahtar_server.api.urls")),
    path("", include("anahtar_server.portal.urls")),
]
