"""The certificates that the authority issued, and their life."""
