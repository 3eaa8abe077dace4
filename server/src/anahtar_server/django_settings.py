"""Django's settings, made from `anahtar.toml`; nothing is set here that an authority would want to set."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from anahtar_server.config import Config, config

_config: Config = config()
_https = _config.portal.public_url.startswith("https://")
_here = Path(__file__).parent

SECRET_KEY = _config.portal.secret_key_file.read().decode()
DEBUG = False
_public = urlsplit(_config.portal.public_url)
ALLOWED_HOSTS = [_public.hostname or "", *(["127.0.0.1"] if _config.rehearsal else [])]
ROOT_URLCONF = "anahtar_server.urls"
WSGI_APPLICATION = "anahtar_server.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "anahtar_server.limits",
    "anahtar_server.audit",
    "anahtar_server.notices",
    "anahtar_server.people",
    "anahtar_server.signin",
    "anahtar_server.confirmation",
    "anahtar_server.cards",
    "anahtar_server.certificates",
    "anahtar_server.unlock",
    "anahtar_server.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anahtar_server.portal.middleware.FriendlyProblems",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "anahtar_server.portal.context.page"]
        },
    }
]

if _config.database.kind == "sqlite":
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(_config.database.path),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # The default (DEFERRED) answers contended writes with an error instead of waiting.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }
else:
    _database = _config.database
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database.name,
            "USER": _database.user,
            "HOST": _database.host,
            "PORT": _database.port,
            "PASSWORD": _database.password_file.read().decode() if _database.password_file else "",
            "CONN_MAX_AGE": 60,
            # Each statement is planned once a connection, not each time. A connection pooler in between must keep
            # prepared statements apart (docs/operations).
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
        }
    }

LANGUAGE_CODE = "tr"
LANGUAGES = [("tr", "Türkçe"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "anahtar_dil"
LOCALE_PATHS = [str(_here / "locale")]
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"

# Ports share a host's cookies, so the names are ours alone; on plain http (localhost) the marks fall away.
SESSION_COOKIE_NAME = ("__Host-" if _https else "") + "anahtar_oturum"
CSRF_COOKIE_NAME = ("__Host-" if _https else "") + "anahtar_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the provider's redirect back must carry it
SESSION_COOKIE_AGE = 2 * 3600  # a sign-in ends after an hour by its own row; what was typed outlives it
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the reverse proxy's work (deploy/)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
CSRF_FAILURE_VIEW = "anahtar_server.portal.middleware.form_old"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "frame-src": ["eimza:"],  # the link that opens the program
        "form-action": [SELF, _config.signin.issuer],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
STATIC_URL = "static/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGGING_CONFIG = None
