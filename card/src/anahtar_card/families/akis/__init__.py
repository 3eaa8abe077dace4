"""The family `akis`: our own cards, in AKİS's file system and ISO/IEC 7816-4 commands (see SOURCES.md)."""
