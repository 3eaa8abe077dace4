"""An e-government gate of our own: an OpenID Connect provider for places without one."""

from __future__ import annotations

__version__ = "0.1.0"
