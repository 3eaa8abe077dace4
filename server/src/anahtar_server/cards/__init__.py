"""The register of cards: family, key version, ledger of tries."""
