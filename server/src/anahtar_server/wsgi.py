"""The portal and the API for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
application = get_wsgi_application()
