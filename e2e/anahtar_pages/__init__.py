"""The pages in a real browser (Debian's chromium), against a rehearsal of the whole system."""
