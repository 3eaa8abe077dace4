"""What Anahtar's server and program say to each other: messages, the verification code, problems."""

VERSION = 1
"""The version that every message carries; a server meets an older program with the problem `update-needed`."""
