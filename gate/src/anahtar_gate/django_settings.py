"""Django's settings, all derived from the gate's own (``config``)."""

from __future__ import annotations

from typing import Any

from anahtar_gate.config import current_config, read_secret

_config = current_config()

DEBUG = False
SECRET_KEY = read_secret(_config.secret_key_file)
ALLOWED_HOSTS = [_config.address.hostname]
ROOT_URLCONF = "anahtar_gate.urls"
WSGI_APPLICATION = "anahtar_gate.wsgi.application"
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"
USE_I18N = False  # two languages of our own table, in pages/texts.py
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.sessions",
    "csp",
    "anahtar_gate.people.apps.PeopleApp",
    "anahtar_gate.methods.apps.MethodsApp",
    "anahtar_gate.provider.apps.ProviderApp",
    "anahtar_gate.pages.apps.PagesApp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.csrf"]},
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# SQLite answers contended writes with an error unless a transaction says at its start that it will write.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _config.database,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}

# Ports of one host share its cookies, so the names are the gate's own; __Host- needs Secure and path "/" (RFC 6265bis).
_prefix = "__Host-" if _config.is_https else ""
SESSION_COOKIE_NAME = f"{_prefix}anahtar_kapi_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _config.is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{_prefix}anahtar_kapi_csrf"
CSRF_FAILURE_VIEW = "anahtar_gate.pages.views.form_refused"
CSRF_TRUSTED_ORIGINS = [_config.public_url]

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _config.is_https else 0
# TLS ends at a reverse proxy on the same machine, for the gate listens on loopback; the proxy sets this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _config.is_https else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ("'none'",),
        "style-src": ("'self'",),
        "img-src": ("'self'",),
        "form-action": ("'self'",),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
}

# Nothing secret is logged: Authlib prints whole tokens at DEBUG, Django's SQL log prints parameters.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "anahtar_gate": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a mistyped code is no event of the operator
        "django.db.backends": {"level": "ERROR"},
        "authlib": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
