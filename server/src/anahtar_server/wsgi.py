"""The portal and the API for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # pages and their libraries are loaded before anyone asks, not by the first who does
