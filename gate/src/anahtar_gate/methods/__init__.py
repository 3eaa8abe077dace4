"""The ways to sign in: a registry as data, and one file for each that is built."""
