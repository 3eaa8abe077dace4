"""The portal and the API for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from anahtar_server.config import config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anahtar_server.django_settings")
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), trusted_hosts=list(config().portal.proxies))
_ = get_resolver().url_patterns  # pages and their libraries are loaded before anyone asks, not by the first who does
