"""What the desktop program calls."""
