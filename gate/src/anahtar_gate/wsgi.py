"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from anahtar_gate.config import current_config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_gate.django_settings")
application = get_wsgi_application()

from anahtar_gate.people.queries import refuse_rehearsal_data  # noqa: E402 - models exist only from here on

refuse_rehearsal_data(current_config())
