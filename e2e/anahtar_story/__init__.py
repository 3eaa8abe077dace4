"""The guide, lived through the real surfaces: pages as a browser sees them, the program's assistant, card commands."""
