"""Signing in: who a person is, by an identity provider, how surely and since when."""
