"""Portal, API, key service and registers of a certification authority that gives its cards their PIN from a distance."""

RELEASE = "0.1.0"
"""This release of the server."""
