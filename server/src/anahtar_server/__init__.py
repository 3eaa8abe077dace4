"""Portal, API, key service and registers of a certification authority that gives cards their PIN from a distance."""

RELEASE = "0.1.0"
"""This release of the server."""
