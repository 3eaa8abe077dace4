"""Persons who can sign in here."""
